import Checkpoints
import Digests
import DurableFiles
import Testing

@Suite struct CheckpointStoreTests {
  let disk = MemoryFileSystem()

  @Test func aSavedCheckpointLoadsWithItsBytes() throws {
    #expect(try Sample.store(disk).load() == nil)
    let saved = try Sample.store(disk).save(step: 120, best: 120, files: Sample.files(step: 120))
    #expect(saved.folder == "pretrain/step-000000120")
    #expect(!saved.existed && saved.removed.isEmpty && saved.warnings.isEmpty, "\(saved)")
    let loaded = try #require(try Sample.store(disk).load())
    #expect(loaded.step == 120 && loaded.setAside.isEmpty)
    #expect(Sample.wrongFile(loaded, disk) == nil)
    #expect(try disk.readLink("pretrain/latest") == "step-000000120")
    #expect(try disk.readLink("pretrain/best") == "step-000000120")
    #expect(disk.openFileCount == 0)
  }

  @Test func folderNamesHaveNineDigitsOrMore() {
    #expect(CheckpointStore.folderName(step: 300_000) == "step-000300000")
    #expect(CheckpointStore.folderName(step: 12_345_678_901) == "step-12345678901")
    #expect(CheckpointStore.step(ofFolder: "step-000300000") == 300_000)
    #expect(CheckpointStore.step(ofFolder: "step-12345678901") == 12_345_678_901)
    let strange = ["step-300000", "step--00000001", "step-+00000001", "step-0000000012", "step-", "latest", "step-x"]
    for name in strange {
      #expect(CheckpointStore.step(ofFolder: name) == nil, "\(name)")
    }
  }

  @Test func theManifestIsAListThatSha256sumChecks() throws {
    try Sample.store(disk).save(step: 1, files: [FolderFile("a.txt", text: "abc")])
    let text = String(decoding: try disk.bytes(of: "pretrain/step-000000001/MANIFEST"), as: UTF8.self)
    // FIPS 180-4's example: the SHA-256 of "abc".
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(text.contains("\n# 3 bytes\n\(digest)  a.txt\n"), "\(text)")
    #expect(text.hasPrefix("# cloze checkpoint 1\n# run letters-7f3a\n# step 1\n# best none\n"), "\(text)")
    #expect(CheckpointManifest(Array(text.utf8))?.file("a.txt")?.digest == digest)
  }

  @Test func savingAStepAgainWithTheSameBytesIsSuccess() throws {
    let store = Sample.store(disk)
    try store.save(step: 10, files: Sample.files(step: 10))
    let again = try Sample.store(disk).save(step: 10, files: Sample.files(step: 10))
    #expect(again.existed)
    #expect(try Sample.store(disk).load()?.step == 10)
    #expect(try disk.list("pretrain") == ["latest", "step-000000010"])
  }

  @Test func savingAStepAgainWithOtherBytesExitsWith71AndKeepsBoth() throws {
    try Sample.store(disk).save(step: 10, files: Sample.files(step: 10))
    var files = Sample.files(step: 10)
    files[0] = FolderFile("config.json", text: "{}")
    let error = #expect(throws: CheckpointError.self) { try Sample.store(disk).save(step: 10, files: files) }
    guard case .differs(let folder, let kept, let names) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.exitCode == 71)
    #expect(folder == "pretrain/step-000000010" && names == ["config.json"])
    #expect(try disk.bytes(of: Paths.join(kept, "config.json")) == Array("{}".utf8))
    #expect(try Sample.store(disk).verify(step: 10).files.count == 4)
  }

  @Test func savingOverADamagedStepSetsItAside() throws {
    try Sample.store(disk).save(step: 10, files: Sample.files(step: 10))
    try disk.overwrite("pretrain/step-000000010/config.json", [1, 2, 3])
    let saved = try Sample.store(disk).save(step: 10, files: Sample.files(step: 10))
    #expect(!saved.existed)
    #expect(try Sample.store(disk).load()?.step == 10)
    #expect(try disk.list("pretrain").filter { $0.hasPrefix(".quarantine-step-000000010") }.count == 1)
  }

  @Test func theLastTheBestAndEveryNthStay() throws {
    let store = Sample.store(disk, retention: Retention(last: 2, every: 40, pinned: [30]))
    var removed: [Int] = []
    for step in stride(from: 10, through: 100, by: 10) {
      removed += try store.save(step: step, best: step < 60 ? 20 : 50, files: Sample.files(step: step)).removed
    }
    #expect(try store.steps() == [30, 40, 50, 80, 90, 100])
    #expect(removed.sorted() == [10, 20, 60, 70])
    #expect(try disk.readLink("pretrain/best") == "step-000000050")
    #expect(try disk.list("pretrain").filter { $0.hasPrefix(".") }.isEmpty)
  }

  @Test func theBestStaysAfterARestart() throws {
    for step in [10, 20, 30, 40, 50] {
      let store = Sample.store(disk, retention: Retention(last: 9))
      try store.save(step: step, best: step == 10 ? nil : 10, files: Sample.files(step: step))
    }
    #expect(try Sample.store(disk).steps() == [10, 20, 30, 40, 50])
    // More than there is room for: what may go is removed before anything is written.
    #expect(throws: CheckpointError.self) {
      try Sample.store(disk, retention: Retention(last: 2)).save(
        step: 60, best: 50, expectedBytes: 1 << 42, files: Sample.files(step: 60))
    }
    #expect(try Sample.store(disk).steps() == [10, 40, 50])
  }

  @Test func theLinkToTheBestMovesWithoutASaveAndOnlyToAStepThatIsThere() throws {
    let store = Sample.store(disk)
    for step in [10, 20] { try store.save(step: step, best: 10, files: Sample.files(step: step)) }
    try store.markBest(20)
    #expect(try disk.readLink("pretrain/best") == "step-000000020")
    try store.markBest(30)
    #expect(try disk.readLink("pretrain/best") == "step-000000020")
  }

  @Test func aManifestOfAnEarlyVersionIsRead() throws {
    try Sample.store(disk).save(step: 10, files: Sample.files(step: 10))
    let path = "pretrain/step-000000010/MANIFEST"
    let text = String(decoding: try disk.bytes(of: path), as: UTF8.self)
    let lines = text.replacing("# best none", with: "# best yes").split(separator: "# self")[0]
    let old = lines + "# self \(SHA256.hex(of: String(lines)))\n"
    #expect(CheckpointManifest(Array(old.utf8))?.best == 10)
    #expect(
      CheckpointManifest(Array(old.replacing("best yes", with: "best no").utf8)) == nil)
  }

  @Test func fewerThanTwoAreNeverKept() throws {
    #expect(Retention(last: 0).last == 2)
    #expect(Retention(last: 2).victims(among: [1, 2], best: nil) { _ in true } == [])
    // The newest is not whole: the two before it are the last two.
    #expect(Retention(last: 2).victims(among: [1, 2, 3, 4], best: nil) { $0 != 4 } == [1])
    // Nothing goes while fewer whole ones are known.
    #expect(Retention(last: 2).victims(among: [1, 2, 3, 4], best: nil) { $0 == 4 } == [])
  }

  @Test func retentionNeverRemovesTheOnlyWholeOnes() throws {
    let store = Sample.store(disk)
    for step in [10, 20] { try store.save(step: step, files: Sample.files(step: step)) }
    try disk.overwrite("pretrain/step-000000020/model.safetensors", [9])
    try Sample.store(disk).save(step: 30, files: Sample.files(step: 30))
    #expect(try Sample.store(disk).steps() == [10, 20, 30])
  }

  @Test func theNewestWholeOneIsLoadedAndTheOthersAreSetAsideByName() throws {
    let store = Sample.store(disk, retention: Retention(last: 4))
    for step in [10, 20, 30] { try store.save(step: step, files: Sample.files(step: step)) }
    try disk.removeFile("pretrain/step-000000030/MANIFEST")
    try disk.overwrite("pretrain/step-000000020/config.json", [UInt8](repeating: 0, count: 20))
    let readOnly = try #require(try Sample.store(disk, run: nil).load(isReadOnly: true))
    #expect(readOnly.step == 10 && readOnly.setAside.map(\.step) == [30, 20])
    #expect(try store.steps() == [10, 20, 30])

    let loaded = try #require(try Sample.store(disk).load())
    #expect(loaded.step == 10)
    #expect(loaded.setAside.map(\.damage) == [.noManifest, .wrongDigest("config.json")])
    #expect(loaded.setAside.allSatisfy { $0.folder.contains("/.quarantine-step-0000000") })
    #expect(try store.steps() == [10])
    #expect(try Sample.store(disk).load()?.setAside == [])
  }

  @Test func checkpointsWithoutAWholeOneExitWith66() throws {
    let store = Sample.store(disk)
    try store.save(step: 10, files: Sample.files(step: 10))
    try disk.removeFile("pretrain/step-000000010/state/state.json")
    for _ in 0..<2 {
      let error = #expect(throws: CheckpointError.self) { try Sample.store(disk).load() }
      #expect(error?.exitCode == 66)
      #expect("\(String(describing: error))".contains("state.json"))
    }
    #expect(try store.steps() == [10])
  }

  @Test func whatKilledProcessesLeftIsRemoved() throws {
    try Sample.store(disk).save(step: 10, files: Sample.files(step: 10))
    try disk.makeFolders("pretrain/.tmp-step-000000020-x/state")
    try disk.createFile("pretrain/.tmp-step-000000020-x/state/state.json", bytes: [1])
    try disk.makeFolders("pretrain/.trash-step-000000005-y")
    #expect(try Sample.store(disk).load(isReadOnly: true)?.step == 10)
    #expect(try disk.list("pretrain").count == 4)
    #expect(try Sample.store(disk).load()?.step == 10)
    #expect(try disk.list("pretrain") == ["latest", "step-000000010"])
  }

  @Test func anotherRunsCheckpointIsRefused() throws {
    try Sample.store(disk, run: "other").save(step: 10, files: Sample.files(step: 10))
    let error = #expect(throws: CheckpointError.self) { try Sample.store(disk).load() }
    #expect(error?.exitCode == 66)
    #expect(try Sample.store(disk, run: nil).load()?.step == 10)
  }

  @Test func linksAreHintsOnly() throws {
    try Sample.store(disk).save(step: 10, files: Sample.files(step: 10))
    try disk.removeFile("pretrain/latest")
    try disk.makeLink("pretrain/latest", to: "/etc")
    try disk.makeLink("pretrain/best", to: "../nowhere")
    #expect(try Sample.store(disk).load()?.step == 10)
    try Sample.store(disk).save(step: 20, files: Sample.files(step: 20))
    #expect(try disk.readLink("pretrain/latest") == "step-000000020")
    // Something of that name which is no link is left alone, with a warning.
    try disk.removeFile("pretrain/latest")
    try disk.createFile("pretrain/latest", bytes: [1])
    let saved = try Sample.store(disk).save(step: 30, files: Sample.files(step: 30))
    #expect(saved.warnings.count == 1)
    #expect(try disk.bytes(of: "pretrain/latest") == [1])
  }

  @Test func namesThatLeaveTheFolderAreRefused() throws {
    let names = ["../x", "/x", "a//b", "", ".x", "a/../b", "a/", "MANIFEST", "a\u{0}", "a b", "é"]
    for name in names {
      let error = #expect(throws: CheckpointError.self, "\(name)") {
        try Sample.store(disk).save(step: 1, files: [FolderFile(name, text: "x")])
      }
      #expect(error == .badName(name))
    }
    let twice = [FolderFile("a", text: "x"), FolderFile("a", text: "y")]
    #expect(throws: CheckpointError.badName("a")) { try Sample.store(disk).save(step: 1, files: twice) }
    #expect(throws: CheckpointError.badStep(-1)) { try Sample.store(disk).save(step: -1, files: []) }
    #expect(try Sample.store(disk).load() == nil)
  }

  @Test func aFolderThatWasMovedAwayIsNotMadeAgain() throws {
    let store = Sample.store(disk)
    try store.save(step: 10, files: Sample.files(step: 10))
    try disk.rename("pretrain", to: "moved", replacing: false)
    for _ in 0..<2 {
      let error = #expect(throws: CheckpointError.self) { try store.save(step: 20, files: Sample.files(step: 20)) }
      #expect(error?.exitCode == 73)
      try? disk.makeFolder("pretrain", mode: 0o700)
    }
    #expect(try disk.list("pretrain").isEmpty)
    #expect(try Sample.store(disk, folder: "moved").load()?.step == 10)
  }

  @Test func theErrorOfACallerComesThrough() throws {
    struct Mistake: Error {}
    #expect(throws: Mistake.self) {
      try Sample.store(disk).save(step: 1, files: [FolderFile("a") { _ in throw Mistake() }])
    }
    #expect(try disk.list("pretrain").isEmpty)
    #expect(disk.openFileCount == 0)
  }
}

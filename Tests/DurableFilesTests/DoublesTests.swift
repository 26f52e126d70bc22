import DurableFiles
import Glibc
import Testing

/// The doubles behave as the real thing, or the proofs built on them prove nothing.
@Suite struct DoublesTests {
  @Test func memoryAndDiskAnswerTheSame() throws {
    let folder = try TemporaryFolder()
    #expect(try transcript(RealFileSystem(), in: folder.path) == transcript(MemoryFileSystem(), in: ""))
  }

  /// What a file system answers to a list of requests, as text.
  private func transcript(_ disk: any FileSystem, in folder: String) throws -> [String] {
    var answers: [String] = []
    func ask(_ label: String, _ body: () throws -> String) {
      do {
        answers.append("\(label): \(try body())")
      } catch let error as FileError {
        answers.append("\(label): \(error.operation) \(error.cause)")
      } catch {
        answers.append("\(label): \(error)")
      }
    }
    func at(_ name: String) -> String { folder + "/" + name }
    func kind(_ name: String, _ follow: Bool) throws -> String {
      let found = try disk.status(at(name), followingLinks: follow)
      return found.map { "\($0.kind) \($0.kind == .folder ? 0 : $0.bytes)" } ?? "nothing"
    }
    ask("folder") {
      try disk.makeFolder(at("f"), mode: 0o700)
      return "made"
    }
    ask("folder again") {
      try disk.makeFolder(at("f"), mode: 0o700)
      return "made"
    }
    ask("file") {
      try disk.createFile(at("f/a"), bytes: [1, 2, 3])
      return "made"
    }
    ask("file again") {
      try disk.createFile(at("f/a"), bytes: [4])
      return "made"
    }
    ask("nowhere") {
      try disk.createFile(at("g/a"), bytes: [4])
      return "made"
    }
    ask("below a file") {
      try disk.createFile(at("f/a/b"), bytes: [4])
      return "made"
    }
    ask("link") {
      try disk.makeLink(at("f/l"), to: "a")
      return try disk.readLink(at("f/l"))
    }
    ask("no link") { try disk.readLink(at("f/a")) }
    ask("through") { try "\(disk.readBounded(at("f/l"), limit: 9))" }
    for name in ["f", "f/a", "f/l", "f/none", "f/a/b"] {
      ask("status \(name)") { try kind(name, true) + ", " + kind(name, false) }
    }
    ask("list") { try disk.list(at("f")).joined(separator: " ") }
    ask("list none") { try disk.list(at("none")).joined() }
    ask("list file") { try disk.list(at("f/a")).joined() }
    ask("rename over") {
      try disk.createFile(at("f/b"), bytes: [])
      try disk.rename(at("f/b"), to: at("f/a"), replacing: false)
      return ""
    }
    ask("rename onto") {
      try disk.rename(at("f/b"), to: at("f/a"), replacing: true)
      return try kind("f/a", true)
    }
    ask("rename none") {
      try disk.rename(at("f/none"), to: at("f/c"), replacing: true)
      return ""
    }
    ask("remove full") {
      try disk.removeFolder(at("f"))
      return ""
    }
    ask("remove none") {
      try disk.removeFile(at("f/none"))
      return ""
    }
    ask("synchronize none") {
      try disk.synchronizeFolder(at("none"))
      return ""
    }
    ask("append") {
      let file = try disk.openForAppending(at("f/log"), mode: 0o600)
      try disk.write([1, 2, 3], to: file)
      try disk.truncate(file, to: 1)
      try disk.write([9], to: file)
      try disk.close(file)
      return try "\(disk.readBounded(at("f/log"), limit: 9))"
    }
    ask("tree") {
      try disk.removeTree(at("f"))
      return try kind("f", false)
    }
    return answers
  }

  @Test func theRecorderSeesEveryChangeAndPassesItOn() throws {
    let disk = MemoryFileSystem()
    let recorder = RecordingFileSystem(disk)
    try DurableFile.replace("a", [1, 2], fileSystem: recorder)
    recorder.mark("done")
    let events = recorder.events
    guard events.count == 6, case .create(let path, let file) = events[0] else {
      Issue.record("\(events)")
      return
    }
    #expect(events[1] == .write(file: file, offset: 0, bytes: [1, 2]))
    #expect(events[2] == .synchronize(file: file))
    #expect(events[3] == .rename(from: path, to: "a"))
    #expect(events[4] == .synchronizeFolder(path: "."))
    #expect(events[5] == .mark("done"))
    #expect(disk.contents() == ["/a": [1, 2]])
  }

  @Test func crashStatesOfAnUnsynchronizedWriteAreAllThere() throws {
    // One file, one write of two bytes, no fsync: the name and the bytes survive independently, the write may be torn.
    let recorder = RecordingFileSystem(MemoryFileSystem())
    let file = try recorder.create("a", mode: 0o600)
    try recorder.write([7, 8], to: file)
    let states = CrashStates(recorder.events)
    func found(_ model: CrashModel) -> Set<[UInt8]?> {
      var found: Set<[UInt8]?> = []
      states.visit(place: 2, model: model, limit: 64, seed: 3) { found.insert($0.contents()["/a"]) }
      return found
    }
    #expect(found(.processKill) == [[], [7], [7, 8]])
    #expect(found(.weakestPOSIX) == [nil, [], [7], [7, 8]])
    #expect(found(.journaledNames) == [nil, [], [7], [7, 8]])
    try recorder.synchronize(file)
    let synchronized = CrashStates(recorder.events)
    var after: [CrashModel: Set<[UInt8]?>] = [:]
    for model in CrashModel.allCases {
      synchronized.visit(place: 3, model: model, limit: 64, seed: 3) {
        after[model, default: []].insert($0.contents()["/a"])
      }
    }
    // fsync brings the bytes; the name only where a journal commits with it.
    #expect(after == [.processKill: [[7, 8]], .weakestPOSIX: [nil, [7, 8]], .journaledNames: [[7, 8]]])
  }

  @Test func aFaultHitsTheChosenOperationOnly() throws {
    let disk = MemoryFileSystem()
    let once = FaultyFileSystem(disk, FileFault(operation: .create, occurrence: 2, number: ENOSPC))
    try once.createFile("a", bytes: [1])
    #expect(throws: FileError.self) { try once.createFile("b", bytes: [1]) }
    try once.createFile("b", bytes: [1])
    #expect(once.firedCount == 1)
    let always = FaultyFileSystem(disk, FileFault(occurrence: 2, number: EIO, isPersistent: true))
    _ = try always.list(".")
    for _ in 0..<3 { #expect(throws: FileError.self) { try always.list(".") } }
    #expect(always.firedCount == 3)
  }
}

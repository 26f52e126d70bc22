import Checkpoints
import DurableFiles
import Glibc
import Testing

/// Damage on the disk and errors of the disk: found, named, and never fatal to what was saved before.
@Suite struct CheckpointStoreFaultTests {
  /// A fault of the table below.
  struct Case: Sendable, CustomTestStringConvertible {
    var number: Int32?
    var isPersistent: Bool

    var testDescription: String { "errno \(number.map { String($0) } ?? "short"), persistent \(isPersistent)" }
  }

  static let cases = [EIO, ENOSPC, EINTR, EMFILE, nil].flatMap { number in
    [Case(number: number, isPersistent: false), Case(number: number, isPersistent: true)]
  }

  @Test(arguments: cases)
  func everyFailingOperationOfASaveLeavesTheStepBefore(_ fault: Case) throws {
    var firedCount = 0
    for operation in FileError.Operation.allCases where fault.number != nil || operation == .write {
      for occurrence in 1...200 {
        let disk = MemoryFileSystem()
        for step in [10, 20, 30] { try Sample.store(disk).save(step: step, files: Sample.files(step: step)) }
        let faulty = FaultyFileSystem(
          disk,
          FileFault(
            operation: operation, occurrence: occurrence, number: fault.number, isPersistent: fault.isPersistent))
        var isAcknowledged = false
        do {
          try Sample.store(faulty, attempts: 2).save(step: 40, files: Sample.files(step: 40)) { _ in
            isAcknowledged = true
          }
        } catch let error as CheckpointError {
          #expect(!isAcknowledged, "acknowledged, then \(error)")
          #expect([73, 74, 75].contains(error.exitCode), "\(error)")
        }
        if faulty.firedCount == 0 { break }
        firedCount += 1
        #expect(occurrence < 200, "the fault never stops firing")
        #expect(disk.openFileCount == 0, "\(operation) \(occurrence): a file stays open")
        let loaded = try #require(try Sample.store(disk).load())
        let isSafe = loaded.step == 40 || (!isAcknowledged && loaded.step == 30)
        #expect(isSafe, "\(operation) \(occurrence): \(loaded.step)")
        #expect(loaded.setAside.isEmpty, "\(operation) \(occurrence): a bad commit: \(loaded.setAside)")
        #expect(Sample.wrongFile(loaded, disk) == nil)
      }
    }
    #expect(firedCount >= 8, "\(firedCount)")
  }

  @Test(arguments: cases)
  func everyFailingOperationOfALoadLeavesAWholeStep(_ fault: Case) throws {
    var firedCount = 0
    for operation in FileError.Operation.allCases where fault.number != nil || operation == .read {
      for occurrence in 1...200 {
        let disk = MemoryFileSystem()
        for step in [10, 20] { try Sample.store(disk).save(step: step, files: Sample.files(step: step)) }
        try disk.makeFolders("pretrain/.tmp-left/state")
        let faulty = FaultyFileSystem(
          disk,
          FileFault(
            operation: operation, occurrence: occurrence, number: fault.number, isPersistent: fault.isPersistent))
        var setAside: [RejectedCheckpoint] = []
        do {
          if let loaded = try Sample.store(faulty).load() {
            setAside = loaded.setAside
            #expect(Sample.wrongFile(loaded, disk) == nil)
            #expect(loaded.step == (setAside.isEmpty ? 20 : 10))
          } else {
            Issue.record("\(operation) \(occurrence): saved checkpoints are taken for none")
          }
        } catch {
          #expect([66, 73, 74, 75].contains(error.exitCode), "\(error)")
        }
        if faulty.firedCount == 0 { break }
        firedCount += 1
        #expect(fault.isPersistent || setAside.isEmpty, "\(operation): one error condemned a checkpoint: \(setAside)")
        #expect(disk.openFileCount == 0)
        let loaded = try #require(try Sample.store(disk).load())
        #expect(loaded.step == (setAside.isEmpty ? 20 : 10))
        #expect(Sample.wrongFile(loaded, disk) == nil)
      }
    }
    #expect(firedCount > 3, "\(firedCount)")
  }

  @Test func anErrorThatPassesIsPassed() throws {
    for operation in [FileError.Operation.create, .write, .synchronize, .synchronizeFolder, .rename, .close] {
      let disk = MemoryFileSystem()
      let faulty = FaultyFileSystem(disk, FileFault(operation: operation, occurrence: 1, number: EIO))
      let folder = operation == .synchronizeFolder ? "." : Sample.folder
      try Sample.store(faulty, folder: folder, attempts: 3).save(step: 10, files: Sample.files(step: 10))
      #expect(faulty.firedCount == 1)
      #expect(try Sample.store(disk, folder: folder).load()?.step == 10, "\(operation)")
    }
  }

  @Test func aFailedFsyncIsNeverTriedAgainOnTheSameFile() throws {
    // Every fsync of a file belongs to one creation: the second attempt makes new files.
    let recorder = RecordingFileSystem(MemoryFileSystem())
    let faulty = FaultyFileSystem(recorder, FileFault(operation: .synchronize, occurrence: 2, number: EIO))
    try Sample.store(faulty, attempts: 2).save(step: 10, files: Sample.files(step: 10))
    #expect(faulty.firedCount == 1)
    let synchronized = recorder.events.compactMap { if case .synchronize(let file) = $0 { file } else { nil } }
    #expect(Set(synchronized).count == synchronized.count)
    let created = recorder.events.compactMap { if case .create(_, let file) = $0 { file } else { nil } }
    #expect(created.count == 2 + 5)
    #expect(!synchronized.contains(created[1]), "the file whose fsync failed was synchronized again")
  }

  @Test func everyBitOfTheManifestCounts() throws {
    let disk = MemoryFileSystem()
    try Sample.store(disk).save(step: 10, files: Sample.files(step: 10))
    let path = "pretrain/step-000000010/MANIFEST"
    let bytes = try disk.bytes(of: path)
    var found = 0
    for bit in 0..<(bytes.count * 8) {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      #expect(CheckpointManifest(flipped) == nil, "bit \(bit)")
      try disk.overwrite(path, flipped)
      do {
        try Sample.store(disk).verify(step: 10)
      } catch {
        if case .damaged = error { found += 1 }
      }
    }
    #expect(found == bytes.count * 8, "\(found) of \(bytes.count * 8)")
    for count in 0..<bytes.count { #expect(CheckpointManifest(Array(bytes.prefix(count))) == nil) }
    try disk.overwrite(path, bytes)
    try Sample.store(disk).verify(step: 10)
  }

  @Test func everySampledBitOfThePayloadCounts() throws {
    let disk = MemoryFileSystem()
    let size = 40_000
    let name = "pretrain/step-000000010/model.safetensors"
    let files = [
      FolderFile("model.safetensors", bytes: Sample.bytes("model", step: 10, count: size)),
      FolderFile("config.json", text: "{}"),
    ]
    try Sample.store(disk).save(step: 10, files: files)
    let bytes = try disk.bytes(of: name)
    var found = 0
    // 8,191 is prime to the number of bits: 5,000 different ones.
    for sample in 0..<5_000 {
      let bit = sample * 8_191 % (size * 8)
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      try disk.overwrite(name, flipped)
      do {
        try Sample.store(disk).verify(step: 10)
      } catch {
        let expected = CheckpointDamage.wrongDigest("model.safetensors")
        if error == .damaged(folder: "pretrain/step-000000010", damage: expected) { found += 1 }
      }
    }
    #expect(found == 5_000, "\(found) of 5000")
  }

  @Test func cutAddedMissingAndSwappedFilesAreFound() throws {
    let disk = MemoryFileSystem()
    let store = Sample.store(disk)
    for step in [10, 20] { try store.save(step: step, files: Sample.files(step: step)) }
    let folder = "pretrain/step-000000020"
    func damage(_ spoil: () throws -> Void) throws -> CheckpointDamage? {
      try spoil()
      let result: CheckpointDamage?
      do {
        try store.verify(step: 20)
        result = nil
      } catch {
        if case .damaged(_, let damage) = error { result = damage } else { result = nil }
      }
      try disk.removeTree(folder)
      try store.save(step: 20, files: Sample.files(step: 20))
      return result
    }
    for (name, count) in Sample.sizes {
      let path = Paths.join(folder, name)
      for cut in [0, 1, count / 2, count - 1] {
        let found = try damage { try disk.overwrite(path, Array(disk.bytes(of: path).prefix(cut))) }
        #expect(found == .wrongSize(name, expected: UInt64(count), found: UInt64(cut)))
      }
      #expect(try damage { try disk.removeFile(path) } == .missingFile(name))
      let older = try disk.bytes(of: "pretrain/step-000000010/\(name)")
      #expect(try damage { try disk.overwrite(path, older) } == .wrongDigest(name))
      let link = try damage {
        try disk.removeFile(path)
        try disk.makeLink(path, to: "/pretrain/step-000000010/\(name)")
      }
      #expect(link == .notAFile(name))
    }
    let added = try damage { try disk.createFile(folder + "/state/extra.bin", bytes: [1]) }
    #expect(added == .addedFile("state/extra.bin"))
    #expect(try damage { try disk.createFile(folder + "/.DS_Store", bytes: [1]) } == nil)
    let swapped = try damage {
      try disk.overwrite(folder + "/MANIFEST", disk.bytes(of: "pretrain/step-000000010/MANIFEST"))
    }
    #expect(swapped == .otherStep(10))
  }

  @Test func aFullDiskIsRefusedBeforeAnythingIsWritten() throws {
    let disk = MemoryFileSystem()
    let store = Sample.store(disk)
    try store.save(step: 10, files: Sample.files(step: 10))
    let before = disk.contents()
    let error = #expect(throws: CheckpointError.self) {
      try store.save(step: 20, expectedBytes: 1 << 60, files: Sample.files(step: 20))
    }
    #expect(error?.exitCode == 74)
    #expect("\(String(describing: error))".contains("ENOSPC"))
    #expect(disk.contents() == before)
  }
}

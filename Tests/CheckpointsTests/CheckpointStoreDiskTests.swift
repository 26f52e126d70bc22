import Checkpoints
import DurableFiles
import Glibc
import Testing

/// The store on the machine's own disk.
@Suite struct CheckpointStoreDiskTests {
  private func inTemporaryFolder(_ body: (String) throws -> Void) throws {
    let path = "/tmp/cloze-\(getpid())-\(DurableFile.uniqueSuffix())"
    try RealFileSystem().makeFolder(path, mode: 0o700)
    defer { try? RealFileSystem().removeTree(path) }
    try body(path)
  }

  @Test func checkpointsLiveOnARealDisk() throws {
    try inTemporaryFolder { path in
      let disk = RealFileSystem()
      let folder = path + "/run/pretrain"
      let store = Sample.store(disk, folder: folder)
      for step in [10, 20, 30] {
        try store.save(step: step, best: 10, expectedBytes: 200, files: Sample.files(step: step))
      }
      let loaded = try #require(try Sample.store(disk, folder: folder).load())
      #expect(loaded.step == 30 && Sample.wrongFile(loaded, disk) == nil)
      #expect(try disk.list(folder) == ["best", "latest", "step-000000010", "step-000000020", "step-000000030"])
      #expect(try disk.readLink(folder + "/latest") == "step-000000030")
      #expect(try disk.readBounded(folder + "/best/config.json", limit: 99).count == 20)
      for (name, mode) in [("", 0o700), ("/step-000000010", 0o700), ("/step-000000010/MANIFEST", 0o600)] {
        let status = try #require(try disk.status(folder + name, followingLinks: false))
        #expect(status.mode == UInt32(mode), "\(name): \(String(status.mode, radix: 8))")
      }
    }
  }

  @Test func whatCrashesLeaveLoadsFromARealDiskToo() throws {
    // A sample of the states that are otherwise tried in memory, written to the disk as they are.
    let events = try Crash.record { $0 }
    let states = CrashStates(events)
    var stateCount = 0
    for place in stride(from: 0, to: states.placeCount, by: 5) {
      let acknowledged = states.marks(before: place).compactMap { Int($0) }.max()
      try states.visit(place: place, model: .weakestPOSIX, limit: 3, seed: 77) { volume in
        try inTemporaryFolder { path in
          stateCount += 1
          let disk = RealFileSystem()
          try copy(volume, to: path)
          let loaded = try Sample.store(disk, folder: path + "/pretrain").load()
          #expect((loaded?.step ?? 0) >= (acknowledged ?? 0), "after \(place) operations")
          if let loaded { #expect(Sample.wrongFile(loaded, disk) == nil) }
        }
      }
    }
    #expect(stateCount > 50, "\(stateCount)")
  }

  private func copy(_ volume: MemoryFileSystem, to path: String) throws {
    let disk = RealFileSystem()
    for (name, bytes) in volume.contents() {
      try disk.makeFolders(Paths.parent(of: path + name))
      if try volume.status(name, followingLinks: false)?.kind == .link {
        try disk.makeLink(path + name, to: volume.readLink(name))
      } else {
        try disk.createFile(path + name, bytes: bytes)
      }
    }
  }

  @Test func aFullDeviceIsAnErrorAndNoTrap() throws {
    let disk = RealFileSystem()
    let full = try disk.openForAppending("/dev/full", mode: 0)
    defer { try? disk.close(full) }
    let error = #expect(throws: FileError.self) { try disk.write([1, 2, 3], to: full) }
    #expect(error?.exitCode == 74)
    #expect(error?.description == "/dev/full: cannot write the file: the disk is full (ENOSPC)")
  }

  @Test func largeFilesAreHashedAsTheyAreWritten() throws {
    try inTemporaryFolder { path in
      // Above the size from which files are checked on several threads; pieces of odd sizes.
      let bytes = (0..<5_000_001).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
      let content = ["a", "state/b"].map { name in
        FolderFile(name) { sink in
          var done = 0
          for size in [1, 100, 3_000_000, 7, 70_000] + [bytes.count] {
            let end = min(done + size, bytes.count)
            try bytes[done..<end].withUnsafeBytes { try sink($0) }
            done = end
          }
        }
      }
      let store = CheckpointStore(folder: path, runIdentifier: "run")
      let saved = try store.save(step: 1, files: content)
      #expect(saved.manifest.totalBytes == 10_000_002)
      #expect(try RealFileSystem().readBounded(saved.folder + "/a", limit: 1 << 23) == bytes)
      let other = CheckpointStore(folder: path, runIdentifier: "run")
      try other.verify(step: 1)
      let file = open(saved.folder + "/state/b", O_WRONLY)
      #expect(pwrite(file, [UInt8](repeating: 0xAA, count: 1), 1, 4_999_999) == 1)
      close(file)
      let error = #expect(throws: CheckpointError.self) { try other.verify(step: 1) }
      #expect(error == .damaged(folder: saved.folder, damage: .wrongDigest("state/b")))
      // A glance at the sizes does not see it.
      try other.verify(step: 1, depth: .sizes)
    }
  }
}

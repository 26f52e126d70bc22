import DurableFiles
import Glibc
import Testing

@Suite struct AppendFileTests {
  @Test func appendedLinesAreThereInOrder() throws {
    let disk = MemoryFileSystem()
    #expect(try AppendFile.lines("log", fileSystem: disk) == [])
    let first = try AppendFile("log", fileSystem: disk)
    try first.append("one")
    try first.append("")
    let second = try AppendFile("log", fileSystem: disk)
    try second.append("three")
    #expect(try AppendFile.lines("log", fileSystem: disk) == ["one", "", "three"])
    #expect(throws: FileError.self) { try second.append("two\nlines") }
  }

  @Test func aTornLastLineIsIgnoredAndThenCutOff() throws {
    for torn in ["t", String(repeating: "x", count: 200_000)] {
      let disk = MemoryFileSystem()
      try disk.createFile("log", bytes: Array("one\ntwo\n\(torn)".utf8))
      #expect(try AppendFile.lines("log", fileSystem: disk) == ["one", "two"])
      try AppendFile("log", fileSystem: disk).append("three")
      #expect(try disk.readBounded("log", limit: 99) == Array("one\ntwo\nthree\n".utf8))
    }
    let disk = MemoryFileSystem()
    try disk.createFile("log", bytes: Array("torn".utf8))
    #expect(try AppendFile.lines("log", fileSystem: disk) == [])
    try AppendFile("log", fileSystem: disk).append("one")
    #expect(try AppendFile.lines("log", fileSystem: disk) == ["one"])
  }

  @Test func theRealFileKeepsItsLines() throws {
    let folder = try TemporaryFolder()
    let log = try AppendFile(folder("log"))
    for line in ["one", "two"] { try log.append(line) }
    #expect(try AppendFile.lines(folder("log")) == ["one", "two"])
  }

  @Test func noCrashLosesAnAcknowledgedLineOrMixesTwo() throws {
    let recorder = RecordingFileSystem(MemoryFileSystem())
    let lines = ["first line", "second", "third line of all"]
    for line in lines {
      // Opened anew each time, as by a run that is started again.
      try AppendFile("log", fileSystem: recorder).append(line)
      recorder.mark(line)
    }
    let states = CrashStates(recorder.events)
    var stateCount = 0
    for model in CrashModel.allCases {
      for place in 0..<states.placeCount {
        let acknowledged = states.marks(before: place)
        try states.visit(place: place, model: model, limit: 64, seed: 1) { volume in
          stateCount += 1
          let found = try AppendFile.lines("log", fileSystem: volume)
          #expect(found.count >= acknowledged.count && found == Array(lines.prefix(found.count)), "\(found)")
          try AppendFile("log", fileSystem: volume).append("next")
          #expect(try AppendFile.lines("log", fileSystem: volume) == found + ["next"])
        }
      }
    }
    #expect(stateCount > 100, "\(stateCount)")
  }

  @Test func withoutItsFsyncALineIsLost() throws {
    // The checker above must be able to fail.
    let recorder = RecordingFileSystem(MemoryFileSystem())
    try AppendFile("log", isSynchronized: false, fileSystem: recorder).append("line")
    let states = CrashStates(recorder.events)
    var lostCount = 0
    try states.visit(place: states.placeCount - 1, model: .weakestPOSIX, limit: 64, seed: 1) { volume in
      if try AppendFile.lines("log", fileSystem: volume).isEmpty { lostCount += 1 }
    }
    #expect(lostCount > 0)
  }

  @Test func noCrashLeavesHalfOfAReplacedFile() throws {
    let recorder = RecordingFileSystem(MemoryFileSystem())
    let texts = ["{\"generation\": 1}", "{\"generation\": 2, \"more\": true}"]
    for text in texts {
      try DurableFile.replace("run.json", text: text, fileSystem: recorder)
      recorder.mark(text)
    }
    let states = CrashStates(recorder.events)
    for model in CrashModel.allCases {
      for place in 0..<states.placeCount {
        let acknowledged = states.marks(before: place)
        try states.visit(place: place, model: model, limit: 64, seed: 1) { volume in
          let isThere = try volume.status("run.json", followingLinks: false) != nil
          let found = isThere ? String(decoding: try volume.readBounded("run.json", limit: 99), as: UTF8.self) : ""
          let allowed = acknowledged.isEmpty ? ["", texts[0]] : acknowledged.count == 1 ? texts : [texts[1]]
          #expect(allowed.contains(found), "\(model.rawValue) \(place): \(found)")
        }
      }
    }
  }

  @Test func afterAnErrorTheNextLineStandsAlone() throws {
    for operation in [FileError.Operation.write, .synchronize] {
      for number in [EIO, nil] where number != nil || operation == .write {
        let disk = MemoryFileSystem()
        let faulty = FaultyFileSystem(disk, FileFault(operation: operation, occurrence: 2, number: number))
        let log = try AppendFile("log", fileSystem: faulty)
        try log.append("one")
        let isRefused = (try? log.append("two")) == nil
        #expect(isRefused == (number != nil) && faulty.firedCount == 1)
        try log.append("three")
        let lines = try AppendFile.lines("log", fileSystem: disk)
        #expect([["one", "three"], ["one", "two", "three"]].contains(lines), "\(lines)")
      }
    }
    let disk = MemoryFileSystem()
    // A device that takes one byte at a time.
    let slow = FaultyFileSystem(
      disk, FileFault(operation: .write, occurrence: 1, number: nil, isPersistent: true))
    try AppendFile("log", fileSystem: slow).append("a longer line")
    #expect(slow.firedCount == 14)
    #expect(try AppendFile.lines("log", fileSystem: disk) == ["a longer line"])
  }
}

@Suite struct FileLockTests {
  @Test func aSecondLockIsRefusedAndNamesTheHolder() throws {
    let folder = try TemporaryFolder()
    let lock = try FileLock(folder("LOCK"))
    #expect(lock.path == folder("LOCK"))
    for _ in 0..<2 {
      let error = #expect(throws: FileError.self) { try FileLock(folder("LOCK")) }
      #expect(error?.exitCode == 69)
      #expect("\(String(describing: error))".contains("process \(getpid()) on "), "\(String(describing: error))")
    }
    withExtendedLifetime(lock) {}
  }

  @Test func aLockEndsWithItsHolder() throws {
    let folder = try TemporaryFolder()
    do {
      let lock = try FileLock(folder("LOCK"))
      withExtendedLifetime(lock) {}
    }
    // A file that a killed run left behind locks nothing.
    _ = try FileLock(folder("LOCK"))
    let text = try RealFileSystem().readBounded(folder("LOCK"), limit: 999)
    #expect(String(decoding: text, as: UTF8.self).hasPrefix("process \(getpid()) on "))
  }

  @Test func aChildKeepsAnInheritableLock() throws {
    for isInheritable in [true, false] {
      let folder = try TemporaryFolder()
      var child = pid_t()
      var lock: FileLock? = try FileLock(folder("LOCK"), isInheritable: isInheritable)
      var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("60"), nil]
      #expect(posix_spawn(&child, "/bin/sleep", nil, nil, &arguments, environ) == 0)
      for argument in arguments { free(argument) }
      withExtendedLifetime(lock) {}
      lock = nil
      #expect(lock == nil)
      if isInheritable {
        #expect(throws: FileError.self) { try FileLock(folder("LOCK")) }
      } else {
        try requireFree(folder("LOCK"))
      }
      kill(child, SIGKILL)
      waitpid(child, nil, 0)
      try requireFree(folder("LOCK"))
    }
  }

  @Test func theChildrenOfAKilledHolderAreWaitedFor() throws {
    let folder = try TemporaryFolder()
    // As a killed process leaves it: signed by one that is no more, and held by one that still is.
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, 255)
    let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    for (process, isWaitedFor) in [(Int32.max, true), (getpid(), false)] {
      var held: FileLock? = try FileLock(folder("LOCK"), isInheritable: true)
      var child = pid_t()
      var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("0.4"), nil]
      #expect(posix_spawn(&child, "/bin/sleep", nil, nil, &arguments, environ) == 0)
      for argument in arguments { free(argument) }
      withExtendedLifetime(held) {}
      held = nil
      let signature = Array("process \(process) on \(host), started before\n".utf8)
      let file = open(folder("LOCK"), O_WRONLY)
      #expect(signature.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) } == signature.count)
      close(file)
      if isWaitedFor {
        _ = try FileLock(folder("LOCK"))
      } else {
        #expect(throws: FileError.self) { try FileLock(folder("LOCK")) }
      }
      waitpid(child, nil, 0)
    }
  }

  /// Takes the lock, if need be a little later: a spawned child closes what it does not inherit only after the parent
  /// goes on.
  private func requireFree(_ path: String) throws {
    for _ in 0..<200 {
      if (try? FileLock(path)) != nil { return }
      usleep(5_000)
    }
    _ = try FileLock(path)
  }
}

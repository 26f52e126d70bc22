import Checkpoints
import DurableFiles
import Synchronization
import Testing

/// Every crash of four saves with retention, under three models of what a crash leaves.
@Suite struct CrashEnumerationTests {
  static let steps = [10, 20, 30, 40]

  @Test(arguments: CrashModel.allCases)
  func noCrashLosesAnAcknowledgedStepOrYieldsACorruptOne(_ model: CrashModel) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let report = Crash.enumerate(try Crash.record { $0 }, model, limit: 96)
    print("crash states, \(model.rawValue): \(report.stateCount) in \(clock.now - start)")
    #expect(report.badCount == 0, "\(report.badCount) of \(report.stateCount); first: \(report.firstBad)")
    // The recording is not empty and every save was acknowledged in it.
    #expect(report.acknowledgedAtEnd == Self.steps.last)
    #expect(report.stateCount >= (model == .processKill ? 100 : 1_000), "\(report.stateCount)")
  }

  @Test(arguments: Mutant.Change.allCases)
  func everyMutantOfTheProtocolIsCaught(_ change: Mutant.Change) throws {
    let mutations = Mutex(0)
    let events = try Crash.record { recorder in
      Mutant(recorder, change) { mutations.withLock { $0 += 1 } }
    }
    #expect(mutations.withLock { $0 } >= 3, "the mutant changed almost nothing")
    var bad: [String] = []
    for model in CrashModel.allCases {
      let report = Crash.enumerate(events, model, limit: 12)
      bad.append("\(model.rawValue) \(report.badCount)/\(report.stateCount)")
      if report.badCount > 0 {
        print("mutant \(change): \(bad.joined(separator: ", ")): \(report.firstBad)")
        return
      }
    }
    Issue.record("\(change) was not caught: \(bad)")
  }

  @Test func aCrashWhileLoadingLosesNothingEither() throws {
    // A volume on which loading has much to do: a damaged newest step, an unfinished save, an unfinished removal.
    var stateCount = 0
    for step in [20, 30] {
      let recorder = RecordingFileSystem(MemoryFileSystem())
      let store = Sample.store(recorder)
      for step in [10, 20] { try store.save(step: step, files: Sample.files(step: step)) }
      try recorder.makeFolders("pretrain/.tmp-step-000000050-a/state")
      try recorder.createFile("pretrain/.tmp-step-000000050-a/state/x", bytes: [1])
      try recorder.makeFolders("pretrain/.trash-step-000000005-b")
      if step == 30 {
        try recorder.makeFolders("pretrain/step-000000030")
        try recorder.createFile("pretrain/step-000000030/MANIFEST", bytes: Array("# cloze".utf8))
        try recorder.synchronizeFolder("pretrain")
      }
      let before = recorder.events.count
      let loaded = try #require(try Sample.store(recorder).load())
      #expect(loaded.step == 20)
      #expect(loaded.setAside.map(\.step) == (step == 30 ? [30] : []))
      let states = CrashStates(recorder.events)
      for place in before..<states.placeCount {
        for model in CrashModel.allCases {
          try states.visit(place: place, model: model, limit: 64, seed: 5) { volume in
            stateCount += 1
            let again = try Sample.store(volume).load()
            #expect(again?.step == 20, "\(model.rawValue) after \(place) operations")
          }
        }
      }
    }
    #expect(stateCount > 100, "\(stateCount)")
  }
}

/// Recording four saves, and judging what crashes leave of them.
enum Crash {
  struct Report {
    var stateCount = 0
    var badCount = 0
    var firstBad = ""
    var acknowledgedAtEnd: Int?
  }

  /// The events of four saves, the second of which is the best, seen through `wrap`.
  static func record(_ wrap: (RecordingFileSystem) -> any FileSystem) throws -> [FileEvent] {
    let recorder = RecordingFileSystem(MemoryFileSystem())
    let fileSystem = wrap(recorder)
    let store = Sample.store(fileSystem)
    for step in CrashEnumerationTests.steps {
      try store.save(step: step, best: step > 20 ? 20 : nil, files: Sample.files(step: step)) { _ in
        // Mutants that acknowledge too early do so themselves.
        if (fileSystem as? Mutant)?.change != .acknowledgeBeforeParent { recorder.mark(String(step)) }
      }
    }
    return recorder.events
  }

  static func enumerate(_ events: [FileEvent], _ model: CrashModel, limit: Int) -> Report {
    let states = CrashStates(events)
    var report = Report()
    for place in 0..<states.placeCount {
      let acknowledged = states.marks(before: place).compactMap { Int($0) }.max()
      report.acknowledgedAtEnd = acknowledged
      states.visit(place: place, model: model, limit: limit, seed: 2026) { volume in
        report.stateCount += 1
        let alsoSaves = report.stateCount % 16 == 0
        guard let problem = problem(volume, acknowledged, alsoSaves: alsoSaves) else { return }
        if report.badCount == 0 { report.firstBad = "after \(place) operations: \(problem)" }
        report.badCount += 1
      }
    }
    return report
  }

  /// What is wrong with what a crash left, after `acknowledged` was said to be safe; nil if nothing is.
  static func problem(_ volume: MemoryFileSystem, _ acknowledged: Int?, alsoSaves: Bool) -> String? {
    do {
      let store = Sample.store(volume)
      let loaded = try store.load()
      if let loaded, let name = Sample.wrongFile(loaded, volume) { return "step \(loaded.step) is corrupt: \(name)" }
      if let acknowledged, (loaded?.step ?? -1) < acknowledged {
        return "step \(acknowledged) is lost; found \(loaded.map { String($0.step) } ?? "nothing")"
      }
      guard alsoSaves else { return nil }
      let next = (loaded?.step ?? 0) + 10
      try store.save(step: next, files: Sample.files(step: next))
      return try Sample.store(volume).load()?.step == next ? nil : "the next save does not load"
    } catch {
      return "\(error)"
    }
  }
}

/// A file system that breaks one rule of the protocol.
final class Mutant: FileSystem {
  enum Change: CaseIterable {
    case skipDataFiles, skipManifest, skipTemporaryFolder, skipStateFolder, skipParentFolder
    case acknowledgeBeforeParent, keepOneBeforeCommit
  }

  let change: Change
  private let base: RecordingFileSystem
  private let note: @Sendable () -> Void

  init(_ base: RecordingFileSystem, _ change: Change, note: @escaping @Sendable () -> Void) {
    self.base = base
    self.change = change
    self.note = note
  }

  func synchronize(_ file: OpenFile) throws(FileError) {
    let isManifest = file.path.hasSuffix("MANIFEST")
    if change == (isManifest ? .skipManifest : .skipDataFiles) { note() } else { try base.synchronize(file) }
  }

  func synchronizeFolder(_ path: String) throws(FileError) {
    let rule: Change =
      switch (path.contains(".tmp-"), path.hasSuffix("/state")) {
      case (true, true): .skipStateFolder
      case (true, false): .skipTemporaryFolder
      default: .skipParentFolder
      }
    if change == rule { note() } else { try base.synchronizeFolder(path) }
  }

  func rename(_ from: String, to: String, replacing: Bool) throws(FileError) {
    let isCommit = from.contains("/.tmp-step-") && to.contains("/step-")
    if isCommit, change == .keepOneBeforeCommit {
      note()
      for name in try base.list(Sample.folder) where name.hasPrefix("step-") {
        try base.removeTree(Paths.join(Sample.folder, name))
      }
    }
    try base.rename(from, to: to, replacing: replacing)
    if isCommit, change == .acknowledgeBeforeParent, let step = CheckpointStore.step(ofFolder: Paths.name(of: to)) {
      note()
      base.mark(String(step))
    }
  }

  func create(_ path: String, mode: UInt32) throws(FileError) -> OpenFile { try base.create(path, mode: mode) }
  func openForReading(_ path: String, followingLinks: Bool) throws(FileError) -> OpenFile {
    try base.openForReading(path, followingLinks: followingLinks)
  }
  func openForAppending(_ path: String, mode: UInt32) throws(FileError) -> OpenFile {
    try base.openForAppending(path, mode: mode)
  }
  func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(FileError) -> Int {
    try base.write(bytes, to: file)
  }
  func read(
    _ file: OpenFile, at offset: UInt64, into bytes: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int { try base.read(file, at: offset, into: bytes) }
  func truncate(_ file: OpenFile, to bytes: UInt64) throws(FileError) { try base.truncate(file, to: bytes) }
  func close(_ file: OpenFile) throws(FileError) { try base.close(file) }
  func makeFolder(_ path: String, mode: UInt32) throws(FileError) { try base.makeFolder(path, mode: mode) }
  func removeFile(_ path: String) throws(FileError) { try base.removeFile(path) }
  func removeFolder(_ path: String) throws(FileError) { try base.removeFolder(path) }
  func makeLink(_ path: String, to target: String) throws(FileError) { try base.makeLink(path, to: target) }
  func readLink(_ path: String) throws(FileError) -> String { try base.readLink(path) }
  func list(_ folder: String) throws(FileError) -> [String] { try base.list(folder) }
  func status(_ path: String, followingLinks: Bool) throws(FileError) -> FileStatus? {
    try base.status(path, followingLinks: followingLinks)
  }
  func status(of file: OpenFile) throws(FileError) -> FileStatus { try base.status(of: file) }
  func space(at path: String) throws(FileError) -> FileSpace { try base.space(at: path) }
}

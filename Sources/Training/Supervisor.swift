import Collectives

/// What happened to the processes of a run.
public enum SupervisionEvent: Sendable, Equatable {
  /// The processes of a run go on from a step after an incident.
  case replaced(Incident)
  /// The writer of checkpoints ended and was replaced.
  case writerReplaced(cause: String)
}

/// Why the processes of a run had to be replaced.
public struct Incident: Sendable, Equatable {
  /// What ended, such as `worker 1 was killed by signal 9`.
  public let cause: String
  /// Steps done.
  public let step: Int
  /// The crash's signature if it was one of ours; a signal from outside is none.
  public let crash: String?
  /// What the processes printed last, such as the stacks of one that crashed or hung.
  public let printed: String
}

/// Why a supervisor gave up.
public enum SupervisionError: Error, Sendable, Equatable {
  /// A process stopped with an error that another try would meet again.
  case failed(code: Int32, words: String)
  /// The same crash twice at one step, or no step in three lives.
  case crashLoop(incidents: [Incident])
}

/// Starts the processes of a run, notices when one dies or hangs, and has others go on where it was.
///
/// It does no arithmetic and never waits for a member. When a member is lost, all are killed and all begin anew on the
/// state in the shared memory, which is whole at every instant; a step that was cut short is taken again or finished.
public final class Supervisor {
  /// A process to start.
  public enum Role: Sendable, Equatable {
    case worker(Int), writer
  }

  private let group: SharedGroup
  private let memory: TrainingMemory
  private let start: (Role) throws -> ChildProcess
  private let observe: (SupervisionEvent) -> Void
  private let drain: () -> Void
  private var workers: [ChildProcess] = []
  private var writer: ChildProcess?
  private var watchdog: Watchdog
  private var writerWatch: WriterWatch
  private var incidents: [Incident] = []
  private var writerLives = 0
  private var lastDurable: Int?
  private var livesWithoutProgress = 0
  private var lastStep = 0
  private static let poll = 0.02
  private static let timeForStacks = 0.2
  private static let mostLooks = 10
  private static let mostIncidents = 16
  private static let mostLives = 3
  /// What a worker says with its exit code when another try may help.
  public static let tryAgainCode: Int32 = 75

  /// A supervisor of the members of `group`, of which it is none.
  ///
  /// - Parameters:
  ///   - start: starts a process; called on the thread of `run`.
  ///   - observe: told of incidents.
  ///   - drain: called often: takes the run's events from the memory.
  public init(
    _ group: SharedGroup, _ memory: TrainingMemory, start: @escaping (Role) throws -> ChildProcess,
    observe: @escaping (SupervisionEvent) -> Void, drain: @escaping () -> Void
  ) {
    self.group = group
    self.memory = memory
    self.start = start
    self.observe = observe
    self.drain = drain
    watchdog = Watchdog(count: group.count)
    writerWatch = WriterWatch(bytes: memory.snapshot.byteCount)
  }

  /// Returns when the run has ended and its last checkpoint is on the disk.
  public func run(until shouldStop: () -> Bool) throws -> RunOutcome {
    defer { end() }
    lastStep = memory.run.progress.step
    try begin()
    while true {
      ChildProcess.wait(forAny: workers + [writer].compactMap { $0 }, seconds: Supervisor.poll)
      memory.steps.reach("supervise", as: .supervisor)
      drain()
      if shouldStop(), memory.run.stop.value == 0 { memory.run.stop.announce(1) }
      try watchWriter()
      let endings = workers.map { $0.poll() }
      if let rank = endings.firstIndex(where: { $0 != nil && $0 != .exited(code: 0) }), let ending = endings[rank] {
        try replace(after: ending, of: rank)
      } else if endings.allSatisfy({ $0 != nil }) {
        if let outcome = try finished() { return outcome }
      } else if let late = watchdog.look(
        now: monotonicSeconds(), missing: group.missing, { group.board[$0] })
      {
        try replace(late)
      }
    }
  }

  private func begin() throws {
    workers = try (0..<group.count).map { try start(.worker($0)) }
    if writer == nil { writer = try start(.writer) }
    watchdog = Watchdog(count: group.count)
  }

  /// How the run ended, once the last snapshot is on the disk.
  private func finished() throws -> RunOutcome? {
    guard let outcome = memory.run.outcome else {
      try replace(cause: "all workers ended before the run did", crash: "ended early")
      return nil
    }
    guard memory.snapshot.isIdle else { return nil }
    drain()
    return outcome
  }

  private func watchWriter() throws {
    let snapshot = memory.snapshot
    let late = writerWatch.look(now: monotonicSeconds(), isIdle: snapshot.isIdle, written: snapshot.writtenCount)
    // A process that waits for the disk may outlive its SIGKILL; nobody waits for it.
    if late != nil { writer?.kill() }
    guard let ending = writer?.poll() else { return }
    if case .exited(let code) = ending, code != 0, code != Supervisor.tryAgainCode {
      throw SupervisionError.failed(code: code, words: group.board.words(group.count) ?? "")
    }
    let durable = memory.snapshot.durableStep
    let cause: String
    if let late {
      // The disk's fault, not the writer's: it does not count as a life.
      cause = "the writer had saved nothing after \(Int(late.rounded())) s"
      writerWatch.restart()
    } else {
      cause = "the writer " + Supervisor.describe(ending)
      writerLives = durable == lastDurable ? writerLives + 1 : 1
    }
    lastDurable = durable
    guard writerLives <= Supervisor.mostLives else {
      throw SupervisionError.crashLoop(incidents: [
        Incident(
          cause: cause, step: memory.run.progress.step, crash: signature(of: ending), printed: writer?.printed() ?? "")
      ])
    }
    observe(.writerReplaced(cause: cause))
    writer = try start(.writer)
  }

  /// A member ended before its time.
  private func replace(after ending: ChildProcess.Ending, of rank: Int) throws {
    if case .exited(let code) = ending, code != Supervisor.tryAgainCode, let words = group.board.words(rank) {
      killAll()
      drain()
      throw SupervisionError.failed(code: code, words: words)
    }
    try replace(cause: "worker \(rank) " + Supervisor.describe(ending), crash: signature(of: ending))
  }

  /// A member hangs.
  private func replace(_ late: Watchdog.Finding) throws {
    let cause = "worker \(late.rank) made no progress in \(late.phase) for \(Int(late.seconds.rounded())) s"
    waitForStacks(of: workers[late.rank])
    try replace(cause: cause, crash: nil)
  }

  /// Has a process print its stacks, until no more come; one that is stopped prints none.
  private func waitForStacks(of worker: ChildProcess) {
    worker.askForStacks()
    for _ in 0..<Supervisor.mostLooks {
      let before = worker.printedCount
      ChildProcess.wait(forAny: [], seconds: Supervisor.timeForStacks)
      if worker.printedCount == before { return }
    }
  }

  private func replace(cause: String, crash: String?) throws {
    let printed = workers.map { $0.printed() }.joined()
    killAll()
    drain()
    let step = memory.run.progress.step
    livesWithoutProgress = step > lastStep ? 1 : livesWithoutProgress + 1
    lastStep = step
    let incident = Incident(cause: cause, step: step, crash: crash, printed: printed)
    incidents = incidents.suffix(Supervisor.mostIncidents - 1) + [incident]
    let isRepeated = crash != nil && incidents.count { $0.crash == crash && $0.step == step } >= 2
    guard !isRepeated, livesWithoutProgress <= Supervisor.mostLives else {
      throw SupervisionError.crashLoop(incidents: incidents)
    }
    observe(.replaced(incident))
    if livesWithoutProgress > 1 {
      ChildProcess.wait(forAny: [], seconds: 0.1 * Double(1 << min(8, livesWithoutProgress - 1)))
    }
    group.reset()
    try begin()
  }

  private func killAll() {
    for worker in workers { worker.kill() }
    for worker in workers { _ = worker.wait() }
  }

  private func end() {
    killAll()
    writer?.kill()
    _ = writer?.wait()
  }

  /// A crash's signature; nil for signals that come from outside.
  private func signature(of ending: ChildProcess.Ending) -> String? {
    guard case .killed(let signal) = ending else { return Supervisor.describe(ending) }
    return Supervisor.crashSignals.contains(signal) ? "signal \(signal)" : nil
  }

  /// SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS: what a process brings upon itself.
  private static let crashSignals: Set<Int32> = [4, 5, 6, 7, 8, 11, 31]

  private static func describe(_ ending: ChildProcess.Ending) -> String {
    switch ending {
    case .exited(let code): "ended with code \(code)"
    case .killed(let signal): "was killed by signal \(signal)"
    }
  }
}

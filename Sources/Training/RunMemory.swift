import Collectives
import Objectives

/// What the members of a group share of a run beside its steps: where it is, what they agreed on, what they report.
public final class RunMemory {
  /// The group.
  public let group: any ProcessGroup
  /// Not 0 when somebody asked for the run to stop.
  public let stop: SharedWord
  private let copies: SharedTable<RunProgress>
  private let current: SharedWord
  private let agreements: SharedTable<UInt32>
  private let times: SharedTable<Double>
  private let outcomes: SharedWord
  private let ring: SharedTable<SharedEvent>
  private let reported: SharedTable<UInt64>
  private let taken: SharedTable<UInt64>
  private var turn = 0
  private static let ringCount = 2_048

  /// The memory of a run of `group`.
  public init(_ group: any ProcessGroup) {
    self.group = group
    stop = group.word()
    copies = group.table(of: RunProgress.self, count: 2)
    current = group.word()
    agreements = group.table(of: UInt32.self, count: 2)
    times = group.table(of: Double.self, count: 1)
    outcomes = group.word()
    ring = group.table(of: SharedEvent.self, count: RunMemory.ringCount)
    reported = group.table(of: UInt64.self, count: 1)
    taken = group.table(of: UInt64.self, count: 1)
  }

  /// Where the run is. Written whole before it counts, so that a process that dies while writing changes nothing.
  public var progress: RunProgress {
    get { copies[Int(current.value & 1)] }
    set {
      let other = (current.value & 1) ^ 1
      copies[Int(other)] = newValue
      current.value = other
    }
  }

  /// When the last checkpoint was begun, on the clock that nobody sets.
  var savedSeconds: Double {
    get { times[0] }
    set { times[0] = newValue }
  }

  /// How the run ended, nil while it goes on.
  public var outcome: RunOutcome? {
    get { outcomes.value == 0 ? nil : outcomes.value == 1 ? .finished : .stopped }
    set { outcomes.value = newValue.map { $0 == .finished ? 1 : 2 } ?? 0 }
  }

  /// Begins at `progress`, where the run was saved unless that is its very start.
  public func begin(_ progress: RunProgress) {
    var progress = progress
    progress.savedStep = progress.step == 0 ? nil : progress.step
    self.progress = progress
    savedSeconds = monotonicSeconds()
  }

  /// What the first member says; a barrier for all.
  func agree(_ value: () -> UInt32) throws -> UInt32 {
    turn ^= 1
    if group.rank == 0 { agreements[turn] = value() }
    try group.barrier()
    return agreements[turn]
  }

  /// Leaves an event for whoever watches the group; the first member's to do.
  func report(_ event: SharedEvent) {
    while reported[0] - taken[0] >= UInt64(RunMemory.ringCount) {
      group.beat(.waiting)
      stop.wait(while: stop.value, seconds: 0.01)
    }
    ring[Int(reported[0] % UInt64(RunMemory.ringCount))] = event
    reported[0] += 1
  }

  /// Hands over the events that nobody has taken yet, oldest first; one counts as taken when `body` returns. Not those that
  /// come meanwhile: where steps are as fast as `body`, that would not end before the run does.
  public func takeEvents(terms: [TermDescription], _ body: (TrainingEvent) throws -> Void) rethrows {
    let end = reported[0]
    while taken[0] < end {
      try body(ring[Int(taken[0] % UInt64(RunMemory.ringCount))].event(terms))
      taken[0] += 1
    }
  }

  /// Waits until all events so far are taken: what is saved was reported before.
  func waitForTaking() {
    let reported = reported[0]
    while taken[0] < reported { stop.wait(while: stop.value, seconds: 0.002) }
  }
}

/// A `TrainingEvent` as plain numbers.
struct SharedEvent: BitwiseCopyable {
  private let isStep: Bool
  private let flag: Bool
  private let step: Int
  private let sums: SharedSums
  private let gradientNorm: Double
  private let learningRate: Double

  /// Nil for an event that only the process knows that keeps the checkpoints.
  init?(_ event: TrainingEvent) {
    switch event {
    case .step(let report):
      (isStep, flag, step, sums) = (true, report.isLeftOut, report.step, SharedSums(report.sums, mark: 1))
      (gradientNorm, learningRate) = (report.gradientNorm, report.learningRate)
    case .evaluation(let step, let sums, let isBest):
      (isStep, flag, self.step, self.sums) = (false, isBest, step, SharedSums(sums, mark: 1))
      (gradientNorm, learningRate) = (0, 0)
    case .saved: return nil
    }
  }

  func event(_ terms: [TermDescription]) -> TrainingEvent {
    let sums = sums.sums(termCount: terms.count)
    guard isStep else { return .evaluation(step: step, sums: sums, isBest: flag) }
    return .step(
      StepReport(
        step: step, sums: sums, loss: sums.loss(terms), gradientNorm: gradientNorm, learningRate: learningRate,
        isLeftOut: flag))
  }
}

import Collectives
import Objectives
import Optimizers

/// When a run evaluates, saves and stops, in steps.
public struct RunPlan: Sendable, Equatable {
  /// The step after which the run is finished.
  public var stopStep: Int
  /// Evaluate after every so many steps; never before the end if nil.
  public var evaluationInterval: Int?
  /// Save after every so many steps, or every five minutes if nil; at evaluations and at the end in any case.
  public var saveInterval: Int?

  /// A plan.
  public init(stopStep: Int, evaluationInterval: Int? = nil, saveInterval: Int? = nil) {
    self.stopStep = stopStep
    self.evaluationInterval = evaluationInterval
    self.saveInterval = saveInterval
  }

  /// Whether the held-out rows are scored after `step`; a checkpoint is saved before.
  public func evaluates(after step: Int) -> Bool {
    if step == 0 { return false }
    return step == stopStep || evaluationInterval.map { step % $0 == 0 } ?? false
  }

  func saves(after step: Int, secondsSinceSave: Double) -> Bool {
    if step == 0 { return false }
    return evaluates(after: step) || saveInterval.map { step % $0 == 0 } ?? (secondsSinceSave >= RunPlan.saveSeconds)
  }

  private static let saveSeconds = 300.0
}

/// What a run reports as it happens.
public enum TrainingEvent: Sendable {
  /// A step was taken.
  case step(StepReport)
  /// The held-out rows were scored.
  case evaluation(step: Int, sums: TermSums, isBest: Bool)
  /// A checkpoint is durable.
  case saved(step: Int)
}

/// Watches a run; it can't change what is computed.
public protocol TrainingObserver: AnyObject {
  /// Called after each event, on the run's thread.
  func observe(_ event: TrainingEvent)
}

/// How a run ended.
public enum RunOutcome: Sendable, Equatable {
  /// At its last step.
  case finished
  /// On request, with everything saved.
  case stopped
}

/// What a run knows beside parameters and moments.
public struct RunProgress: Sendable, Equatable, BitwiseCopyable {
  /// Steps done.
  public var step = 0
  /// Updates done: steps without those that were left out.
  public var updateCount = 0
  /// Tokens read in all steps.
  public var tokenCount = 0
  /// The lowest evaluation loss so far, and its step.
  public var bestLoss: Double?
  /// The step of the lowest evaluation loss.
  public var bestStep: Int?
  /// Whether the evaluation after the last step is still to be made. Not part of a checkpoint: a step is saved before it
  /// is evaluated, so that a kill or a stop in a long evaluation loses nothing, and evaluated again after a resume.
  public var isEvaluationDue = false
  /// The last gradients' norms.
  public var norms = GradientNorms()
  /// How many steps in a row were not finite or spikes.
  public var extraordinaryInARow = 0
  /// The last step that was saved; not part of a checkpoint, which knows its step.
  var savedStep: Int?

  /// The start.
  public init() {}
}

/// Steps until done: evaluates, saves and stops as planned or as asked.
///
/// In a group every member goes through the same run. What is left to do follows from `progress` alone, so a process that
/// takes another's place goes on wherever that one died.
public final class TrainingRun {
  /// Parameters, moments and steps.
  public let trainer: Trainer
  /// Where the run is.
  public private(set) var progress: RunProgress
  private let plan: RunPlan
  private let memory: RunMemory
  private let evaluate: (() throws -> TermSums?)?
  private let save: (RunProgress) throws -> Bool
  private let observers: [any TrainingObserver]

  /// A run that goes on from where `memory` is; alone from `progress`.
  ///
  /// - Parameters:
  ///   - evaluate: the sums of the held-out rows, nil if a request to stop cut it short; nil if nothing is held out.
  ///   - save: makes a checkpoint; whether it is durable already.
  public init(
    _ trainer: Trainer, plan: RunPlan, progress: RunProgress? = nil, memory: RunMemory? = nil,
    observers: [any TrainingObserver], evaluate: (() throws -> TermSums?)?,
    save: @escaping (RunProgress) throws -> Bool
  ) {
    self.trainer = trainer
    self.plan = plan
    self.memory = memory ?? RunMemory(SingleProcess())
    self.observers = observers
    self.evaluate = evaluate
    self.save = save
    if let progress { self.memory.begin(progress) }
    self.progress = self.memory.progress
  }

  /// Runs to the plan's end, or until `shouldStop` says so between two steps.
  public func run(until shouldStop: () -> Bool) throws -> RunOutcome {
    while true {
      let wishes = try wishes(shouldStop)
      let isAtEnd = progress.step >= plan.stopStep
      if !wishes.isEmpty || isAtEnd { try saveOnce() }
      let isFinished = isAtEnd && !progress.isEvaluationDue
      if isFinished || wishes.contains(.stop) { return end(isFinished ? .finished : .stopped) }
      if progress.isEvaluationDue { try evaluateOnce() } else { try advance() }
    }
  }

  /// What is to happen between two steps, on which all members agree.
  private struct Wishes: OptionSet {
    let rawValue: UInt32
    static let stop = Wishes(rawValue: 1)
    static let save = Wishes(rawValue: 2)
  }

  private func wishes(_ shouldStop: () -> Bool) throws -> Wishes {
    let raw = try memory.agree {
      var wishes: Wishes = shouldStop() ? .stop : []
      let seconds = monotonicSeconds() - memory.savedSeconds
      if plan.saves(after: progress.step, secondsSinceSave: seconds) { wishes.insert(.save) }
      return wishes.rawValue
    }
    return Wishes(rawValue: raw)
  }

  private func advance() throws {
    let limit = progress.norms.limit(clipNorm: trainer.configuration.clipNorm)
    let report = try trainer.advance(normLimit: limit, extraordinaryBefore: progress.extraordinaryInARow)
    progress.step = report.step
    progress.norms.append(report.gradientNorm)
    let isOrdinary = !report.isLeftOut && report.gradientNorm <= limit
    progress.extraordinaryInARow = isOrdinary ? 0 : progress.extraordinaryInARow + 1
    progress.updateCount = trainer.optimizer.updateCount
    progress.tokenCount += report.sums.tokenCount
    progress.isEvaluationDue = evaluate != nil && plan.evaluates(after: report.step)
    tell(.step(report))
    commit()
  }

  /// Scores the held-out rows, unless a request to stop cuts it short.
  private func evaluateOnce() throws {
    guard let sums = try evaluate?() else { return }
    let loss = sums.loss(trainer.objective.terms)
    let isBest = progress.bestLoss.map { loss < $0 } ?? true
    if isBest { (progress.bestLoss, progress.bestStep) = (loss, progress.step) }
    progress.isEvaluationDue = false
    tell(.evaluation(step: progress.step, sums: sums, isBest: isBest))
    commit()
  }

  private func saveOnce() throws {
    guard progress.savedStep != progress.step else { return }
    let isDurable = try save(progress)
    progress.savedStep = progress.step
    if memory.group.rank == 0 { memory.savedSeconds = monotonicSeconds() }
    if isDurable { tell(.saved(step: progress.step)) }
    commit()
  }

  private func end(_ outcome: RunOutcome) -> RunOutcome {
    if memory.group.rank == 0 { memory.outcome = outcome }
    memory.group.beat(.done)
    return outcome
  }

  /// From here on the run is where `progress` says, whoever dies.
  private func commit() {
    if memory.group.rank == 0 { memory.progress = progress }
  }

  private func tell(_ event: TrainingEvent) {
    for observer in observers { observer.observe(event) }
  }
}

/// Leaves a run's events in the memory of its group, for the process that watches it.
public final class GroupReporter: TrainingObserver {
  private let memory: RunMemory

  /// A reporter of this member; only the first one reports.
  public init(_ memory: RunMemory) {
    self.memory = memory
  }

  /// Leaves the event, if this is the first member.
  public func observe(_ event: TrainingEvent) {
    guard memory.group.rank == 0, let event = SharedEvent(event) else { return }
    memory.report(event)
  }
}

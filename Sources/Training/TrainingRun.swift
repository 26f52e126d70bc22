import Dispatch
import Objectives

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

  func evaluates(after step: Int) -> Bool {
    step == stopStep || evaluationInterval.map { step % $0 == 0 } ?? false
  }

  func saves(after step: Int, secondsSinceSave: Double) -> Bool {
    evaluates(after: step) || saveInterval.map { step % $0 == 0 } ?? (secondsSinceSave >= RunPlan.saveSeconds)
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

/// Watches a run; it can't change anything.
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
public struct RunProgress: Sendable, Equatable {
  /// Steps done.
  public var step = 0
  /// Tokens read in all steps.
  public var tokenCount = 0
  /// The lowest evaluation loss so far, and its step.
  public var bestLoss: Double?
  /// The step of the lowest evaluation loss.
  public var bestStep: Int?
  /// Whether the evaluation after the last step was cut short by a request to stop, and is still to be made.
  public var isEvaluationDue = false

  /// The start.
  public init() {}
}

/// Steps until done: evaluates, saves and stops as planned or as asked.
public final class TrainingRun {
  /// Parameters, moments and steps.
  public let trainer: Trainer
  /// Where the run is.
  public private(set) var progress: RunProgress
  private let plan: RunPlan
  private let evaluate: () throws -> TermSums?
  private let save: (RunProgress, _ isBest: Bool) throws -> Void
  private let observers: [any TrainingObserver]
  private var savedStep: Int?
  private var savedTime: Double

  /// A run that goes on from `progress`.
  ///
  /// - Parameters:
  ///   - evaluate: the sums of the held-out rows; nil if there are none, or if a request to stop cut it short.
  ///   - save: makes a checkpoint durable; returns only when it is.
  public init(
    _ trainer: Trainer, plan: RunPlan, progress: RunProgress, observers: [any TrainingObserver],
    evaluate: @escaping () throws -> TermSums?, save: @escaping (RunProgress, _ isBest: Bool) throws -> Void
  ) {
    self.trainer = trainer
    self.plan = plan
    self.progress = progress
    self.observers = observers
    self.evaluate = evaluate
    self.save = save
    savedStep = progress.step == 0 ? nil : progress.step
    savedTime = TrainingRun.monotonicSeconds
  }

  /// Runs to the plan's end, or until `shouldStop` says so between two steps.
  public func run(until shouldStop: () -> Bool) throws -> RunOutcome {
    if progress.isEvaluationDue {
      _ = try evaluated(shouldStop)
      if progress.isEvaluationDue { return .stopped }
    }
    while progress.step < plan.stopStep {
      if shouldStop() {
        try saveOnce(isBest: false)
        return .stopped
      }
      let report = try trainer.advance()
      progress.step = report.step
      progress.tokenCount += report.sums.tokenCount
      tell(.step(report))
      let isBest = try plan.evaluates(after: report.step) ? evaluated(shouldStop) : false
      if plan.saves(after: report.step, secondsSinceSave: now - savedTime) { try saveOnce(isBest: isBest) }
    }
    return .finished
  }

  /// Scores the held-out rows; true if no earlier loss was as low.
  private func evaluated(_ shouldStop: () -> Bool) throws -> Bool {
    guard let sums = try evaluate() else {
      progress.isEvaluationDue = shouldStop()
      return false
    }
    progress.isEvaluationDue = false
    let loss = sums.loss(trainer.objective.terms)
    let isBest = progress.bestLoss.map { loss < $0 } ?? true
    if isBest { (progress.bestLoss, progress.bestStep) = (loss, progress.step) }
    tell(.evaluation(step: progress.step, sums: sums, isBest: isBest))
    return isBest
  }

  private func saveOnce(isBest: Bool) throws {
    guard savedStep != progress.step else { return }
    try save(progress, isBest)
    savedStep = progress.step
    savedTime = now
    tell(.saved(step: progress.step))
  }

  private var now: Double { TrainingRun.monotonicSeconds }

  private static var monotonicSeconds: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

  private func tell(_ event: TrainingEvent) {
    for observer in observers { observer.observe(event) }
  }
}

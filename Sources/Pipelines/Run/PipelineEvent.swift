import Objectives
import Training

/// What a pipeline reports while it runs.
public enum PipelineEvent: Sendable {
  /// A stage begins.
  case began(stage: String)
  /// A part of a stage's work is done: so many of so many, of things like documents or texts.
  case advanced(stage: String, done: Int, total: Int?, unit: String)
  /// Something worth a line that is not the stage's result.
  case noted(stage: String, String)
  /// A stage is done.
  case finished(stage: String, summary: String, seconds: Double, wasDone: Bool)
  /// Pretraining begins or goes on.
  case training(TrainingStart)
  /// What the training reports.
  case trained(TrainingEvent)
}

/// Where pretraining begins or goes on, and where it ends.
public struct TrainingStart: Sendable {
  /// Steps done.
  public let step: Int
  /// Steps of the whole run.
  public let steps: Int
  /// Tokens read in the steps done.
  public let tokenCount: Int
  /// Steps of a pass over the corpus.
  public let stepsPerEpoch: Int
  /// What is predicted.
  public let terms: [TermDescription]
  /// Floating-point operations of a token, forward and backward, about.
  public let flopsPerToken: Double
}

/// Watches a pipeline; it can't change anything. Called on the pipeline's thread.
public protocol PipelineObserver: AnyObject {
  /// Called after each event.
  func observe(_ event: PipelineEvent)
}

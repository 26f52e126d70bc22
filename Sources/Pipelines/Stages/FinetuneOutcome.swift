import FineTuning

/// Where a classifier's encoder starts from.
public enum FinetuneArm: String, Sendable, CaseIterable {
  /// From the pretrained model.
  case pretrained
  /// From random numbers: the control that shows what pretraining was worth.
  case scratch

  /// The folder of one of its seeds: `seed-42`, `scratch-42`.
  public func folderName(seed: UInt64) -> String { "\(self == .pretrained ? "seed" : "scratch")-\(seed)" }
}

/// One point of the grid.
public struct FinetuneChoice: Sendable, Equatable {
  /// The peak learning rate.
  public var learningRate: Double
  /// Passes over the training rows.
  public var epochs: Int

  /// A point of the grid.
  public init(learningRate: Double, epochs: Int) {
    self.learningRate = learningRate
    self.epochs = epochs
  }
}

/// A point of the grid that was tried with the first seed, and how it did on the validation rows.
public struct FinetuneTrial: Sendable, Equatable {
  /// Where the encoder started from.
  public let arm: FinetuneArm
  /// The point.
  public let choice: FinetuneChoice
  /// The best epoch's accuracy on the validation rows.
  public let accuracy: Double
}

/// What one seed brought with the chosen point of the grid.
public struct FinetuneRun: Sendable, Equatable {
  /// Where the encoder started from.
  public let arm: FinetuneArm
  /// The seed of head, order and dropout, and of the whole network from scratch.
  public let seed: UInt64
  /// The epoch whose parameters were kept, from 1.
  public let bestEpoch: Int
  /// Scores on the validation rows.
  public let validation: ClassificationMetrics
  /// Scores on the test rows, which no choice has seen; nil without them.
  public let test: ClassificationMetrics?
  /// Whether each row of the test (or validation) was right.
  let isRight: [Bool]
}

/// All that fine-tuning for one task brought.
public struct FinetuneOutcome: Sendable {
  /// The labels, in the order of their numbers.
  public let labels: [String]
  /// Rows learned from.
  public let trainingCount: Int
  /// Rows chosen by.
  public let validationCount: Int
  /// Rows scored once; 0 without a test.
  public let testCount: Int
  /// Texts that were longer than the limit and cut.
  public let cutCount: Int
  /// The grid.
  public let trials: [FinetuneTrial]
  /// The chosen point of each arm.
  public let choices: [FinetuneArm: FinetuneChoice]
  /// Every seed of every arm.
  public let runs: [FinetuneRun]
  /// What word counts alone can tell.
  public let naiveBayes: ClassificationMetrics
  /// How sure it is that pretraining helped; nil without the control.
  public let bootstrap: PairedBootstrap?
  /// The folder of the best seed, by its validation accuracy.
  public let bestFolder: String

  /// Whether scores are those of the test rows rather than the validation rows.
  public var isTested: Bool { testCount > 0 }

  /// The scores that count of every seed of an arm: on the test if there is one.
  public func scores(_ arm: FinetuneArm) -> [ClassificationMetrics] {
    runs.filter { $0.arm == arm }.map { $0.test ?? $0.validation }
  }

  /// The mean of a score over an arm's seeds and its standard deviation between them, 0 for one seed.
  public func spread(
    _ arm: FinetuneArm, _ score: (ClassificationMetrics) -> Double
  ) -> (mean: Double, deviation: Double) {
    let values = scores(arm).map(score)
    guard !values.isEmpty else { return (0, 0) }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0)
  }
}

/// What fine-tuning reports while it runs.
public enum FinetuneEvent: Sendable {
  /// The rows are read.
  case read(training: Int, validation: Int, test: Int, labels: Int, cut: Int)
  /// An epoch is done: of a trial of the grid, or of a seed.
  case epoch(FinetuneArm, FinetuneChoice, seed: UInt64, FineTuner.Epoch)
  /// A point of the grid is done.
  case tried(FinetuneTrial)
  /// A seed is done and its folder written.
  case finished(FinetuneRun)
}

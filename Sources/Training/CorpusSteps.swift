import Datasets
import Objectives

/// A corpus as steps: the rows that a plan gives each step, dealt in order to its micro-slots.
public final class CorpusSteps: StepSource {
  private let rows: RowSource
  private let maker: any BatchMaker
  /// The slots of a step.
  public let slotCount: Int

  /// The steps of the plan of `rows`, each cut into `slotCount` micro-slots.
  public init(_ rows: RowSource, maker: any BatchMaker, slotCount: Int) {
    self.rows = rows
    self.maker = maker
    self.slotCount = slotCount
  }

  /// The batches of a step's slots; a slot without rows is nil.
  public func slots(of step: Int) throws -> [Batch?] {
    try rows.examples(of: step, slots: slotCount).map { $0.isEmpty ? nil : maker.batch($0, for: .training) }
  }
}

/// The held-out rows as batches, in corpus order and the same every time.
public struct HeldOutBatches {
  /// Rows of a batch.
  public static let batchSize = 16
  /// How many batches there are.
  public let count: Int
  private let rows: RowSource
  private let maker: any BatchMaker
  private let stride: Double

  /// All held-out rows, or as many evenly spread batches as `maximumTokens` allows, at least one.
  public init(
    _ dataset: Dataset, index: DatasetIndex, maker: any BatchMaker, maximumTokens: Int? = nil
  ) throws(DatasetError) {
    let plan = try SequencePlan(index, part: .validation, batchSize: HeldOutBatches.batchSize, seed: 0)
    rows = RowSource(dataset, index: index, plan: plan)
    self.maker = maker
    let share = Double(maximumTokens ?? .max) / Double(max(1, index.validation.statistics.rowTokens))
    count = share >= 1 ? plan.stepCount : max(1, Int(Double(plan.stepCount) * share))
    stride = Double(plan.stepCount) / Double(count)
  }

  /// One batch.
  public func batch(_ number: Int) throws -> Batch {
    maker.batch(try rows.examples(of: Int(Double(number) * stride)), for: .evaluation)
  }
}

import NN
import Objectives
import Tensors

/// Sums of an objective over held-out rows, with dropout off and masks that are the same every time.
public struct Evaluator {
  private let objective: any Objective
  private let workspace = Workspace()

  /// An evaluator of `objective`.
  public init(_ objective: any Objective) {
    self.objective = objective
  }

  /// What the terms add up to over `count` batches, in tree order; nil if cancelled.
  ///
  /// The batches are asked for one by one, in order.
  public func evaluate(
    _ count: Int, isCancelled: () -> Bool = { false }, batch: (Int) throws -> Batch
  ) throws -> TermSums? {
    var wasCancelled = false
    let sums = try SlotTree.fold(0..<count) { index -> TermSums? in
      wasCancelled = wasCancelled || isCancelled()
      if wasCancelled { return nil }
      let batch = try batch(index)
      let tape = Tape.inference(workspace)
      return TermSums(batch, counts: objective.counts(batch), scores: objective.scores(batch, on: tape))
    } join: {
      $0 + $1
    }
    return wasCancelled ? nil : sums
  }
}

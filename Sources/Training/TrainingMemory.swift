import Collectives
import NN
import Optimizers

/// All that the members of a group share, placed in one order: parameters, moments, gradients, and how far they are.
public struct TrainingMemory {
  /// For taking steps.
  public let steps: StepMemory
  /// For evaluating.
  public let evaluation: EvaluationMemory
  /// For going through a run.
  public let run: RunMemory
  /// For saving.
  public let snapshot: Snapshot

  /// The memory behind `store` and `optimizer`, whose slabs lie in the memory of the same group already.
  public init(
    _ group: any ProcessGroup, _ store: ParameterStore, _ optimizer: AdamW, slotCount: Int, evaluationCount: Int
  ) {
    steps = StepMemory(group, store, optimizer, slotCount: slotCount, isShared: true)
    evaluation = EvaluationMemory(group, count: evaluationCount)
    run = RunMemory(group)
    snapshot = Snapshot(group, store)
  }
}

import Checkpoints
import JSON
import NN
import Optimizers
import Training

/// What a checkpoint of pretraining says beside parameters and moments, and how one is saved.
struct PretrainState {
  let context: RunContext
  let plan: StepPlan
  private let frozen: JSONObject
  private let numerics: String

  init(_ context: RunContext, _ setup: PretrainSetup, _ plan: StepPlan, numerics: String) {
    self.context = context
    self.plan = plan
    self.numerics = numerics
    frozen = setup.frozen(context)
  }

  /// Brings a checkpoint to the disk; returns only when it is there.
  func save(_ progress: RunProgress, _ loaded: LoadedModel, _ optimizer: AdamW, in checkpoints: CheckpointStore) throws
  {
    let state = RunState(
      progress: progress, frozen: frozen,
      plan: JSONObject([("steps", plan.json), ("tunable", context.configuration.tunableSettings)]), numerics: numerics)
    let files = try ModelWriter.files(loaded) + state.files(loaded.store, optimizer)
    // Parameters and both moments, with room for everything else.
    let bytes = UInt64(loaded.store.parameterCount * 12 + (1 << 20))
    try checkpoints.save(step: progress.step, best: progress.bestStep, expectedBytes: bytes, files: files)
  }
}

extension RunContext {
  /// Records a step that is left out, because it was not finite or its gradient a spike.
  func leaveOut(_ found: LeftOutStep) throws {
    try decide(
      "leave-out-step",
      [
        ("step", .integer(Int64(found.step + 1))), ("loss", .string("\(found.loss)")),
        ("grad_norm", .string("\(found.gradientNorm)")),
      ])
  }
}

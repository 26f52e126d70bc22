import Checkpoints
import DurableFiles
import JSON
import Kernels
import Models
import NN
import Optimizers
import Training

/// What the newest valid checkpoint holds, after checking that this run may go on from it.
struct PretrainResume {
  /// What a start goes on from.
  struct Start {
    /// The state, nil at a first start.
    var state: RunState?
    /// The frozen plan, nil at a first start or when the stop rule or the curve were changed.
    var plan: StepPlan?
    /// The code paths that shape bits here.
    var numerics: String
  }

  private let context: RunContext
  private let setup: PretrainSetup
  private let checkpoints: CheckpointStore

  init(_ context: RunContext, _ setup: PretrainSetup, _ checkpoints: CheckpointStore) {
    self.context = context
    self.setup = setup
    self.checkpoints = checkpoints
  }

  /// The state of the newest checkpoint at a glance, nil where none was ever saved.
  static func newestState(_ folder: RunFolder, _ record: RunRecord, _ settings: PretrainSettings) throws -> RunState? {
    let checkpoints = PretrainStage.checkpoints(folder, record, settings)
    guard let found = try checkpoints.load(isReadOnly: true, depth: .sizes) else { return nil }
    return try RunState.load(found.folder, fileSystem: folder.fileSystem)
  }

  /// Refuses a corpus or tokenizer with which the run cannot go on, before that takes the place of the right one.
  static func checkIdentity(of what: String, _ now: String, _ context: RunContext) throws {
    guard let settings = context.configuration.pretrain,
      let state = try newestState(context.folder, context.record, settings),
      let was = state.frozen["\(what)_sha256"], was != .string(now)
    else { return }
    throw UserError.changed(
      [Fingerprint.Change(key: "\(what)_sha256", was: was, now: .string(now))],
      saved: "step \(Figures.count(state.progress.step))",
      command: "cloze run PIPELINE --as \(Paths.name(of: context.folder.path))-2")
  }

  /// Fills parameters and moments, and says where to go on.
  func load(into loaded: LoadedModel, _ optimizer: AdamW) throws -> Start {
    let numerics = Machine.numerics(
      Machine.start(threads: Machine.threadCount(context.configuration)), setup.settings.precision)
    guard let found = try checkpoints.load() else {
      return Start(state: nil, plan: nil, numerics: numerics)
    }
    for rejected in found.setAside {
      context.tell(.noted(stage: "pretrain", "set aside: \(rejected.folder) (\(rejected.damage))"))
    }
    // What does not fit is refused for its reason before its tensors are found to have other shapes.
    try checkFrozen(try RunState.load(found.folder))
    let state = try RunState.load(found.folder, into: optimizer, of: loaded.store)
    try checkNumerics(state, numerics)
    try ModelReader.readWeights(found.folder, loaded.model.publishedKeys, into: loaded.store)
    let plan = try keptPlan(state)
    return Start(state: state, plan: plan, numerics: numerics)
  }

  private func checkFrozen(_ state: RunState) throws {
    let now = Fingerprint(settings: .object(setup.frozen(context)))
    let changes = now.changes(since: Fingerprint(settings: .object(state.frozen)), places: context.places)
    guard !changes.isEmpty else { return }
    let name = Paths.name(of: context.folder.path)
    throw UserError.changed(
      changes, saved: "step \(Figures.count(state.progress.step))", command: "cloze run PIPELINE --as \(name)-2")
  }

  private func checkNumerics(_ state: RunState, _ now: String) throws {
    guard state.numerics != now else { return }
    guard context.acceptsNumerics else {
      throw UserError("this run's bits were computed by other code paths", .mismatch)
        .with("run", "\(state.numerics)    now: \(now)")
        .action("go on where it began, or accept other rounding with --accept-numerics (recorded)")
    }
    try context.decide(
      "accept-numerics",
      [
        ("step", .integer(Int64(state.progress.step))), ("was", .string(state.numerics)), ("now", .string(now)),
      ])
  }

  /// The plan that was frozen, unless the stop rule or the curve are other ones now; that is recorded.
  private func keptPlan(_ state: RunState) throws -> StepPlan? {
    guard let plan = state.plan["steps"].flatMap({ StepPlan(json: $0) }) else {
      throw UserError("the checkpoint's plan is damaged", .data)
    }
    let changes = settingChanges(
      from: state.plan["tunable"] ?? .null, to: context.configuration.tunableSettings, places: context.places)
    guard !changes.isEmpty else { return plan }
    let list = changes.map { change in
      JSONValue.object(
        JSONObject([("key", .string(change.key)), ("was", change.was ?? .null), ("now", change.now ?? .null)]))
    }
    try context.decide("change-settings", [("step", .integer(Int64(state.progress.step))), ("changes", .array(list))])
    let touchesPlan = changes.contains { $0.key != "pretrain.learning_rate" }
    return touchesPlan ? nil : plan
  }
}

import Checkpoints
import Datasets
import Digests
import DurableFiles
import FoundationEssentials
import Glibc
import JSON
import Kernels
import NN
import Objectives
import Optimizers
import Tensors
import Training

/// Learns from the text itself: goes on from the newest valid checkpoint, or starts anew.
struct PretrainStage: Stage {
  let name = "pretrain"
  let settings: PretrainSettings

  func fingerprint(_ context: RunContext) throws -> String {
    let inputs = ["corpus", "tokenizer"].map { context.record.stages[$0]?.figures["sha256"] ?? .null }
    let settings = [context.configuration.frozenSettings, context.configuration.tunableSettings]
    return SHA256.hex(of: JSONValue.array(inputs + settings).text(sortedKeys: true))
  }

  func isIntact(_ context: RunContext) throws -> Bool {
    try !PretrainStage.checkpoints(context, settings).steps().isEmpty
  }

  func run(_ context: RunContext) throws -> StageResult {
    let setup = try PretrainSetup(settings, context)
    let checkpoints = PretrainStage.checkpoints(context, settings)
    // Starting values take seconds to draw; what a checkpoint replaces is not drawn.
    let isNew = try checkpoints.steps().isEmpty
    let group = try context.job.map { try PretrainGroup(setup, context, job: $0, isNew: isNew) }
    let loaded = try group?.loaded ?? setup.network(context, isNew: isNew)
    let objective = try setup.objective(loaded)
    let optimizer = group?.optimizer ?? setup.optimizer(loaded)
    let resumed = try PretrainResume(context, setup, checkpoints).load(into: loaded, optimizer)
    guard isNew || resumed.state != nil else {
      throw UserError("the checkpoints in \(checkpoints.folder) disappeared while they were read", .noValidCheckpoint)
        .action("put them back, or begin anew with --fresh")
    }
    let plan = try resumed.plan ?? firstPlan(setup, context)
    let evaluation = try PretrainEvaluation(setup, objective)
    if !evaluation.hasRows {
      context.tell(.noted(stage: name, "nothing is held out, so nothing is evaluated: raise corpus.validation"))
    }
    if settings.precision != settings.precision.here {
      context.tell(.noted(stage: name, "this processor has no unit for bfloat16; it is computed in float32"))
    }
    var progress = resumed.state?.progress ?? RunProgress()
    progress.isEvaluationDue =
      evaluation.hasRows && PretrainStage.runPlan(plan, settings).evaluates(after: progress.step)
    try countRepeated(after: progress.step, context)
    context.tell(.training(try start(progress, plan, setup, objective, context)))
    let outcome: (RunOutcome, RunProgress)
    if let group {
      outcome = try group.run(progress, plan, resumed.numerics, evaluation)
    } else {
      let state = PretrainState(context, setup, plan, numerics: resumed.numerics)
      outcome = try alone(setup, loaded, objective, optimizer, state, evaluation, progress, checkpoints)
    }
    // A hint for people: that it can't be moved takes nothing back.
    if let best = outcome.1.bestStep { try? checkpoints.markBest(best) }
    if outcome.0 == .stopped {
      throw StoppedOnRequest(standing: "step \(Figures.count(outcome.1.step)) of \(Figures.count(plan.steps))")
    }
    var result = try result(context, setup, checkpoints, evaluation, outcome.1, loaded)
    if let waits = group?.savingWaits {
      result.figures["saving"] = ["saves": JSONValue(waits.count), "wait_seconds": .number(waits.seconds)]
    }
    return result
  }

  /// Trains in this process alone.
  private func alone(
    _ setup: PretrainSetup, _ loaded: LoadedModel, _ objective: any Objective, _ optimizer: AdamW,
    _ state: PretrainState, _ evaluation: PretrainEvaluation, _ progress: RunProgress, _ checkpoints: CheckpointStore
  ) throws -> (RunOutcome, RunProgress) {
    let context = state.context
    let trainer = setup.trainer(loaded, objective, optimizer, state.plan, step: progress.step)
    trainer.recordLeftOut = context.leaveOut
    let run = TrainingRun(
      trainer, plan: PretrainStage.runPlan(state.plan, settings), progress: progress,
      observers: [EventForwarder(context)],
      evaluate: evaluation.hasRows
        ? {
          try evaluation.onTheWay(
            step: trainer.step, isLast: trainer.step == state.plan.steps, isCancelled: { context.shouldStop })
        } : nil,
      save: { progress in
        try state.save(progress, loaded, optimizer, in: checkpoints)
        return true
      })
    return (try run.run(until: { context.shouldStop }), run.progress)
  }

  /// Adds the steps that an earlier start took and did not save to those that are taken again.
  private func countRepeated(after step: Int, _ context: RunContext) throws {
    let last = (try? MetricsFile.records(context.folder.metrics))?.last?["step"]?.int ?? step
    guard last > step else { return }
    context.record.repeatedSteps += last - step
    try context.record.save(context.folder)
  }

  /// The checkpoints of a run's pretraining.
  static func checkpoints(_ context: RunContext, _ settings: PretrainSettings) -> CheckpointStore {
    checkpoints(context.folder, context.record, settings)
  }

  /// The checkpoints in the folder of a run.
  static func checkpoints(_ folder: RunFolder, _ record: RunRecord, _ settings: PretrainSettings) -> CheckpointStore {
    CheckpointStore(
      folder: folder.pretrain, runIdentifier: record.identifier,
      retention: Retention(last: max(2, settings.saveTotalLimit)), fileSystem: folder.fileSystem)
  }

  private func start(
    _ progress: RunProgress, _ plan: StepPlan, _ setup: PretrainSetup, _ objective: any Objective,
    _ context: RunContext
  ) throws -> TrainingStart {
    TrainingStart(
      step: progress.step, steps: plan.steps, tokenCount: progress.tokenCount, stepsPerEpoch: plan.stepsPerEpoch,
      terms: objective.terms, flopsPerToken: try setup.flopsPerToken(context.configuration.model))
  }

  /// When a run with the frozen plan evaluates, saves and stops.
  static func runPlan(_ plan: StepPlan, _ settings: PretrainSettings) -> RunPlan {
    RunPlan(
      stopStep: plan.steps, evaluationInterval: plan.evaluationSteps(settings),
      saveInterval: settings.saveSteps)
  }

  /// The plan of a first start; a budget becomes steps by measuring a few of them on a network of their own.
  private func firstPlan(_ setup: PretrainSetup, _ context: RunContext) throws -> StepPlan {
    let epoch = StepPlan.Epoch(
      steps: setup.rows.plan.stepsPerEpoch, tokens: setup.index.training.statistics.rowTokens)
    let costs = settings.budget == nil ? nil : try setup.measuredCosts(context)
    guard let plan = StepPlan(settings, epoch: epoch, costs: costs) else {
      throw UserError("pretrain has no rule to stop by", .usage)
        .action("set one of max_steps, max_tokens, epochs or budget")
    }
    return plan
  }

  private func result(
    _ context: RunContext, _ setup: PretrainSetup, _ checkpoints: CheckpointStore, _ evaluation: PretrainEvaluation,
    _ progress: RunProgress, _ loaded: LoadedModel
  ) throws -> StageResult {
    var figures = JSONObject([
      ("step", .integer(Int64(progress.step))), ("tokens", .integer(Int64(progress.tokenCount))),
      ("parameters", .integer(Int64(loaded.store.parameterCount))),
      ("best_step", progress.bestStep.map { .integer(Int64($0)) } ?? .null),
    ])
    let folder = checkpoints.folder(step: progress.step)
    if let digest = try checkpoints.verify(step: progress.step, depth: .sizes).file(ModelFiles.weights)?.digest {
      figures["weights_sha256"] = .string(digest)
    }
    figures["folder"] = .string(folder)
    var parts = ["\(Figures.count(progress.step)) steps", "\(Figures.count(progress.tokenCount)) tokens"]
    if let sums = evaluation.last {
      let scores = EvaluationScores(sums, terms: evaluation.objective.terms, unigram: evaluation.unigramAccuracy)
      figures["validation"] = .object(scores.json)
      parts.insert(scores.text, at: 0)
    }
    return StageResult(summary: parts.joined(separator: " · "), figures: figures)
  }
}

/// Names of files in a model folder.
enum ModelFiles {
  static let weights = "model.safetensors"
}

/// Hands the training's events on to the pipeline's observers.
private final class EventForwarder: TrainingObserver {
  private let context: RunContext

  init(_ context: RunContext) {
    self.context = context
  }

  func observe(_ event: TrainingEvent) { context.tell(.trained(event)) }
}

extension PretrainSetup {
  /// The canonical frozen settings, with the identities of corpus and tokenizer.
  func frozen(_ context: RunContext) -> JSONObject {
    Fingerprint(context.configuration, identities: identities).settings.object ?? JSONObject()
  }

  /// Seconds of a step, an evaluation and a save, measured on a network that is thrown away.
  func measuredCosts(_ context: RunContext) throws -> StepPlan.Costs {
    context.tell(.noted(stage: "pretrain", "measuring a few steps to turn the budget into steps"))
    let loaded = try network(context)
    let objective = try objective(loaded)
    let plan = StepPlan(steps: 10, warmupSteps: 0, horizon: 10, stepsPerEpoch: rows.plan.stepsPerEpoch)
    let trainer = trainer(loaded, objective, optimizer(loaded), plan, step: 0)
    let times = try (0..<6).map { _ in
      let start = Date()
      _ = try trainer.advance()
      return Date().timeIntervalSince(start)
    }
    let step = times.dropFirst().sorted()[2]
    let share = Double(settings.maximumEvaluationTokens ?? index.validation.statistics.rowTokens)
    let tokensPerStep = Double(index.training.statistics.rowTokens) / Double(rows.plan.stepsPerEpoch)
    // An evaluation is a forward pass: a third of a step's work per token.
    let evaluation = step / 3 * share / max(1, tokensPerStep)
    let bytes = Double(loaded.store.parameterCount * 12)
    return StepPlan.Costs(step: step, evaluation: evaluation, save: 0.1 + bytes / 3e8, other: context.record.seconds)
  }
}

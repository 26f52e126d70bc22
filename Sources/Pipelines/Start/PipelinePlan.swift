import Glibc
import JSON
import Kernels
import Models

/// What a pipeline would come to on this machine, found out without training it.
public struct PipelinePlan: Sendable {
  /// The corpus.
  public let corpus: CorpusFacts
  /// The network's trained numbers.
  public let parameters: Int
  /// What training takes in memory.
  public let memory: MemoryEstimate
  /// Memory that this process may use.
  public let memoryLimit: Int
  /// Rows of a step.
  public let rowsPerStep: Int
  /// Measured time of a step's parts.
  public let stepTime: StepTime
  /// Seconds of a step.
  public let secondsPerStep: Double
  /// Tokens a second while training.
  public let tokensPerSecond: Double
  /// Steps, warm-up and horizon.
  public let steps: StepPlan
  /// Seconds of the whole pretraining, evaluations and checkpoints included.
  public let seconds: Double
  /// What each preset comes to in the same time, or in the budget asked about.
  public let offers: [PresetOffer]
  /// The time that `offers` are for.
  public let offeredSeconds: Double

  /// Tokens of the whole pretraining.
  public var tokens: Double { Double(steps.steps) * corpus.trainingTokens / Double(max(1, steps.stepsPerEpoch)) }

  /// Passes over the training part.
  public var passes: Double { Double(steps.steps) / Double(max(1, steps.stepsPerEpoch)) }

  /// The preset to take for that time.
  public var recommended: PresetOffer? { PresetOffer.recommended(offers, memoryBytes: memoryLimit) }

  /// The plan of a pipeline.
  ///
  /// - Parameters:
  ///   - folder: the run's folder, which may hold counts already.
  ///   - budget: the time to plan for; the pipeline's own stop rule if nil.
  ///   - measuredSeconds: how long to measure this pipeline's step; each preset gets a third of it.
  /// - Throws: `UserError` for a pipeline without pretraining, and errors of shards and tokenizers.
  public init(
    _ configuration: PipelineConfiguration, folder: RunFolder, budget: TimeSpan? = nil, measuredSeconds: Double = 2
  ) throws {
    let shape = try PlanShape(configuration, folder: folder, budget: budget)
    let (settings, slots, facts) = (shape.settings, shape.slots, shape.corpus)
    let planned = try shape.network()
    let counts = planned.counts(
      rows: shape.slotRows, maskingShare: settings.maskingShare, joining: slots > 1)
    let memory = MemoryEstimate(
      slabCount: counts.slabCount, microBatches: slots, activationBytes: counts.activationBytes,
      workers: ProcessLayout(configuration).workers, precision: settings.precision)
    let limit = min(MachineFacts.memoryLimit, configuration.machine.memory?.bytes ?? .max)
    try MemoryNeed.check(memory.total, limit: limit)
    let timer = StepTimer(try shape.network(), rows: shape.slotRows, maskingShare: settings.maskingShare)
    let time = try timer.measure(seconds: measuredSeconds)
    // The timer's rows are full; the corpus' may not be.
    let fill = min(1, shape.rowTokens / Double(settings.maximumLength))
    let perStep = time.update + time.slot * Double(slots) * fill
    let speed = Double(shape.rowsPerStep) * shape.rowTokens / perStep
    let costs = PipelinePlan.costs(settings, facts, step: perStep, speed: speed, slab: counts.slabCount)
    guard let steps = StepPlan(settings, epoch: shape.epoch, costs: costs) else {
      throw UserError("pretrain has no rule to stop by", .usage)
        .action("set one of max_steps, max_tokens, epochs or budget, or give --budget 8h")
    }
    let evaluations = max(1, steps.steps / max(1, steps.evaluationSteps(settings)))
    // Checkpoints every five minutes, or as given.
    let saves = settings.saveSteps.map { Double(steps.steps / $0) } ?? Double(steps.steps) * perStep / 300
    (corpus, parameters, rowsPerStep) = (facts, planned.parameterCount, shape.rowsPerStep)
    (self.memory, memoryLimit) = (memory, limit)
    (stepTime, secondsPerStep, tokensPerSecond) = (time, perStep, speed)
    self.steps = steps
    seconds = Double(steps.steps) * perStep + Double(evaluations) * costs.evaluation + max(1, saves) * costs.save
    offeredSeconds = settings.budget?.seconds ?? seconds
    offers = try shape.presets(seconds: offeredSeconds).offers(secondsEach: measuredSeconds / 3)
  }

  /// What evaluations and checkpoints take; an evaluation is a forward pass: a third of a step's work for each token.
  private static func costs(
    _ settings: PretrainSettings, _ corpus: CorpusFacts, step: Double, speed: Double, slab: Int
  ) -> StepPlan.Costs {
    let heldOut = max(0, corpus.textBytes / max(0.1, corpus.bytesPerToken) - corpus.trainingTokens)
    let scored = min(heldOut, Double(settings.maximumEvaluationTokens ?? .max))
    return StepPlan.Costs(step: step, evaluation: scored / max(1, speed) / 3, save: 0.1 + Double(12 * slab) / 3e8)
  }

  /// The plan for programs.
  public var json: JSONValue {
    [
      "corpus": corpus.json, "parameters": JSONValue(parameters), "rows_per_step": JSONValue(rowsPerStep),
      "memory": [
        "parameters": JSONValue(memory.parameters), "snapshot": JSONValue(memory.snapshot),
        "rounded_weights": JSONValue(memory.roundedWeights),
        "gradients": JSONValue(memory.gradients),
        "activations": JSONValue(memory.activations), "total": JSONValue(memory.total),
        "limit": JSONValue(memoryLimit),
      ],
      "seconds_per_step": .number(secondsPerStep), "tokens_per_second": .number(tokensPerSecond),
      "plan": steps.json, "tokens": .number(tokens.rounded()), "passes": .number(passes),
      "seconds": .number(seconds), "presets_for_seconds": .number(offeredSeconds),
      "presets": .array(offers.map(\.json)), "recommended": recommended.map { .string($0.preset.rawValue) } ?? .null,
    ]
  }
}

/// The shape of a pipeline's steps.
private struct PlanShape {
  let model: ModelSettings
  let settings: PretrainSettings
  let corpus: CorpusFacts
  let objectives: [ObjectiveKind]
  let rowsPerStep: Int
  let slots: Int

  init(_ configuration: PipelineConfiguration, folder: RunFolder, budget: TimeSpan?) throws {
    guard var settings = configuration.pretrain else {
      throw UserError("this pipeline has no pretraining to plan", .usage)
    }
    if let budget {
      settings.budget = budget
      (settings.maximumSteps, settings.maximumTokens, settings.epochs) = (nil, nil, nil)
    }
    self.settings = settings
    model = configuration.model
    corpus = try CorpusFacts(configuration, folder: folder)
    objectives = settings.resolvedObjective(try NetworkFactory.family(model))
    let rowTokens = corpus.trainingTokens / max(1, corpus.trainingRows)
    let byTokens = settings.batchTokens.map { max(1, Int(Double($0) / max(1, rowTokens))) }
    rowsPerStep = byTokens ?? settings.batchSize ?? PretrainSettings.defaultBatchSize
    slots = max(1, min(settings.microBatches, rowsPerStep))
  }

  /// Rows of a micro-slot.
  var slotRows: Int { (rowsPerStep + slots - 1) / slots }

  /// Tokens of a row, on average.
  var rowTokens: Double { corpus.trainingTokens / max(1, corpus.trainingRows) }

  var epoch: StepPlan.Epoch {
    StepPlan.Epoch(
      steps: max(1, Int((corpus.trainingRows / Double(rowsPerStep)).rounded(.up))),
      tokens: max(1, Int(corpus.trainingTokens)))
  }

  /// The network, without memory; each timer takes one of its own.
  func network() throws -> PlannedNetwork {
    try PlannedNetwork(
      model, objectives: objectives, vocabularySize: corpus.vocabularySize, maximumLength: settings.maximumLength,
      precision: settings.precision, recomputesLayers: settings.recomputesLayers)
  }

  func presets(seconds: Double) -> PresetTable {
    PresetTable(
      family: model.resolvedFamily ?? (objectives == [.clm] ? .gpt2 : .bert), objectives: objectives,
      vocabularySize: corpus.vocabularySize, maximumLength: settings.maximumLength,
      rowsPerStep: rowsPerStep, microBatches: slots, maskingShare: settings.maskingShare,
      precision: settings.precision, recomputesLayers: settings.recomputesLayers, seconds: seconds,
      corpusTokens: corpus.trainingTokens)
  }
}

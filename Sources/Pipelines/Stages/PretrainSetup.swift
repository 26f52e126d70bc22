import Checkpoints
import Datasets
import Digests
import JSON
import Models
import NN
import Objectives
import Optimizers
import Shards
import Tensors
import Tokenizers
import Training

/// Everything that pretraining is made of, before its first step: rows, network, objective.
struct PretrainSetup {
  let settings: PretrainSettings
  let objectives: [ObjectiveKind]
  let tokenizer: Tokenizer
  let dataset: Dataset
  let index: DatasetIndex
  let rows: RowSource
  let maker: any BatchMaker
  let identities: [String: String]
  let seed: UInt64

  /// Floating-point operations of a training step for each token, rows taken as full: those of the forward pass's products
  /// three times, since each has two in the backward pass. What backward computes again does not count.
  func flopsPerToken(_ model: ModelSettings) throws -> Double {
    let network = try PlannedNetwork(
      model, objectives: objectives, vocabularySize: tokenizer.vocabularySize, maximumLength: settings.maximumLength)
    let counts = network.counts(rows: 1, maskingShare: settings.maskingShare)
    return 3 * counts.forwardFlops / Double(settings.maximumLength)
  }

  /// Reads the corpus stage's results and counts the rows, unless that has been done.
  init(_ settings: PretrainSettings, _ context: RunContext) throws {
    self.settings = settings
    seed = UInt64(context.configuration.seed)
    objectives = settings.resolvedObjective(try NetworkFactory.family(context.configuration.model))
    let corpus = try CorpusStage.load(context)
    tokenizer = try TokenizerStage.load(context)
    let plan = PretrainSetup.rowPlan(settings, objectives, tokenizer, corpus, seed: seed)
    let documents = ShardCorpus(shards: corpus.shards, source: corpus.source, split: corpus.split)
    dataset = try Dataset(
      corpus: documents, tokenizer: tokenizer, plan: plan, threads: Machine.threadCount(context.configuration))
    identities = ["corpus": corpus.index.fingerprint, "tokenizer": TokenizerStage.identity(tokenizer)]
    index = try PretrainSetup.counted(dataset, corpus, identities["tokenizer"] ?? "", context)
    let order: any BatchPlan =
      if let tokens = settings.batchTokens {
        try TokenBudgetPlan(index, batchTokens: tokens, seed: seed)
      } else {
        try SequencePlan(index, batchSize: settings.batchSize ?? PretrainSettings.defaultBatchSize, seed: seed)
      }
    rows = RowSource(dataset, index: index, plan: order)
    if objectives == [.clm] {
      maker = CausalBatches()
    } else {
      maker = MaskedBatches(
        try Masking(
          tokenizer: tokenizer, probability: settings.maskingShare, masksWholeWords: settings.masksWholeWords,
          seed: seed))
    }
  }

  /// Text of a window: what is shuffled together, and what a resumed run reads again; about a second.
  private static let windowBytes = 8 << 20

  private static func rowPlan(
    _ settings: PretrainSettings, _ objectives: [ObjectiveKind], _ tokenizer: Tokenizer, _ corpus: IndexedCorpus,
    seed: UInt64
  ) -> RowPlan {
    if objectives == [.clm] {
      // Characters in one stream need nothing between documents when rows may see across them.
      let isStream = settings.acrossDocuments && tokenizer.kind == .characters
      return RowPlan(
        shape: .causal, maximumLength: settings.maximumLength, seed: seed, windowBytes: windowBytes,
        isolatesDocuments: !settings.acrossDocuments, usesEndOfText: !isStream)
    }
    return RowPlan(
      shape: objectives.contains(.nsp) ? .pairs : .singles, maximumLength: settings.maximumLength, seed: seed,
      windowBytes: windowBytes)
  }

  /// The index in `corpus/rows.json`, counted first if it is missing or was made from something else.
  private static func counted(
    _ dataset: Dataset, _ corpus: IndexedCorpus, _ tokenizer: String, _ context: RunContext
  ) throws -> DatasetIndex {
    let folder = context.folder
    let fingerprint = dataset.plan.fingerprint(corpus: corpus.index.fingerprint, tokenizer: tokenizer)
    if let json = try folder.json(folder.rowIndex), let index = try? DatasetIndex(json, expecting: fingerprint) {
      return index
    }
    let index = try dataset.countingPass(fingerprint: fingerprint) { progress in
      context.tell(
        .advanced(stage: "pretrain", done: progress.documents, total: corpus.index.documents, unit: "documents counted")
      )
      if context.shouldStop { throw StoppedOnRequest(standing: "in the counting pass, which begins anew") }
    }
    try folder.write(index.json.text() + "\n", to: folder.rowIndex)
    return index
  }

  /// The network with its starting parameters; in the memory of a group, with those that lie there.
  func network(_ context: RunContext, allocate: ((Int) -> Slab)? = nil, isNew: Bool = true) throws -> LoadedModel {
    try NetworkFactory.make(
      context.configuration.model, objective: objectives, tokenizer: tokenizer, maximumLength: settings.maximumLength,
      seed: isNew ? seed : nil, allocate: allocate ?? { Slab(count: $0) })
  }

  /// What the network is to learn.
  func objective(_ loaded: LoadedModel) throws -> any Objective {
    try PretrainSetup.objective(loaded.model, objectives)
  }

  /// What `model` is to learn of `objectives`.
  static func objective(_ model: any PublishedModel, _ objectives: [ObjectiveKind]) throws -> any Objective {
    if objectives == [.clm], let causal = model as? any CausalLanguageModel { return CausalLanguageModeling(causal) }
    guard !objectives.contains(.clm), let masked = model as? BERT else {
      throw UserError(
        "a \(model.architecture) can't learn \(objectives.map(\.rawValue).joined(separator: " and "))", .usage)
    }
    return MaskedLanguageModeling(masked, nextSentence: objectives.contains(.nsp) ? masked : nil)
  }

  /// The optimizer at rest.
  func optimizer(_ loaded: LoadedModel) -> AdamW {
    var configuration = AdamW.Configuration()
    configuration.beta1 = settings.beta1
    configuration.beta2 = settings.beta2
    configuration.epsilon = settings.epsilon
    configuration.weightDecay = settings.weightDecay
    configuration.correctsBias = settings.correctsBias
    return AdamW(loaded.store, configuration)
  }

  /// Takes the steps of `plan`.
  func trainer(
    _ loaded: LoadedModel, _ objective: any Objective, _ optimizer: AdamW, _ plan: StepPlan, step: Int,
    shared: StepMemory? = nil
  ) -> Trainer {
    let curve = settings.schedule
    let schedule = Schedule(
      Schedule.Curve(rawValue: curve.kind.rawValue) ?? .linear, warmupSteps: plan.warmupSteps, horizon: plan.horizon,
      leastFactor: curve.leastFactor, decayShare: curve.decayShare)
    return Trainer(
      objective: objective, store: loaded.store, optimizer: optimizer,
      configuration: StepConfiguration(
        learningRate: settings.learningRate, schedule: schedule,
        clipNorm: settings.maximumGradientNorm == 0 ? nil : settings.maximumGradientNorm),
      source: CorpusSteps(rows, maker: maker, slotCount: settings.microBatches), seed: seed, step: step,
      precision: settings.precision, recomputesLayers: settings.recomputesLayers, shared: shared)
  }
}

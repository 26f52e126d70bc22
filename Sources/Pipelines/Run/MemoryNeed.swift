import Tensors

/// What a pipeline's training takes in memory, told from the pipeline alone: rows count as full, and a vocabulary that is
/// not trained yet as large as it may become.
struct MemoryNeed {
  private let counts: PlannedNetwork.Counts
  private let slots: Int
  private let precision: Precision

  /// Nil where there is no pretraining, or a network that cannot be built; that is told elsewhere.
  init?(_ configuration: PipelineConfiguration) {
    guard let settings = configuration.pretrain else { return nil }
    let rows =
      settings.batchTokens.map { max(1, $0 / settings.maximumLength) } ?? settings.batchSize
      ?? PretrainSettings.defaultBatchSize
    slots = max(1, min(settings.microBatches, rows))
    precision = settings.precision
    guard let family = try? NetworkFactory.family(configuration.model),
      let network = try? PlannedNetwork(
        configuration.model, objectives: settings.resolvedObjective(family),
        vocabularySize: configuration.tokenizer.vocabularySize, maximumLength: settings.maximumLength,
        precision: settings.precision, recomputesLayers: settings.recomputesLayers)
    else { return nil }
    counts = network.counts(rows: (rows + slots - 1) / slots, maskingShare: settings.maskingShare, joining: slots > 1)
  }

  /// Refuses a training that this machine has no memory for, before the text is read for it.
  static func check(_ configuration: PipelineConfiguration) throws(UserError) {
    guard let need = MemoryNeed(configuration) else { return }
    let limit = min(MachineFacts.memoryCapacity, configuration.machine.memory?.bytes ?? .max)
    try check(need.bytes(workers: ProcessLayout(configuration).workers), limit: limit)
  }

  /// Refuses a need beyond the limit.
  static func check(_ bytes: Int, limit: Int) throws(UserError) {
    if bytes <= limit { return }
    throw UserError(
      "this pipeline needs about \(Figures.bytes(bytes)) of memory; \(Figures.bytes(limit)) are there", .usage
    ).action(
      "take fewer --workers, a smaller preset, more micro_batches, a shorter max_length, or gradient_checkpointing: true"
    )
  }

  /// Bytes that so many workers need.
  func bytes(workers: Int) -> Int {
    MemoryEstimate(
      slabCount: counts.slabCount, microBatches: slots, activationBytes: counts.activationBytes, workers: workers,
      precision: precision
    ).total
  }
}

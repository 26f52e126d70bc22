import Models

/// The sizes that fit a text, a machine and a time.
public struct StarterChoice: Equatable, Sendable {
  /// The network.
  public let preset: Preset
  /// Its trained numbers.
  public let parameters: Int
  /// Ids of the tokenizer.
  public let vocabularySize: Int
  /// Tokens of a row.
  public let maximumLength: Int
  /// Rows of a step.
  public let batchSize: Int
  /// The peak learning rate.
  public let learningRate: Double
  /// The share that is held out.
  public let validationShare: Double
  /// Dropout while pretraining: none unless the text is seen many times.
  public let dropout: Double
  /// Passes over the text in the time given, about.
  public let passes: Double

  /// The share of the peak that training reaches, about: the rest goes into memory.
  private static let efficiency = 0.35

  /// The sizes for `tokens` tokens of text and `seconds` on a machine of `gigaflops` GFLOP/s.
  /// - Throws: `UserError` if a network cannot be built, which would be a fault.
  public init(
    family: ModelFamily, vocabularySize: Int, tokens: Double, seconds: Double, gigaflops: Double, memoryBytes: Int
  ) throws {
    self.vocabularySize = vocabularySize
    maximumLength = family.isCausal ? 256 : 128
    let batch = seconds > 4 * 3_600 ? 32 : family.isCausal ? 8 : 16
    let offers = try Preset.allCases.filter { $0.family == family }.map { preset in
      try StarterChoice.offer(
        preset, vocabularySize, length: family.isCausal ? 256 : 128, rows: max(1, batch / 4), tokens: tokens,
        seconds: seconds, gigaflops: gigaflops)
    }
    let chosen = PresetOffer.recommended(offers, memoryBytes: memoryBytes)
    preset = chosen?.preset ?? (family == .gpt2 ? .gptMini : .bertTiny)
    parameters = chosen?.parameters ?? 0
    passes = chosen?.passes ?? 0
    batchSize = batch
    let isLarge = parameters > 20_000_000
    learningRate = family.isCausal ? (isLarge ? 6e-4 : 3e-3) : (isLarge ? 5e-4 : 1e-3)
    // About 200,000 tokens tell two models apart.
    let share = 200_000 / max(1, tokens)
    validationShare = share >= 0.1 ? 0.1 : share >= 0.05 ? 0.05 : share >= 0.02 ? 0.02 : share >= 0.01 ? 0.01 : 0.005
    dropout = passes > 10 ? 0.1 : 0
  }

  /// Ids for so much text: a vocabulary whose rarest entries are still seen often.
  static func vocabularySize(textBytes: Double, family: ModelFamily, isIdeographic: Bool) -> Int {
    let size =
      textBytes < 2e6 ? 2_048 : textBytes < 1e7 ? 4_096 : textBytes < 1e8 ? 8_192 : textBytes < 1e9 ? 16_384 : 32_768
    return isIdeographic ? max(8_192, size) : size
  }

  private static func offer(
    _ preset: Preset, _ vocabularySize: Int, length: Int, rows: Int, tokens: Double, seconds: Double,
    gigaflops: Double
  ) throws -> PresetOffer {
    var settings = ModelSettings()
    settings.preset = preset
    let objectives: [ObjectiveKind] = preset.family.isCausal ? [.clm] : [.mlm]
    let network = try PlannedNetwork(
      settings, objectives: objectives, vocabularySize: vocabularySize, maximumLength: length)
    let counts = network.counts(rows: rows, maskingShare: 0.15, joining: true)
    let flopsPerToken = 3 * counts.forwardFlops / Double(rows * length)
    let speed = efficiency * gigaflops * 1e9 / max(1, flopsPerToken)
    let memory = MemoryEstimate(slabCount: counts.slabCount, microBatches: 4, activationBytes: counts.activationBytes)
    return PresetOffer(
      preset: preset, parameters: network.parameterCount, memoryBytes: memory.total, tokensPerSecond: speed,
      isMeasured: false, tokens: speed * seconds, passes: speed * seconds / max(1, tokens))
  }
}

import JSON
import Models
import NN
import Tensors

/// What a named size comes to for a corpus, a machine and a time.
public struct PresetOffer: Equatable, Sendable {
  /// The preset.
  public var preset: Preset
  /// All trained numbers.
  public var parameters: Int
  /// Bytes of memory that training takes.
  public var memoryBytes: Int
  /// Tokens a second.
  public var tokensPerSecond: Double
  /// Whether the speed was measured; otherwise it follows from a measured preset by operations.
  public var isMeasured: Bool
  /// Tokens in the time given.
  public var tokens: Double
  /// Passes over the corpus in that time.
  public var passes: Double

  /// Tokens for each parameter from which a larger network does not pay (Hoffmann et al. 2022, table 3).
  static let wantedTokensPerParameter = 20.0
  /// Passes from which seeing the same text again teaches next to nothing (Muennighoff et al. 2023, section 6).
  static let usefulPasses = 40.0

  /// Tokens for each parameter, further passes than are useful not counted.
  public var tokensPerParameter: Double {
    let useful = passes > PresetOffer.usefulPasses ? tokens / passes * PresetOffer.usefulPasses : tokens
    return useful / Double(max(1, parameters))
  }

  /// The largest preset that sees 20 tokens for each parameter and fits in memory, or the smallest one.
  public static func recommended(_ offers: [PresetOffer], memoryBytes: Int) -> PresetOffer? {
    let sorted = offers.sorted { $0.parameters < $1.parameters }
    let affordable = sorted.last { offer in
      offer.tokensPerParameter >= wantedTokensPerParameter && offer.memoryBytes <= memoryBytes
    }
    return affordable ?? sorted.first
  }

  /// The offer for programs.
  public var json: JSONValue {
    [
      "preset": .string(preset.rawValue), "parameters": JSONValue(parameters), "memory_bytes": JSONValue(memoryBytes),
      "tokens_per_second": .number(tokensPerSecond), "measured": .bool(isMeasured), "tokens": .number(tokens),
      "passes": .number(passes), "tokens_per_parameter": .number(tokensPerParameter),
    ]
  }
}

/// What every preset of a family comes to.
struct PresetTable {
  let family: ModelFamily
  let objectives: [ObjectiveKind]
  let vocabularySize: Int
  let maximumLength: Int
  let rowsPerStep: Int
  let microBatches: Int
  let maskingShare: Double
  let precision: Precision
  let recomputesLayers: Bool
  /// Seconds of training.
  let seconds: Double
  /// Tokens of a pass over the training part.
  let corpusTokens: Double

  /// Rows that a measurement's slot has at most; the speed does not depend on more.
  private static let measuredRows = 8
  /// Operations of a measured slot for each second of measuring, at most: presets beyond it follow from the largest
  /// measured one.
  private static let measuredFlopsPerSecond = 2e11

  /// Every preset of the family, the smallest first; about `secondsEach` for a measurement.
  func offers(secondsEach: Double) throws -> [PresetOffer] {
    var efficiency = 5e10
    return try Preset.allCases.filter { $0.family == family }.map { preset in
      var settings = ModelSettings()
      settings.preset = preset
      func network() throws -> PlannedNetwork {
        try PlannedNetwork(
          settings, objectives: objectives, vocabularySize: vocabularySize, maximumLength: maximumLength,
          precision: precision, recomputesLayers: recomputesLayers)
      }
      let slotRows = max(1, rowsPerStep / max(1, microBatches))
      let rows = min(slotRows, PresetTable.measuredRows)
      let planned = try network()
      let counts = planned.counts(rows: slotRows, maskingShare: maskingShare, joining: microBatches > 1)
      let flops = 3 * counts.forwardFlops / Double(slotRows) * Double(rows)
      let isMeasured = flops <= PresetTable.measuredFlopsPerSecond * secondsEach
      let tokens = Double(rows * maximumLength)
      var perSecond = tokens * efficiency / flops
      if isMeasured {
        let time = try StepTimer(try network(), rows: rows, maskingShare: maskingShare).measure(seconds: secondsEach)
        // The update is shared by all rows of a step.
        let perStep = time.update + time.slot * Double(rowsPerStep) / Double(rows)
        perSecond = Double(rowsPerStep * maximumLength) / perStep
        efficiency = flops / time.slot
      }
      let memory = MemoryEstimate(
        slabCount: counts.slabCount, microBatches: microBatches, activationBytes: counts.activationBytes,
        precision: precision)
      return PresetOffer(
        preset: preset, parameters: planned.parameterCount, memoryBytes: memory.total, tokensPerSecond: perSecond,
        isMeasured: isMeasured, tokens: perSecond * seconds, passes: perSecond * seconds / max(1, corpusTokens))
    }
  }
}

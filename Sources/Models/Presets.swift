/// Named sizes of models: `preset:` in a pipeline file.
public enum Preset: String, CaseIterable, Sendable {
  case bertTiny = "bert-tiny"
  case bertMini = "bert-mini"
  case bertSmall = "bert-small"
  case bertMedium = "bert-medium"
  case bertBase = "bert-base"
  case gptMini = "gpt-mini"
  case gptSmall = "gpt-small"
  case gpt2 = "gpt2"
  case llamaMini = "llama-mini"
  case llamaSmall = "llama-small"
  case bloomMini = "bloom-mini"
  case bloomSmall = "bloom-small"

  /// The sizes of a BERT preset (Turc et al. 2019); nil for other presets.
  public var bert: BERTConfiguration? {
    let sizes: (layers: Int, width: Int)
    switch self {
    case .bertTiny: sizes = (2, 128)
    case .bertMini: sizes = (4, 256)
    case .bertSmall: sizes = (4, 512)
    case .bertMedium: sizes = (8, 512)
    case .bertBase: sizes = (12, 768)
    default: return nil
    }
    var configuration = BERTConfiguration()
    configuration.layerCount = sizes.layers
    configuration.width = sizes.width
    configuration.headCount = sizes.width / 64
    configuration.innerWidth = 4 * sizes.width
    return configuration
  }

  /// The sizes of a GPT preset; nil for other presets.
  public var gpt: GPT2Configuration? {
    var configuration = GPT2Configuration()
    switch self {
    case .gptMini: (configuration.layerCount, configuration.width, configuration.maximumLength) = (4, 256, 256)
    case .gptSmall: (configuration.layerCount, configuration.width, configuration.maximumLength) = (6, 384, 512)
    case .gpt2: break
    default: return nil
    }
    configuration.headCount = configuration.width / 64
    return configuration
  }

  /// The sizes of a Llama preset, nil for other presets: as many numbers as the GPT preset of that name has, a third of
  /// each block for gates; four query heads share one head of keys.
  public var llama: LlamaConfiguration? {
    var configuration = LlamaConfiguration()
    switch self {
    case .llamaMini: (configuration.layerCount, configuration.width, configuration.maximumLength) = (4, 256, 256)
    case .llamaSmall: (configuration.layerCount, configuration.width, configuration.maximumLength) = (6, 512, 512)
    default: return nil
    }
    configuration.innerWidth = (configuration.width * 8 / 3 + 63) / 64 * 64
    configuration.headCount = configuration.width / 64
    configuration.keyHeadCount = configuration.headCount / 4
    configuration.tiesEmbeddings = true
    return configuration
  }

  /// The sizes of a BLOOM preset, those of the GPT preset of that name; nil for other presets.
  public var bloom: BloomConfiguration? {
    var configuration = BloomConfiguration()
    switch self {
    case .bloomMini: (configuration.layerCount, configuration.width, configuration.maximumLength) = (4, 256, 256)
    case .bloomSmall: (configuration.layerCount, configuration.width, configuration.maximumLength) = (6, 384, 512)
    default: return nil
    }
    configuration.headCount = configuration.width / 64
    return configuration
  }
}

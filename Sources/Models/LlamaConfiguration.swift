import JSON
import NN
import Tensors

/// The configuration of Llama, with the defaults of transformers: those of the first published seven-billion model.
public struct LlamaConfiguration: ModelConfiguration {
  /// `model_type` in `config.json`.
  public static let modelType = "llama"

  /// The number of token ids.
  public var vocabularySize = 32_000
  /// The width of the hidden states.
  public var width = 4_096
  /// The width inside the feed-forward blocks.
  public var innerWidth = 11_008
  /// The number of layers.
  public var layerCount = 32
  /// The number of attention heads.
  public var headCount = 32
  /// The number of heads of keys and values, which groups of attention heads share; as many as attention heads if nil.
  public var keyHeadCount: Int?
  /// The size of a head; width / heads if nil.
  public var headSize: Int?
  /// The longest segment it was made for.
  public var maximumLength = 2_048
  /// The base of the rotary positions' frequencies.
  public var rotaryBase = 10_000.0
  /// ε of the norms.
  public var normEpsilon = 1e-6
  /// Whether the token embedding is the output layer too.
  public var tiesEmbeddings = false
  /// Whether attention's projections have biases.
  public var attentionHasBias = false
  /// Whether the feed-forward blocks' projections have biases.
  public var feedForwardHasBias = false
  /// Dropout of attention probabilities.
  public var attentionDropoutRate = 0.0
  /// The standard deviation of starting weights.
  public var initializerRange = 0.02
  /// The id that starts a text.
  public var beginningID: Int? = 1
  /// The id that ends a text.
  public var endID: Int? = 2

  /// The published model.
  public init() {}

  /// The size of a head.
  public var sizeOfHead: Int { headSize ?? width / max(1, headCount) }

  /// The keys of `config.json`.
  public static let keys: [ConfigurationKey<Self>] = [
    .int("vocab_size", \.vocabularySize),
    .int("hidden_size", \.width),
    .int("intermediate_size", \.innerWidth),
    .int("num_hidden_layers", \.layerCount),
    .int("num_attention_heads", \.headCount),
    .optionalInt("num_key_value_heads", \.keyHeadCount),
    .optionalInt("head_dim", \.headSize),
    .int("max_position_embeddings", \.maximumLength),
    .positive("rope_theta", \.rotaryBase),
    .rotaryParameters("rope_parameters", \.rotaryBase),
    .rotaryParameters("rope_scaling", \.rotaryBase, isWritten: false),
    .positive("rms_norm_eps", \.normEpsilon),
    .only("hidden_act", "silu"),
    .bool("tie_word_embeddings", \.tiesEmbeddings),
    .bool("attention_bias", \.attentionHasBias),
    .bool("mlp_bias", \.feedForwardHasBias),
    .probability("attention_dropout", \.attentionDropoutRate),
    .positive("initializer_range", \.initializerRange),
    .tokenID("bos_token_id", \.beginningID),
    .tokenID("eos_token_id", \.endID),
  ]

  /// Every problem at once.
  public func issues() -> [ConfigurationIssue] {
    var checks = ExtentChecks()
    checks.positive("vocab_size", vocabularySize)
    checks.positive("hidden_size", width, most: ExtentChecks.Most.width)
    checks.positive("intermediate_size", innerWidth, most: ExtentChecks.Most.innerWidth)
    checks.positive("num_hidden_layers", layerCount, most: ExtentChecks.Most.layers)
    checks.positive("num_attention_heads", headCount, most: ExtentChecks.Most.heads)
    checks.positive("num_key_value_heads", keyHeadCount ?? 1, most: ExtentChecks.Most.heads)
    checks.positive("head_dim", headSize ?? 2, most: ExtentChecks.Most.headSize)
    checks.positive("max_position_embeddings", maximumLength)
    checks.positive("rope_theta", rotaryBase)
    checks.positive("rms_norm_eps", normEpsilon)
    checks.probability("attention_dropout", attentionDropoutRate)
    checks.positive("initializer_range", initializerRange)
    if headSize == nil { checks.heads("num_attention_heads", headCount, widthKey: "hidden_size", width: width) }
    if let keyHeadCount {
      checks.heads(
        "num_key_value_heads", keyHeadCount, widthKey: "num_attention_heads", width: headCount)
    }
    if checks.issues.isEmpty, sizeOfHead % 2 != 0 {
      checks.report(
        headSize == nil ? "num_attention_heads" : "head_dim", "makes heads of \(sizeOfHead), which must be even")
    }
    return checks.issues
  }
}

extension LlamaConfiguration {
  /// A text begins and ends with the same token.
  public mutating func setTokens(padding: Int?, endOfText: Int?) { (beginningID, endID) = (endOfText, endOfText) }

  /// The decoder; it pairs no sentences.
  public func pretrainingNetwork(nextSentence: Bool) -> any PublishedModel { Llama(self) }
}

import JSON
import NN
import Tensors

/// The configuration of BLOOM, with the sizes of the published model of 560 million parameters.
public struct BloomConfiguration: ModelConfiguration {
  /// `model_type` in `config.json`.
  public static let modelType = "bloom"

  /// The number of token ids.
  public var vocabularySize = 250_880
  /// The width of the hidden states.
  public var width = 1_024
  /// The number of layers.
  public var layerCount = 24
  /// The number of attention heads.
  public var headCount = 16
  /// The longest segment that it is trained on; it can read longer ones.
  public var maximumLength = 2_048
  /// Dropout of sub-layer outputs.
  public var dropoutRate = 0.0
  /// Dropout of attention probabilities.
  public var attentionDropoutRate = 0.0
  /// ε of the layer norms.
  public var layerNormEpsilon = 1e-5
  /// The standard deviation of starting weights.
  public var initializerRange = 0.02
  /// The id that starts a text.
  public var beginningID: Int? = 1
  /// The id that ends a text.
  public var endID: Int? = 2

  /// The published small model.
  public init() {}

  /// The keys of `config.json`.
  public static let keys: [ConfigurationKey<Self>] = [
    .int("vocab_size", \.vocabularySize),
    .int("hidden_size", \.width).or("n_embed"),
    .int("n_layer", \.layerCount).or("num_hidden_layers"),
    .int("n_head", \.headCount).or("num_attention_heads"),
    .int("seq_length", \.maximumLength),
    .probability("hidden_dropout", \.dropoutRate),
    .probability("attention_dropout", \.attentionDropoutRate),
    .positive("layer_norm_epsilon", \.layerNormEpsilon),
    .positive("initializer_range", \.initializerRange),
    .only("apply_residual_connection_post_layernorm", false),
    .tokenID("bos_token_id", \.beginningID),
    .tokenID("eos_token_id", \.endID),
  ]

  /// Every problem at once.
  public func issues() -> [ConfigurationIssue] {
    var checks = ExtentChecks()
    checks.positive("vocab_size", vocabularySize)
    checks.positive("hidden_size", width, most: ExtentChecks.Most.width)
    checks.positive("n_layer", layerCount, most: ExtentChecks.Most.layers)
    checks.positive("n_head", headCount, most: ExtentChecks.Most.heads)
    checks.positive("seq_length", maximumLength)
    checks.probability("hidden_dropout", dropoutRate)
    checks.probability("attention_dropout", attentionDropoutRate)
    checks.positive("layer_norm_epsilon", layerNormEpsilon)
    checks.positive("initializer_range", initializerRange)
    checks.heads("n_head", headCount, widthKey: "hidden_size", width: width)
    return checks.issues
  }
}

extension BloomConfiguration {
  /// A text begins and ends with the same token.
  public mutating func setTokens(padding: Int?, endOfText: Int?) { (beginningID, endID) = (endOfText, endOfText) }

  /// The decoder; it pairs no sentences.
  public func pretrainingNetwork(nextSentence: Bool) -> any PublishedModel { Bloom(self) }
}

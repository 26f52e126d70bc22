import JSON
import NN
import Tensors

/// The configuration of GPT-2, with the defaults of the published 124-million-parameter model.
public struct GPT2Configuration: ModelConfiguration {
  /// `model_type` in `config.json`.
  public static let modelType = "gpt2"

  /// The number of token ids.
  public var vocabularySize = 50_257
  /// The longest segment.
  public var maximumLength = 1_024
  /// The width of the hidden states.
  public var width = 768
  /// The number of layers.
  public var layerCount = 12
  /// The number of attention heads.
  public var headCount = 12
  /// The width inside the feed-forward blocks; four times the width if nil.
  public var innerWidth: Int?
  /// The feed-forward blocks' activation.
  public var activation = Activation.geluTanh
  /// Dropout of sub-layer outputs.
  public var residualDropoutRate = 0.1
  /// Dropout of the embeddings.
  public var embeddingDropoutRate = 0.1
  /// Dropout of attention probabilities.
  public var attentionDropoutRate = 0.1
  /// ε of the layer norms.
  public var layerNormEpsilon = 1e-5
  /// The standard deviation of starting weights.
  public var initializerRange = 0.02
  /// The id that starts a text.
  public var beginningID: Int? = 50_256
  /// The id that ends a text.
  public var endID: Int? = 50_256

  /// The published small model.
  public init() {}

  /// The keys of `config.json`.
  public static let keys: [ConfigurationKey<Self>] = [
    .int("vocab_size", \.vocabularySize),
    .int("n_positions", \.maximumLength),
    .int("n_embd", \.width),
    .int("n_layer", \.layerCount),
    .int("n_head", \.headCount),
    .optionalInt("n_inner", \.innerWidth),
    .activation("activation_function", \.activation),
    .probability("resid_pdrop", \.residualDropoutRate),
    .probability("embd_pdrop", \.embeddingDropoutRate),
    .probability("attn_pdrop", \.attentionDropoutRate),
    .positive("layer_norm_epsilon", \.layerNormEpsilon),
    .positive("initializer_range", \.initializerRange),
    .tokenID("bos_token_id", \.beginningID),
    .tokenID("eos_token_id", \.endID),
  ]

  /// Every problem at once.
  public func issues() -> [ConfigurationIssue] {
    var checks = ExtentChecks()
    checks.positive("vocab_size", vocabularySize)
    checks.positive("n_positions", maximumLength)
    checks.positive("n_embd", width, most: ExtentChecks.Most.width)
    checks.positive("n_layer", layerCount, most: ExtentChecks.Most.layers)
    checks.positive("n_head", headCount, most: ExtentChecks.Most.heads)
    checks.positive("n_inner", innerWidth ?? 4, most: ExtentChecks.Most.innerWidth)
    checks.probability("resid_pdrop", residualDropoutRate)
    checks.probability("embd_pdrop", embeddingDropoutRate)
    checks.probability("attn_pdrop", attentionDropoutRate)
    checks.positive("layer_norm_epsilon", layerNormEpsilon)
    checks.positive("initializer_range", initializerRange)
    checks.heads("n_head", headCount, widthKey: "n_embd", width: width)
    return checks.issues
  }
}

extension GPT2Configuration {
  /// A text begins and ends with the same token.
  public mutating func setTokens(padding: Int?, endOfText: Int?) { (beginningID, endID) = (endOfText, endOfText) }

  /// The decoder; it pairs no sentences.
  public func pretrainingNetwork(nextSentence: Bool) -> any PublishedModel { GPT2(self) }
}

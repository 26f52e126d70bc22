import JSON
import NN
import Tensors

/// The configuration of BERT, with the defaults of bert-base.
public struct BERTConfiguration: ModelConfiguration {
  /// `model_type` in `config.json`.
  public static let modelType = "bert"

  /// The number of token ids.
  public var vocabularySize = 30_522
  /// The width of the hidden states.
  public var width = 768
  /// The number of layers.
  public var layerCount = 12
  /// The number of attention heads.
  public var headCount = 12
  /// The width inside the feed-forward blocks.
  public var innerWidth = 3_072
  /// The feed-forward blocks' activation.
  public var activation = Activation.gelu
  /// Dropout of embeddings, sub-layer outputs and the pooled vector.
  public var dropoutRate = 0.1
  /// Dropout of attention probabilities.
  public var attentionDropoutRate = 0.1
  /// The longest segment.
  public var maximumLength = 512
  /// The number of token types.
  public var tokenTypeCount = 2
  /// The standard deviation of starting weights.
  public var initializerRange = 0.02
  /// ε of the layer norms.
  public var layerNormEpsilon = 1e-12
  /// The id of padding, for other tools.
  public var paddingID: Int? = 0
  /// Dropout before the classifier; `dropoutRate` if nil.
  public var classifierDropoutRate: Double?

  /// How a new model of this depth starts. A first layer that looks at neighbors needs others for everything else: with
  /// four layers it saves most of the way, with two it costs accuracy in the end.
  public var initialization: BERT.Initialization { layerCount >= 4 ? .positionalHeads : .normal }

  /// bert-base.
  public init() {}

  /// The keys of `config.json`.
  public static let keys: [ConfigurationKey<Self>] = [
    .int("vocab_size", \.vocabularySize),
    .int("hidden_size", \.width),
    .int("num_hidden_layers", \.layerCount),
    .int("num_attention_heads", \.headCount),
    .int("intermediate_size", \.innerWidth),
    .activation("hidden_act", \.activation),
    .probability("hidden_dropout_prob", \.dropoutRate),
    .probability("attention_probs_dropout_prob", \.attentionDropoutRate),
    .int("max_position_embeddings", \.maximumLength),
    .int("type_vocab_size", \.tokenTypeCount),
    .positive("initializer_range", \.initializerRange),
    .positive("layer_norm_eps", \.layerNormEpsilon),
    .tokenID("pad_token_id", \.paddingID),
    .optionalProbability("classifier_dropout", \.classifierDropoutRate),
  ]

  /// Every problem at once.
  public func issues() -> [ConfigurationIssue] {
    var checks = ExtentChecks()
    checks.positive("vocab_size", vocabularySize)
    checks.positive("hidden_size", width, most: ExtentChecks.Most.width)
    checks.positive("num_hidden_layers", layerCount, most: ExtentChecks.Most.layers)
    checks.positive("num_attention_heads", headCount, most: ExtentChecks.Most.heads)
    checks.positive("intermediate_size", innerWidth, most: ExtentChecks.Most.innerWidth)
    checks.positive("max_position_embeddings", maximumLength)
    checks.positive("type_vocab_size", tokenTypeCount)
    checks.probability("hidden_dropout_prob", dropoutRate)
    checks.probability("attention_probs_dropout_prob", attentionDropoutRate)
    checks.probability("classifier_dropout", classifierDropoutRate ?? 0)
    checks.positive("initializer_range", initializerRange)
    checks.positive("layer_norm_eps", layerNormEpsilon)
    checks.heads("num_attention_heads", headCount, widthKey: "hidden_size", width: width)
    return checks.issues
  }
}

extension BERTConfiguration {
  /// Keeps the padding's id.
  public mutating func setTokens(padding: Int?, endOfText: Int?) { paddingID = padding }

  /// BERT with the heads of masked LM and, where asked for, of next-sentence prediction.
  public func pretrainingNetwork(nextSentence: Bool) -> any PublishedModel {
    BERT(self, heads: .pretraining(nextSentence: nextSentence))
  }
}

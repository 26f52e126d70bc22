import Tensors

/// The extents that users of a model need to know, whatever the model.
public struct ModelExtents: Sendable, Equatable {
  /// The number of token ids the model knows.
  public let vocabularySize: Int
  /// The width of its hidden states.
  public let width: Int
  /// The number of its layers.
  public let layerCount: Int
  /// The longest segment it can read.
  public let maximumLength: Int

  /// Extents of a model.
  public init(vocabularySize: Int, width: Int, layerCount: Int, maximumLength: Int) {
    self.vocabularySize = vocabularySize
    self.width = width
    self.layerCount = layerCount
    self.maximumLength = maximumLength
  }
}

/// A model that turns tokens into hidden states.
public protocol SequenceEncoder: Module {
  /// The model's extents.
  var extents: ModelExtents { get }
  /// The embeddings' output and each layer's: layerCount + 1 tensors, one row per token.
  func hiddenStates(_ input: TokenInput) -> [Tensor]
}

extension SequenceEncoder {
  /// The last layer's hidden states, one row per token.
  public func encode(_ input: TokenInput) -> Tensor { hiddenStates(input)[extents.layerCount] }
}

/// A model that predicts hidden tokens from both sides.
public protocol MaskedLanguageModel: SequenceEncoder {
  /// What projects some tokens onto the vocabulary.
  func predictions(_ hidden: Tensor, at places: Indices) -> Projection
}

extension MaskedLanguageModel {
  /// Logits over the vocabulary at some tokens: [places, vocabulary].
  public func predictionLogits(_ hidden: Tensor, at places: Indices) -> Tensor {
    predictions(hidden, at: places).logits
  }
}

/// A model that tells whether one text follows another.
public protocol NextSentenceModel: SequenceEncoder {
  /// Two logits per segment, 0 = follows, 1 = random: [segments, 2].
  func relationshipLogits(_ hidden: Tensor, _ input: TokenInput) -> Tensor
}

/// A model that assigns labels to texts.
public protocol SequenceClassifier: SequenceEncoder {
  /// One logit per label and segment: [segments, labels].
  func classLogits(_ hidden: Tensor, _ input: TokenInput) -> Tensor
}

/// A model that predicts the next token.
public protocol CausalLanguageModel: SequenceEncoder {
  /// What projects every row of hidden states onto the vocabulary.
  func nextTokens(_ hidden: Tensor) -> Projection
  /// A cache for sequences of at most `capacity` tokens each.
  func makeCache(sequences: Int, capacity: Int) -> KeyValueCache
  /// Logits after the last of each segment's new tokens, whose predecessors are in the cache: [segments, vocabulary].
  func logits(_ input: TokenInput, cache: KeyValueCache) -> Tensor
}

extension CausalLanguageModel {
  /// Logits over the vocabulary at every row of hidden states: [rows, vocabulary].
  public func nextTokenLogits(_ hidden: Tensor) -> Tensor { nextTokens(hidden).logits }
}

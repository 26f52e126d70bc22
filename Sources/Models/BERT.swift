import NN
import Tensors

/// The bidirectional Transformer encoder, with the heads it is asked for.
/// - Sources: Devlin, Chang, Lee and Toutanova 2019.
public struct BERT: MaskedLanguageModel, NextSentenceModel, SequenceClassifier {
  /// What sits on top of the encoder.
  public struct Heads: Sendable, Equatable {
    /// The tied masked-LM head.
    public var predictsTokens = false
    /// The next-sentence head, on the pooled vector.
    public var predictsNextSentence = false
    /// Whether the pooler is kept although no head reads it.
    public var hasPooler = false
    /// The classification head's labels; empty for none.
    public var labels: [String] = []
    /// What the classification head reads; `.cls` goes through the pooler.
    public var pooling = Pooling.cls

    /// No head: an encoder.
    public init() {}

    /// The heads of pretraining.
    public static func pretraining(nextSentence: Bool) -> Heads {
      var heads = Heads()
      heads.predictsTokens = true
      heads.predictsNextSentence = nextSentence
      return heads
    }

    /// The head of a classifier.
    public static func classification(_ labels: [String], pooling: Pooling) -> Heads {
      var heads = Heads()
      heads.labels = labels
      heads.pooling = pooling
      return heads
    }

    /// Whether the pooler is part of the model: next sentence and `[CLS]` classification read it.
    public var usesPooler: Bool { hasPooler || predictsNextSentence || (!labels.isEmpty && pooling == .cls) }
  }

  /// How the parameters of a new model start; `BERTConfiguration.initialization` says which is usual for its depth.
  public enum Initialization: String, Sendable, CaseIterable {
    /// The heads of the first layer look at neighbors; all else is normal with `initializerRange`.
    case positionalHeads = "positional_heads"
    /// Everything is normal with `initializerRange` (Devlin et al. 2019).
    case normal
  }

  /// The configuration it was built from.
  public let configuration: BERTConfiguration
  /// What sits on top.
  public let headKinds: Heads
  let embeddings: BERTEmbeddings
  let layers: [PostNormLayer]
  let pooler: Linear?
  let predictions: MaskedLanguageModelHead?
  let relationship: Linear?
  let classifier: Linear?
  private let pooledDropout: Dropout

  /// A model whose parameters have no memory yet.
  public init(_ configuration: BERTConfiguration, heads: Heads, initialization: Initialization? = nil) {
    self.configuration = configuration
    headKinds = heads
    let initialization = initialization ?? configuration.initialization
    let width = configuration.width
    let weight = Initializer.normal(standardDeviation: configuration.initializerRange)
    embeddings = BERTEmbeddings(configuration, weight: weight, initialization)
    layers = (0..<configuration.layerCount).map { layer in
      PostNormLayer(
        attention: layer == 0 && initialization == .positionalHeads
          ? Self.lookingAtNeighbors(configuration)
          : MultiHeadAttention(
            width, headCount: configuration.headCount, isCausal: false,
            dropoutRate: configuration.attentionDropoutRate, weight: weight, outputWeight: weight),
        feedForward: FeedForward(
          width, inner: configuration.innerWidth, activation: configuration.activation, weight: weight,
          outputWeight: weight),
        width: width, epsilon: configuration.layerNormEpsilon, dropoutRate: configuration.dropoutRate)
    }
    pooler = heads.usesPooler ? Linear(width, width, weight: weight) : nil
    predictions =
      heads.predictsTokens
      ? MaskedLanguageModelHead(configuration, tiedTo: embeddings.words.weight, weight: weight) : nil
    relationship = heads.predictsNextSentence ? Linear(width, 2, weight: weight) : nil
    classifier = heads.labels.isEmpty ? nil : Linear(width, heads.labels.count, weight: weight)
    pooledDropout = Dropout(
      heads.labels.isEmpty
        ? configuration.dropoutRate : configuration.classifierDropoutRate ?? configuration.dropoutRate)
  }

  /// Attention whose heads start at neighbors: a third of its input's variance are positions, as much as words and types.
  private static func lookingAtNeighbors(_ configuration: BERTConfiguration) -> MultiHeadAttention {
    let heads = PositionalHeads(
      width: configuration.width, headCount: configuration.headCount, share: 1.0 / 3,
      queryDeviation: configuration.initializerRange)
    return MultiHeadAttention(
      configuration.width, headCount: configuration.headCount, isCausal: false,
      dropoutRate: configuration.attentionDropoutRate, weight: .positionalHeads(heads),
      outputWeight: .normal(standardDeviation: heads.valueDeviation))
  }

  /// The model's extents.
  public var extents: ModelExtents {
    ModelExtents(
      vocabularySize: configuration.vocabularySize, width: configuration.width, layerCount: configuration.layerCount,
      maximumLength: configuration.maximumLength)
  }

  /// The embeddings' output and each layer's.
  public func hiddenStates(_ input: TokenInput) -> [Tensor] {
    layers.reduce(into: [embeddings(input)]) { states, layer in
      states.append(recomputed(states[states.count - 1]) { layer($0, in: input.segments) })
    }
  }

  /// What projects some tokens onto the vocabulary.
  public func predictions(_ hidden: Tensor, at places: Indices) -> Projection {
    guard let predictions else { missingHead("masked-LM") }
    return predictions(rows(hidden, at: places))
  }

  /// Two logits per segment: 0 = follows, 1 = random.
  public func relationshipLogits(_ hidden: Tensor, _ input: TokenInput) -> Tensor {
    guard let relationship else { missingHead("next-sentence") }
    return relationship(pooledDropout(pooledOutput(hidden, input)))
  }

  /// One logit per label and segment.
  public func classLogits(_ hidden: Tensor, _ input: TokenInput) -> Tensor {
    guard let classifier else { missingHead("classification") }
    let vector =
      headKinds.pooling == .cls ? pooledOutput(hidden, input) : pooled(hidden, headKinds.pooling, over: input)
    return classifier(pooledDropout(vector))
  }

  /// tanh(w · h[CLS] + b)
  private func pooledOutput(_ hidden: Tensor, _ input: TokenInput) -> Tensor {
    guard let pooler else { missingHead("pooler") }
    return activation(.tanh, pooler(pooled(hidden, .cls, over: input)))
  }

  private func missingHead(_ name: String) -> Never {
    requirementFailed("this BERT was built without its \(name) head")
  }
}

/// dropout(norm(word + position + token type))
struct BERTEmbeddings: Module {
  let words: Embedding
  let positions: Embedding
  let tokenTypes: Embedding
  let norm: LayerNorm
  private let dropout: Dropout

  init(_ configuration: BERTConfiguration, weight: Initializer, _ initialization: BERT.Initialization) {
    words = Embedding(configuration.vocabularySize, configuration.width, weight: weight)
    positions = Embedding(
      configuration.maximumLength, configuration.width,
      weight: initialization == .normal ? weight : .sinusoids(standardDeviation: configuration.initializerRange))
    tokenTypes = Embedding(configuration.tokenTypeCount, configuration.width, weight: weight)
    norm = LayerNorm(configuration.width, epsilon: configuration.layerNormEpsilon)
    dropout = Dropout(configuration.dropoutRate)
  }

  func callAsFunction(_ input: TokenInput) -> Tensor {
    let tape = input.tape
    let sum = words(input.ids, on: tape) + tokenTypes(input.typeIds, on: tape) + positions(input.positions, on: tape)
    return dropout(norm(sum))
  }
}

/// logits = norm(activation(dense(h))) · wordsᵀ + bias: the word embeddings are its weight.
struct MaskedLanguageModelHead: Module {
  let transform: Linear
  let norm: LayerNorm
  let bias: Parameter
  private let words: Parameter
  private let kind: Activation

  init(_ configuration: BERTConfiguration, tiedTo words: Parameter, weight: Initializer) {
    transform = Linear(configuration.width, configuration.width, weight: weight)
    norm = LayerNorm(configuration.width, epsilon: configuration.layerNormEpsilon)
    bias = Parameter([configuration.vocabularySize], .zeros)
    self.words = words
    kind = configuration.activation
  }

  func callAsFunction(_ x: Tensor) -> Projection { Projection(norm(activation(kind, transform(x))), words, bias) }
}

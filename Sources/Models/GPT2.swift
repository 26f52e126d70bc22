import NN
import Tensors

/// The causal Transformer decoder whose output layer is its token embedding.
/// - Sources: Radford, Wu, Child, Luan, Amodei and Sutskever 2019.
public struct GPT2: PreNormDecoder {
  /// The configuration it was built from.
  public let configuration: GPT2Configuration
  let tokens: Embedding
  let positions: Embedding
  /// The layers.
  public let layers: [PreNormLayer<LayerNorm, FeedForward>]
  /// After the last layer.
  public let norm: LayerNorm
  private let embeddingDropout: Dropout

  /// A model whose parameters have no memory yet.
  public init(_ configuration: GPT2Configuration) {
    self.configuration = configuration
    let width = configuration.width
    let weight = Initializer.normal(standardDeviation: configuration.initializerRange)
    let residual = Initializer.residual(
      standardDeviation: configuration.initializerRange, layerCount: configuration.layerCount)
    tokens = Embedding(configuration.vocabularySize, width, weight: weight)
    positions = Embedding(configuration.maximumLength, width, weight: weight)
    embeddingDropout = Dropout(configuration.embeddingDropoutRate)
    layers = (0..<configuration.layerCount).map { _ in
      PreNormLayer(
        attention: MultiHeadAttention(
          width, headCount: configuration.headCount, isCausal: true,
          dropoutRate: configuration.attentionDropoutRate, weight: weight, outputWeight: residual),
        feedForward: FeedForward(
          width, inner: configuration.innerWidth ?? 4 * width, activation: configuration.activation, weight: weight,
          outputWeight: residual),
        dropoutRate: configuration.residualDropoutRate,
        norm: { LayerNorm(width, epsilon: configuration.layerNormEpsilon) })
    }
    norm = LayerNorm(width, epsilon: configuration.layerNormEpsilon)
  }

  /// The model's extents.
  public var extents: ModelExtents {
    ModelExtents(
      vocabularySize: configuration.vocabularySize, width: configuration.width, layerCount: configuration.layerCount,
      maximumLength: configuration.maximumLength)
  }

  /// What projects every row of hidden states onto the vocabulary.
  public func nextTokens(_ hidden: Tensor) -> Projection { Projection(hidden, tokens.weight) }

  /// A cache for sequences of at most `capacity` tokens each.
  public func makeCache(sequences: Int, capacity: Int) -> KeyValueCache {
    KeyValueCache(
      sequences: sequences, layerCount: configuration.layerCount, width: configuration.width, capacity: capacity)
  }

  /// What the first layer reads.
  public func embed(_ input: TokenInput) -> Tensor {
    embeddingDropout(tokens(input.ids, on: input.tape) + positions(input.positions, on: input.tape))
  }
}

import NN
import Tensors

/// The causal Transformer decoder that knows positions by distance alone, so that it reads texts longer than those that it
/// was trained on; its output layer is its token embedding.
/// - Sources: BigScience Workshop 2022, section 3.3; distances: Press, Smith and Lewis 2022.
public struct Bloom: PreNormDecoder {
  /// The configuration it was built from.
  public let configuration: BloomConfiguration
  let tokens: Embedding
  let embeddingNorm: LayerNorm
  /// The layers.
  public let layers: [PreNormLayer<LayerNorm, FeedForward>]
  /// After the last layer.
  public let norm: LayerNorm

  /// A model whose parameters have no memory yet. What a layer adds starts smaller the more layers there are, as in GPT-2.
  public init(_ configuration: BloomConfiguration) {
    self.configuration = configuration
    let width = configuration.width
    let weight = Initializer.normal(standardDeviation: configuration.initializerRange)
    let residual = Initializer.residual(
      standardDeviation: configuration.initializerRange, layerCount: configuration.layerCount)
    let makeNorm = { LayerNorm(width, epsilon: configuration.layerNormEpsilon) }
    tokens = Embedding(configuration.vocabularySize, width, weight: weight)
    embeddingNorm = makeNorm()
    layers = (0..<configuration.layerCount).map { _ in
      PreNormLayer(
        attention: MultiHeadAttention(
          width, headCount: configuration.headCount, isCausal: true, dropoutRate: configuration.attentionDropoutRate,
          positions: .linearBiases(headCount: configuration.headCount), weight: weight, outputWeight: residual),
        feedForward: FeedForward(
          width, inner: 4 * width, activation: .geluTanh, weight: weight, outputWeight: residual),
        dropoutRate: configuration.dropoutRate, norm: makeNorm)
    }
    norm = makeNorm()
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
  public func embed(_ input: TokenInput) -> Tensor { embeddingNorm(tokens(input.ids, on: input.tape)) }
}

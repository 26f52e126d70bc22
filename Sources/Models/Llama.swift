import NN
import Tensors

/// The causal Transformer decoder with root mean square norms, gated feed-forward blocks, rotary positions and shared key
/// heads, without biases.
/// - Sources: Touvron et al. 2023; grouped heads: Ainslie et al. 2023.
public struct Llama: PreNormDecoder {
  /// The configuration it was built from.
  public let configuration: LlamaConfiguration
  let tokens: Embedding
  /// The layers.
  public let layers: [PreNormLayer<RMSNorm, GatedFeedForward>]
  /// After the last layer.
  public let norm: RMSNorm
  /// The output layer, nil where the token embedding is it.
  let head: Linear?

  /// A model whose parameters have no memory yet. What a layer adds starts smaller the more layers there are, as in GPT-2.
  public init(_ configuration: LlamaConfiguration) {
    self.configuration = configuration
    let width = configuration.width
    let weight = Initializer.normal(standardDeviation: configuration.initializerRange)
    let residual = Initializer.residual(
      standardDeviation: configuration.initializerRange, layerCount: configuration.layerCount)
    let rotary = RotaryTable(headSize: configuration.sizeOfHead, base: configuration.rotaryBase)
    tokens = Embedding(configuration.vocabularySize, width, weight: weight)
    layers = (0..<configuration.layerCount).map { _ in
      PreNormLayer(
        attention: MultiHeadAttention(
          width, headCount: configuration.headCount, keyHeadCount: configuration.keyHeadCount,
          headSize: configuration.sizeOfHead, isCausal: true, dropoutRate: configuration.attentionDropoutRate,
          positions: .rotary(rotary), weight: weight, outputWeight: residual, hasBias: configuration.attentionHasBias),
        feedForward: GatedFeedForward(
          width, inner: configuration.innerWidth, weight: weight, outputWeight: residual,
          hasBias: configuration.feedForwardHasBias),
        dropoutRate: 0, norm: { RMSNorm(width, epsilon: configuration.normEpsilon) })
    }
    norm = RMSNorm(width, epsilon: configuration.normEpsilon)
    head =
      configuration.tiesEmbeddings
      ? nil : Linear(width, configuration.vocabularySize, weight: weight, hasBias: false)
  }

  /// The model's extents.
  public var extents: ModelExtents {
    ModelExtents(
      vocabularySize: configuration.vocabularySize, width: configuration.width, layerCount: configuration.layerCount,
      maximumLength: configuration.maximumLength)
  }

  /// What projects every row of hidden states onto the vocabulary.
  public func nextTokens(_ hidden: Tensor) -> Projection { Projection(hidden, head?.weight ?? tokens.weight) }

  /// A cache for sequences of at most `capacity` tokens each.
  public func makeCache(sequences: Int, capacity: Int) -> KeyValueCache {
    KeyValueCache(
      sequences: sequences, layerCount: configuration.layerCount,
      width: (configuration.keyHeadCount ?? configuration.headCount) * configuration.sizeOfHead, capacity: capacity)
  }

  /// What the first layer reads.
  public func embed(_ input: TokenInput) -> Tensor { tokens(input.ids, on: input.tape) }
}

import NN
import Tensors

/// The causal Transformer decoder with root mean square norms, gated feed-forward blocks, rotary positions and shared key
/// heads, without biases.
/// - Sources: Touvron et al. 2023; grouped heads: Ainslie et al. 2023.
public struct Llama: CausalLanguageModel {
  /// The configuration it was built from.
  public let configuration: LlamaConfiguration
  let tokens: Embedding
  let layers: [PreNormLayer<RMSNorm, GatedFeedForward>]
  let norm: RMSNorm
  /// The output layer, nil where the token embedding is it.
  let head: Linear?

  /// A model whose parameters have no memory yet. What a layer adds starts smaller the more layers there are, as in GPT-2.
  public init(_ configuration: LlamaConfiguration) {
    self.configuration = configuration
    let width = configuration.width
    let weight = Initializer.normal(standardDeviation: configuration.initializerRange)
    let residual = Initializer.normal(
      standardDeviation: configuration.initializerRange / (2 * Double(configuration.layerCount)).squareRoot())
    let rotary = RotaryTable(headSize: configuration.sizeOfHead, base: configuration.rotaryBase)
    tokens = Embedding(configuration.vocabularySize, width, weight: weight)
    layers = (0..<configuration.layerCount).map { _ in
      PreNormLayer(
        attention: MultiHeadAttention(
          width, headCount: configuration.headCount, keyHeadCount: configuration.keyHeadCount,
          headSize: configuration.sizeOfHead, isCausal: true, dropoutRate: configuration.attentionDropoutRate,
          rotary: rotary, weight: weight, outputWeight: residual, hasBias: configuration.attentionHasBias),
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

  /// The embeddings' output and each layer's; the last one normalized, as transformers counts them.
  public func hiddenStates(_ input: TokenInput) -> [Tensor] {
    var states = layers.reduce(into: [tokens(input.ids, on: input.tape)]) { states, layer in
      states.append(recomputed(states[states.count - 1]) { layer($0, in: input.segments) })
    }
    states.append(norm(states.removeLast()))
    return states
  }

  /// What projects every row of hidden states onto the vocabulary.
  public func nextTokens(_ hidden: Tensor) -> Projection { Projection(hidden, head?.weight ?? tokens.weight) }

  /// A cache for sequences of at most `capacity` tokens each.
  public func makeCache(sequences: Int, capacity: Int) -> KeyValueCache {
    KeyValueCache(
      sequences: sequences, layerCount: configuration.layerCount,
      width: (configuration.keyHeadCount ?? configuration.headCount) * configuration.sizeOfHead, capacity: capacity)
  }

  /// Logits after the last of each segment's new tokens.
  public func logits(_ input: TokenInput, cache: KeyValueCache) -> Tensor {
    var x = tokens(input.ids, on: input.tape)
    for (index, layer) in layers.enumerated() { x = layer(x, in: input.segments, cache: cache, layer: index) }
    cache.advance(by: input.segments)
    let last = rows(x, at: input.tape.places(input.segments.lastPlaces))
    return nextTokenLogits(norm(last))
  }
}

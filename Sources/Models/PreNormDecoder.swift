import NN
import Tensors

/// A causal Transformer decoder whose norms come first in each layer and once more at the end (Radford et al. 2019).
public protocol PreNormDecoder: CausalLanguageModel {
  /// Its configuration.
  associatedtype Configuration: ModelConfiguration
  /// The norm before each block.
  associatedtype Norm: UnaryLayer
  /// The position-wise block.
  associatedtype Block: UnaryLayer
  /// The configuration it was built from.
  var configuration: Configuration { get }
  /// A model whose parameters have no memory yet.
  init(_ configuration: Configuration)
  /// One layer after the other.
  var layers: [PreNormLayer<Norm, Block>] { get }
  /// After the last layer.
  var norm: Norm { get }
  /// What the first layer reads: one row per token.
  func embed(_ input: TokenInput) -> Tensor
}

extension PreNormDecoder {
  /// The embeddings' output and each layer's; the last one normalized, as transformers counts them.
  public func hiddenStates(_ input: TokenInput) -> [Tensor] {
    var states = layers.reduce(into: [embed(input)]) { states, layer in
      states.append(recomputed(states[states.count - 1]) { layer($0, in: input.segments) })
    }
    states.append(norm(states.removeLast()))
    return states
  }

  /// Logits after the last of each segment's new tokens.
  public func logits(_ input: TokenInput, cache: KeyValueCache) -> Tensor {
    var x = embed(input)
    for (index, layer) in layers.enumerated() { x = layer(x, in: input.segments, cache: cache, layer: index) }
    cache.advance(by: input.segments)
    let last = rows(x, at: input.tape.places(input.segments.lastPlaces))
    return nextTokenLogits(norm(last))
  }
}

extension Initializer {
  /// For what a layer adds to the residual: smaller, the more layers there are (Radford et al. 2019, section 2.3).
  static func residual(standardDeviation: Double, layerCount: Int) -> Initializer {
    .normal(standardDeviation: standardDeviation / (2 * Double(layerCount)).squareRoot())
  }
}

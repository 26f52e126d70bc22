import Tensors

/// output(activation(intermediate(x))), position by position.
public struct FeedForward: UnaryLayer {
  /// [inner, width]
  public let intermediate: Linear
  /// [width, inner]
  public let output: Linear
  private let activation: Activation

  /// A feed-forward block of `inner` units.
  public init(_ width: Int, inner: Int, activation: Activation, weight: Initializer, outputWeight: Initializer) {
    intermediate = Linear(width, inner, weight: weight)
    output = Linear(inner, width, weight: outputWeight)
    self.activation = activation
  }

  /// Applies the block.
  public func callAsFunction(_ x: Tensor) -> Tensor { output(intermediate(x), after: activation) }
}

/// output(silu(gate(x)) · value(x)), position by position (Shazeer 2020).
public struct GatedFeedForward: UnaryLayer {
  /// Gates and values in one product: [2 · inner, width].
  public let projection: Linear
  /// [width, inner]
  public let output: Linear

  /// A gated feed-forward block of `inner` units.
  public init(_ width: Int, inner: Int, weight: Initializer, outputWeight: Initializer, hasBias: Bool = false) {
    projection = Linear(width, 2 * inner, weight: weight, hasBias: hasBias)
    output = Linear(inner, width, weight: outputWeight, hasBias: hasBias)
  }

  /// Applies the block.
  public func callAsFunction(_ x: Tensor) -> Tensor { output(swiGLU(projection(x), forProducts: true)) }
}

/// norm(x + dropout(f(x))) for attention and feed-forward in turn: the norm comes last (Vaswani et al. 2017).
public struct PostNormLayer: Module {
  /// Self-attention.
  public let attention: MultiHeadAttention
  /// After attention.
  public let attentionNorm: LayerNorm
  /// The position-wise block.
  public let feedForward: FeedForward
  /// After the block.
  public let outputNorm: LayerNorm
  private let attentionDropout: Dropout
  private let outputDropout: Dropout

  /// One layer; `dropoutRate` is that of the sub-layers' outputs.
  public init(
    attention: MultiHeadAttention, feedForward: FeedForward, width: Int, epsilon: Double, dropoutRate: Double
  ) {
    self.attention = attention
    self.feedForward = feedForward
    attentionNorm = LayerNorm(width, epsilon: epsilon)
    outputNorm = LayerNorm(width, epsilon: epsilon)
    attentionDropout = Dropout(dropoutRate)
    outputDropout = Dropout(dropoutRate)
  }

  /// Applies the layer to every segment.
  public func callAsFunction(_ x: Tensor, in segments: Segments) -> Tensor {
    let y = attentionNorm(x, plus: attention(x, in: segments), attentionDropout)
    return outputNorm(y, plus: feedForward(y), outputDropout)
  }
}

/// x + dropout(f(norm(x))) for attention and feed-forward in turn: the norm comes first (Radford et al. 2019).
public struct PreNormLayer<Norm: UnaryLayer, Block: UnaryLayer>: Module {
  /// Before attention.
  public let attentionNorm: Norm
  /// Self-attention.
  public let attention: MultiHeadAttention
  /// Before the block.
  public let feedForwardNorm: Norm
  /// The position-wise block.
  public let feedForward: Block
  private let attentionDropout: Dropout
  private let outputDropout: Dropout

  /// One layer with two norms made by `norm`; `dropoutRate` is that of the sub-layers' outputs.
  public init(attention: MultiHeadAttention, feedForward: Block, dropoutRate: Double, norm: () -> Norm) {
    self.attention = attention
    self.feedForward = feedForward
    attentionNorm = norm()
    feedForwardNorm = norm()
    attentionDropout = Dropout(dropoutRate)
    outputDropout = Dropout(dropoutRate)
  }

  /// Applies the layer to every segment.
  public func callAsFunction(_ x: Tensor, in segments: Segments) -> Tensor {
    let y = attentionDropout(attention(attentionNorm(x), in: segments), joining: x)
    return outputDropout(feedForward(feedForwardNorm(y)), joining: y)
  }

  /// Applies the layer to new tokens of sequences whose earlier tokens are in the cache.
  public func callAsFunction(_ x: Tensor, in segments: Segments, cache: KeyValueCache, layer: Int) -> Tensor {
    let y = x + attention(attentionNorm(x), in: segments, cache: cache, layer: layer)
    return y + feedForward(feedForwardNorm(y))
  }
}

import Tensors

/// Self-attention of several heads (Vaswani et al. 2017, section 3.2.2).
public struct MultiHeadAttention: Module {
  /// Queries, keys and values in one product: [3 · width, width].
  public let projection: Linear
  /// Joins the heads.
  public let output: Linear
  private let headCount: Int
  private let isCausal: Bool
  private let dropoutRate: Float
  private let site = RandomSite()

  /// Attention over rows of `width` with heads of width / headCount.
  public init(
    _ width: Int, headCount: Int, isCausal: Bool, dropoutRate: Double, weight: Initializer, outputWeight: Initializer
  ) {
    projection = Linear(width, 3 * width, weight: weight)
    output = Linear(width, width, weight: outputWeight)
    self.headCount = headCount
    self.isCausal = isCausal
    self.dropoutRate = Float(dropoutRate)
  }

  /// Every token attends to its segment, or to its own and earlier tokens of it if causal.
  public func callAsFunction(_ x: Tensor, in segments: Segments) -> Tensor {
    let qkv = projection(x)
    return output(
      attention(
        qkv.columns(0, of: 3), qkv.columns(1, of: 3), qkv.columns(2, of: 3), headCount: headCount, queries: segments,
        keys: segments, isCausal: isCausal, dropoutRate: dropoutRate, site: site.index))
  }

  /// New tokens of one sequence attend to themselves and to those in the cache, which then holds them too.
  public func callAsFunction(_ x: Tensor, cache: KeyValueCache, layer: Int) -> Tensor {
    let qkv = projection(x)
    return output(
      attention(
        qkv.columns(0, of: 3), qkv.columns(1, of: 3), qkv.columns(2, of: 3), headCount: headCount, cache: cache,
        layer: layer))
  }
}

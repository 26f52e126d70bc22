import Tensors

/// Self-attention of several heads (Vaswani et al. 2017, section 3.2.2), whose queries may share keys and values in groups
/// (Ainslie et al. 2023).
public struct MultiHeadAttention: Module {
  /// Queries, keys and values in one product: [(heads + 2 · heads of keys) · head size, width].
  public let projection: Linear
  /// Joins the heads: [width, heads · head size].
  public let output: Linear
  private let headCount: Int
  private let keyHeadCount: Int
  private let headSize: Int
  private let isCausal: Bool
  private let dropoutRate: Float
  private let positions: AttentionPositions
  private let site = RandomSite()

  /// Attention over rows of `width` with heads of width / headCount, unless `headSize` says otherwise.
  ///
  /// - Parameters:
  ///   - keyHeadCount: heads of keys and values, a divisor of `headCount`; as many as of queries if nil.
  ///   - positions: what attention has to do with them.
  public init(
    _ width: Int, headCount: Int, keyHeadCount: Int? = nil, headSize: Int? = nil, isCausal: Bool, dropoutRate: Double,
    positions: AttentionPositions = .ofInput, weight: Initializer, outputWeight: Initializer, hasBias: Bool = true
  ) {
    self.headCount = headCount
    self.keyHeadCount = keyHeadCount ?? headCount
    self.headSize = headSize ?? width / headCount
    let inner = headCount * self.headSize
    projection = Linear(width, inner + 2 * self.keyHeadCount * self.headSize, weight: weight, hasBias: hasBias)
    output = Linear(inner, width, weight: outputWeight, hasBias: hasBias)
    self.isCausal = isCausal
    self.dropoutRate = Float(dropoutRate)
    self.positions = positions
  }

  /// Every token attends to its segment, or to its own and earlier tokens of it if causal.
  public func callAsFunction(_ x: Tensor, in segments: Segments) -> Tensor {
    let (q, k, v) = heads(of: x, segments, forProducts: true)
    return output(
      attention(
        q, k, v, headCount: headCount, queries: segments, keys: segments, isCausal: isCausal, slopes: slopes,
        dropoutRate: dropoutRate, site: site.index))
  }

  /// New tokens attend to themselves and to those of their sequence in the cache, which then holds them too.
  public func callAsFunction(_ x: Tensor, in segments: Segments, cache: KeyValueCache, layer: Int) -> Tensor {
    let (q, k, v) = heads(of: x, segments, forProducts: false)
    return output(
      attention(q, k, v, headCount: headCount, slopes: slopes, in: segments, cache: cache, layer: layer))
  }

  private var slopes: [Float] {
    if case .linearBiases(let slopes) = positions { slopes } else { [] }
  }

  /// Their numbers may be rounded where products alone read them: not on the way into a cache, which few queries read.
  private func heads(
    of x: Tensor, _ segments: Segments, forProducts: Bool
  ) -> (q: Columns, k: Columns, v: Columns) {
    let qkv =
      if case .rotary(let table) = positions {
        rotated(
          projection(x), headCount: headCount + keyHeadCount, positions: segments.positions, table: table,
          forProducts: forProducts)
      } else {
        projection(x, forProducts: forProducts)
      }
    let (width, keyWidth) = (headCount * headSize, keyHeadCount * headSize)
    return (
      qkv.columns(from: 0, width: width), qkv.columns(from: width, width: keyWidth),
      qkv.columns(from: width + keyWidth, width: keyWidth)
    )
  }
}

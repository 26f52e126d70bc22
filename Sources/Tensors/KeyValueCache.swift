import Kernels

/// Keys and values of one sequence's tokens so far, per layer: generation computes each token once.
public final class KeyValueCache {
  /// The most tokens it can hold.
  public let capacity: Int
  /// The tokens it holds.
  public private(set) var length = 0
  fileprivate let width: Int
  fileprivate let keys: [Slab]
  fileprivate let values: [Slab]

  /// An empty cache for `layerCount` layers whose keys, and values, are `width` wide.
  public init(layerCount: Int, width: Int, capacity: Int) {
    self.capacity = capacity
    self.width = width
    keys = (0..<layerCount).map { _ in Slab(count: capacity * width) }
    values = (0..<layerCount).map { _ in Slab(count: capacity * width) }
  }

  /// Counts tokens whose keys and values every layer has stored.
  public func advance(by count: Int) {
    require(length + count <= capacity, "a cache of \(capacity) tokens can't hold \(length + count)")
    length += count
  }

  /// Forgets every token from `length` on.
  public func truncate(to length: Int) {
    self.length = min(self.length, length)
  }
}

/// Attention of new tokens of one sequence to themselves and to the cached ones; stores their keys and values in `cache`.
///
/// Query i of n new ones sees the cached keys and the new ones up to its own. Records no gradient.
public func attention(
  _ q: Columns, _ k: Columns, _ v: Columns, headCount: Int, cache: KeyValueCache, layer: Int
) -> Tensor {
  let tape = q.tensor.tape
  let (count, width) = (q.tensor.shape.rows, k.width)
  let headSize = AttentionShape.headSize(q, k, v, headCount: headCount)
  let total = cache.length + count
  require(!tape.recordsGradients, "a cache is for using a model, not for training it")
  require(total <= cache.capacity && width == cache.width, "a cache of \(cache.capacity) tokens can't hold \(total)")
  let y = tape.output([count, q.width], layout: q.tensor.layout)
  let queryOffsets = tape.indices([0, Int32(count)], layout: nil)
  let keyOffsets = tape.indices([0, Int32(total)], layout: nil)
  let logSumExp = tape.uninitialized([headCount, count])
  let call = AttentionCall(
    queryOffsets: queryOffsets.pointer, keyOffsets: keyOffsets.pointer, segmentCount: 1, headCount: headCount,
    keyHeadCount: width / headSize, headSize: headSize, isCausal: true, scale: 1 / Float(headSize).squareRoot(),
    dropoutRate: 0, dropout: nil, isTiled: tape.precision == .bfloat16)
  tape.compute("cached attention", floats: 2 * count * q.width + 2 * total * width) {
    let keys = cache.keys[layer].base
    let values = cache.values[layer].base
    for row in 0..<count {
      let place = (cache.length + row) * width
      ElementwiseKernel.copy(k.pointer + row * k.stride, into: keys + place, count: width)
      ElementwiseKernel.copy(v.pointer + row * v.stride, into: values + place, count: width)
    }
    AttentionKernel.forward(
      call, q: q.pointer, qStride: q.stride, k: keys, kStride: width, v: values, vStride: width, into: y.pointer,
      outputStride: q.width, logSumExp: logSumExp.pointer, queryCount: count)
  }
  return y
}

import Kernels

/// Keys and values of some sequences' tokens so far, per layer: generation computes each token once.
public final class KeyValueCache {
  /// The most tokens that it can hold of each sequence.
  public let capacity: Int
  /// The tokens that it holds of each sequence.
  public private(set) var lengths: [Int]
  /// The sequences whose tokens come next, one for each segment of the input.
  public var selected: [Int]
  fileprivate let width: Int
  fileprivate let keys: [Slab]
  fileprivate let values: [Slab]

  /// An empty cache for `layerCount` layers whose keys, and values, are `width` wide.
  public init(sequences: Int, layerCount: Int, width: Int, capacity: Int) {
    self.capacity = capacity
    self.width = width
    lengths = [Int](repeating: 0, count: sequences)
    selected = Array(0..<sequences)
    keys = (0..<layerCount).map { _ in Slab(count: sequences * capacity * width) }
    values = (0..<layerCount).map { _ in Slab(count: sequences * capacity * width) }
  }

  /// Counts the tokens of `segments`, whose keys and values every layer has stored.
  public func advance(by segments: Segments) {
    requireRoom(for: segments)
    for (sequence, count) in zip(selected, segments.lengths) { lengths[sequence] += count }
  }

  /// Forgets a sequence's tokens from `length` on.
  public func truncate(_ sequence: Int, to length: Int) { lengths[sequence] = min(lengths[sequence], length) }

  fileprivate func requireRoom(for segments: Segments) {
    require(
      segments.count == selected.count
        && zip(selected, segments.lengths).allSatisfy { lengths[$0] + $1 <= capacity },
      "a cache of \(capacity) tokens with \(selected.map { lengths[$0] }) can't hold \(segments.lengths)")
  }
}

/// Attention of new tokens to their segment and to the cached ones of its sequence; stores their keys and values in
/// `cache`.
///
/// Query i of n new ones sees the cached keys and the new ones up to its own. Records no gradient.
public func attention(
  _ q: Columns, _ k: Columns, _ v: Columns, headCount: Int, slopes: [Float] = [], in segments: Segments,
  cache: KeyValueCache, layer: Int
) -> Tensor {
  let tape = q.tensor.tape
  let (count, width) = (q.tensor.shape.rows, k.width)
  let headSize = AttentionShape.headSize(q, k, v, headCount: headCount)
  require(!tape.recordsGradients && width == cache.width, "a cache is for using a model, not for training it")
  cache.requireRoom(for: segments)
  let y = tape.output([count, q.width], layout: q.tensor.layout)
  let logSumExp = tape.uninitialized([headCount, count])
  var first = 0
  for (sequence, length) in zip(cache.selected, segments.lengths) {
    let held = cache.lengths[sequence]
    let (queryOffsets, keyOffsets) = (
      tape.indices([0, Int32(length)], layout: nil), tape.indices([0, Int32(held + length)], layout: nil)
    )
    let call = AttentionCall(
      queryOffsets: queryOffsets.pointer, keyOffsets: keyOffsets.pointer, segmentCount: 1, headCount: headCount,
      keyHeadCount: width / headSize, headSize: headSize, isCausal: true, scale: 1 / Float(headSize).squareRoot(),
      slopes: slopes, isTiled: tape.precision == .bfloat16)
    let rows = first..<first + length
    tape.compute("cached attention", floats: 2 * length * q.width + 2 * (held + length) * width) {
      let keys = cache.keys[layer].base + sequence * cache.capacity * width
      let values = cache.values[layer].base + sequence * cache.capacity * width
      for row in rows {
        let place = (held + row - first) * width
        (k.numbers + row * k.stride).widen(into: keys + place, count: width)
        (v.numbers + row * v.stride).widen(into: values + place, count: width)
      }
      AttentionKernel.forward(
        call, q: q.numbers + first * q.stride, qStride: q.stride, k: NumberPointer(keys), kStride: width,
        v: NumberPointer(values), vStride: width, into: y.numbers + first * q.width, outputStride: q.width,
        logSumExp: logSumExp.pointer + first,
        queryCount: count)
    }
    first += length
  }
  return y
}

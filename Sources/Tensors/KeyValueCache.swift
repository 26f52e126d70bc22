import Kernels

/// Keys and values of some sequences' tokens so far, per layer: generation computes each token once.
///
/// In bfloat16 they are kept rounded: reading them takes as long as reading the weights where many texts grow together.
public final class KeyValueCache {
  /// The most tokens that it can hold of each sequence.
  public let capacity: Int
  /// The tokens that it holds of each sequence.
  public private(set) var lengths: [Int]
  /// The sequences whose tokens come next, one for each segment of the input.
  public var selected: [Int]
  fileprivate let width: Int
  private var layers: [Layer?]

  /// Keys and values: [sequences, heads, capacity, head size] each, so that what one head reads lies end to end.
  fileprivate struct Layer {
    let memory: Slab
    let count: Int
    let isRounded: Bool

    init(count: Int, isRounded: Bool) {
      self.count = count
      self.isRounded = isRounded
      memory = Slab(count: isRounded ? count : 2 * count)
    }

    var keys: NumberPointer { NumberPointer(UnsafeMutableRawPointer(memory.base), isRounded: isRounded) }
    var values: NumberPointer { keys + count }
  }

  /// An empty cache for `layerCount` layers whose keys, and values, are `width` wide.
  public init(sequences: Int, layerCount: Int, width: Int, capacity: Int) {
    self.capacity = capacity
    self.width = width
    lengths = [Int](repeating: 0, count: sequences)
    selected = Array(0..<sequences)
    layers = [Layer?](repeating: nil, count: layerCount)
  }

  /// The memory of a layer, in the numbers that its first user multiplies.
  fileprivate func layer(_ index: Int, _ precision: Precision) -> Layer {
    if let layer = layers[index] { return layer }
    let layer = Layer(count: lengths.count * capacity * width, isRounded: precision == .bfloat16)
    layers[index] = layer
    return layer
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
  let (held, lengths) = (cache.selected.map { cache.lengths[$0] }, segments.lengths)
  let ends = zip(held, lengths).map { Int32($0 + $1) }
  let queryOffsets = tape.indices(lengths.flatMap { [0, Int32($0)] }, layout: nil)
  let keyOffsets = tape.indices(ends.flatMap { [0, $0] }, layout: nil)
  let firsts = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
  let memory = cache.layer(layer, tape.precision)
  /// One segment, all heads.
  func attend(_ segment: Int) {
    let (first, sequence) = (firsts[segment], cache.selected[segment] * width * cache.capacity)
    let (keys, values) = (memory.keys + sequence, memory.values + sequence)
    for row in 0..<lengths[segment] {
      for head in 0..<width / headSize {
        let place = (head * cache.capacity + held[segment] + row) * headSize
        let column = head * headSize
        (keys + place).fill(from: k.tensor.pointer + (first + row) * k.stride + k.start + column, count: headSize)
        (values + place).fill(from: v.tensor.pointer + (first + row) * v.stride + v.start + column, count: headSize)
      }
    }
    let call = AttentionCall(
      queryOffsets: queryOffsets.pointer + 2 * segment, keyOffsets: keyOffsets.pointer + 2 * segment, segmentCount: 1,
      headCount: headCount, keyHeadCount: width / headSize, headSize: headSize,
      keyHeadStride: cache.capacity * headSize, isCausal: true, scale: 1 / Float(headSize).squareRoot(), slopes: slopes,
      isTiled: tape.precision == .bfloat16)
    AttentionKernel.forward(
      call, q: q.numbers + first * q.stride, qStride: q.stride, k: keys, kStride: headSize, v: values,
      vStride: headSize, into: y.numbers + first * q.width, outputStride: q.width,
      logSumExp: logSumExp.pointer + first, queryCount: count)
  }
  tape.compute("cached attention", floats: 2 * count * q.width + 2 * ends.reduce(0) { $0 + Int($1) } * width) {
    // Threads share the segments or, where these are few, the heads of one segment after the other.
    if lengths.count >= 2 * Parallel.threadCount {
      Parallel.forEach(lengths.count, attend)
    } else {
      for segment in lengths.indices { attend(segment) }
    }
  }
  return y
}

import Kernels
import Randomness

/// A block of columns of a tensor: a third of a fused query-key-value product, or a whole tensor.
public struct Columns {
  let tensor: Tensor
  let start: Int
  let width: Int

  var numbers: NumberPointer { tensor.numbers + start }
  var stride: Int { tensor.shape.width }
}

extension Tensor {
  /// One of `count` equal blocks of columns.
  public func columns(_ index: Int, of count: Int = 1) -> Columns {
    require(shape.width % count == 0 && index < count, "block \(index) of \(count) in rows of \(shape.width)")
    return Columns(tensor: self, start: index * (shape.width / count), width: shape.width / count)
  }

  /// The columns from `start` on, `width` of them.
  public func columns(from start: Int, width: Int) -> Columns {
    require(start >= 0 && width > 0 && start + width <= shape.width, "columns \(start) + \(width) of \(shape)")
    return Columns(tensor: self, start: start, width: width)
  }
}

/// softmax(q · kᵀ / √d − slope · distance + mask) · v, all heads at once (Vaswani et al. 2017, section 3.2.1).
///
/// Queries of a segment see the keys of the segment with the same number; the blocks of one fused tensor must be disjoint
/// and fill it.
///
/// - Parameters:
///   - q: one row per query token, heads side by side.
///   - k: one row per key token; with fewer heads than q, as many heads of queries as there are for each share one
///     (Ainslie et al. 2023).
///   - v: one row per key token, as wide as k.
///   - queries: the queries' segments.
///   - keys: the keys' segments; the same as `queries` in self-attention.
///   - isCausal: whether a query sees only keys at its own place and before.
///   - slopes: what each head's scores lose for a place between query and key (Press et al. 2022); empty for nothing.
///   - dropoutRate: of the probabilities.
/// - Returns: one row per query token, heads side by side.
public func attention(
  _ q: Columns, _ k: Columns, _ v: Columns, headCount: Int, queries: Segments, keys: Segments, isCausal: Bool,
  slopes: [Float] = [], dropoutRate: Float = 0, site: Int = 0
) -> Tensor {
  let tape = q.tensor.tape
  let headSize = AttentionShape.headSize(q, k, v, headCount: headCount)
  let y = tape.output([q.tensor.shape.rows, q.width], layout: q.tensor.layout, isRounded: q.tensor.isRounded)
  let operation = AttentionOperation(
    q: q, k: k, v: v, y: y, logSumExp: tape.uninitialized([headCount, q.tensor.shape.rows]),
    shape: AttentionShape(
      headCount: headCount, keyHeadCount: k.width / headSize, headSize: headSize, isCausal: isCausal,
      slopes: slopes, dropoutRate: tape.appliesDropout ? dropoutRate : 0, site: site),
    queries: queries, keys: keys)
  tape.compute("attention", flops: operation.flops, floats: operation.floats) { operation.forward() }
  tape.record(y, operation)
  return y
}

/// What attention does to every segment.
struct AttentionShape {
  let headCount: Int
  let keyHeadCount: Int
  let headSize: Int
  let isCausal: Bool
  let slopes: [Float]
  let dropoutRate: Float
  let site: Int

  /// The size of a head, if the three fit together.
  static func headSize(_ q: Columns, _ k: Columns, _ v: Columns, headCount: Int) -> Int {
    let size = q.width / headCount
    let keyHeadCount = k.width / size
    require(
      q.width == headCount * size && k.width == keyHeadCount * size && v.width == k.width && keyHeadCount > 0
        && headCount % keyHeadCount == 0,
      "attention of \(headCount) heads with queries, keys and values of \(q.width), \(k.width) and \(v.width)")
    return size
  }

  var scale: Float { 1 / Float(headSize).squareRoot() }
}

/// With p the probabilities: dv = pᵀ · dy,  ds = p · (dy · vᵀ − Σ dy · y),  dq = ds · k · scale,  dk = dsᵀ · q · scale
struct AttentionOperation: Operation {
  let q: Columns
  let k: Columns
  let v: Columns
  let y: Tensor
  let logSumExp: Tensor
  let shape: AttentionShape
  let queries: Segments
  let keys: Segments

  /// Two products per score, half of them if causal.
  var flops: Double {
    4 * queries.squaredLengths * Double(q.width) * (shape.isCausal ? 0.5 : 1)
  }

  /// Numbers read and written forward: q, k, v and y.
  var floats: Int { 2 * y.shape.count + 2 * k.tensor.shape.rows * k.width }

  private var call: AttentionCall {
    AttentionCall(
      queryOffsets: queries.offsets.pointer, keyOffsets: keys.offsets.pointer, segmentCount: queries.count,
      headCount: shape.headCount, keyHeadCount: shape.keyHeadCount, headSize: shape.headSize, isCausal: shape.isCausal,
      scale: shape.scale, slopes: shape.slopes, dropoutRate: shape.dropoutRate,
      dropout: shape.dropoutRate > 0 ? keys.layout.dropoutPositions(key: y.tape.key, site: shape.site) : nil,
      isTiled: y.tape.precision == .bfloat16)
  }

  func forward() {
    AttentionKernel.forward(
      call, q: q.numbers, qStride: q.stride, k: k.numbers, kStride: k.stride, v: v.numbers, vStride: v.stride,
      into: y.numbers, outputStride: y.shape.width, logSumExp: logSumExp.pointer, queryCount: y.shape.rows)
  }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let tape = dy.tape
    let dq = tape.uninitialized(q.tensor.shape)
    let dk = k.tensor.variable == q.tensor.variable ? dq : tape.uninitialized(k.tensor.shape)
    let dv =
      v.tensor.variable == q.tensor.variable
      ? dq
      : v.tensor.variable == k.tensor.variable ? dk : tape.uninitialized(v.tensor.shape)
    tape.compute("attention, inputs", flops: 2 * flops, floats: 2 * floats) {
      AttentionKernel.backward(
        call, dy: dy.pointer, output: y.numbers, outputStride: y.shape.width, logSumExp: logSumExp.pointer,
        queryCount: y.shape.rows, q: q.numbers, qStride: q.stride, k: k.numbers, kStride: k.stride, v: v.numbers,
        vStride: v.stride, dq: dq.pointer + q.start, dk: dk.pointer + k.start, dv: dv.pointer + v.start)
    }
    gradients.add(dq, to: q.tensor)
    if k.tensor.variable != q.tensor.variable { gradients.add(dk, to: k.tensor) }
    if v.tensor.variable != q.tensor.variable && v.tensor.variable != k.tensor.variable {
      gradients.add(dv, to: v.tensor)
    }
  }
}

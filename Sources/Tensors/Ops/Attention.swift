import Kernels
import Randomness

/// A block of columns of a tensor: a third of a fused query-key-value product, or a whole tensor.
public struct Columns {
  let tensor: Tensor
  let start: Int
  let width: Int

  var pointer: UnsafeMutablePointer<Float> { tensor.pointer + start }
  var stride: Int { tensor.shape.width }
}

extension Tensor {
  /// One of `count` equal blocks of columns.
  public func columns(_ index: Int, of count: Int = 1) -> Columns {
    require(shape.width % count == 0 && index < count, "block \(index) of \(count) in rows of \(shape.width)")
    return Columns(tensor: self, start: index * (shape.width / count), width: shape.width / count)
  }
}

/// softmax(q · kᵀ / √d + mask) · v, all heads at once (Vaswani et al. 2017, section 3.2.1).
///
/// Queries of a segment see the keys of the segment with the same number; the blocks of one fused tensor must be disjoint
/// and fill it.
///
/// - Parameters:
///   - q: one row per query token, heads side by side.
///   - k: one row per key token.
///   - v: one row per key token.
///   - queries: the queries' segments.
///   - keys: the keys' segments; the same as `queries` in self-attention.
///   - isCausal: whether a query sees only keys at its own place and before.
///   - dropoutRate: of the probabilities.
/// - Returns: one row per query token, heads side by side.
public func attention(
  _ q: Columns, _ k: Columns, _ v: Columns, headCount: Int, queries: Segments, keys: Segments, isCausal: Bool,
  dropoutRate: Float = 0, site: Int = 0
) -> Tensor {
  let tape = q.tensor.tape
  require(q.width == k.width && q.width == v.width && q.width % headCount == 0, "attention of width \(q.width)")
  let y = tape.output([q.tensor.shape.rows, q.width], layout: q.tensor.layout)
  let operation = AttentionOperation(
    q: q, k: k, v: v, y: y, logSumExp: tape.uninitialized([headCount, q.tensor.shape.rows]),
    shape: AttentionShape(
      headCount: headCount, headSize: q.width / headCount, isCausal: isCausal,
      dropoutRate: tape.appliesDropout ? dropoutRate : 0, site: site),
    queries: queries, keys: keys)
  tape.compute("attention", flops: operation.flops, floats: 4 * y.shape.count) { operation.forward() }
  tape.record(y, operation)
  return y
}

/// What attention does to every segment.
struct AttentionShape {
  let headCount: Int
  let headSize: Int
  let isCausal: Bool
  let dropoutRate: Float
  let site: Int

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

  private var call: AttentionCall {
    AttentionCall(
      queryOffsets: queries.offsets.pointer, keyOffsets: keys.offsets.pointer, segmentCount: queries.count,
      headCount: shape.headCount, headSize: shape.headSize, isCausal: shape.isCausal, scale: shape.scale,
      dropoutRate: shape.dropoutRate,
      dropout: shape.dropoutRate > 0 ? keys.layout.dropoutPositions(key: y.tape.key, site: shape.site) : nil)
  }

  func forward() {
    AttentionKernel.forward(
      call, q: q.pointer, qStride: q.stride, k: k.pointer, kStride: k.stride, v: v.pointer, vStride: v.stride,
      into: y.pointer, outputStride: y.shape.width, logSumExp: logSumExp.pointer, queryCount: y.shape.rows)
  }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let tape = dy.tape
    let dq = tape.uninitialized(q.tensor.shape)
    let dk = k.tensor.variable == q.tensor.variable ? dq : tape.uninitialized(k.tensor.shape)
    let dv =
      v.tensor.variable == q.tensor.variable
      ? dq
      : v.tensor.variable == k.tensor.variable ? dk : tape.uninitialized(v.tensor.shape)
    tape.compute("attention, inputs", flops: 2 * flops, floats: 8 * y.shape.count) {
      AttentionKernel.backward(
        call, dy: dy.pointer, output: y.pointer, outputStride: y.shape.width, logSumExp: logSumExp.pointer,
        queryCount: y.shape.rows, q: q.pointer, qStride: q.stride, k: k.pointer, kStride: k.stride, v: v.pointer,
        vStride: v.stride, dq: dq.pointer + q.start, dk: dk.pointer + k.start, dv: dv.pointer + v.start)
    }
    gradients.add(dq, to: q.tensor)
    if k.tensor.variable != q.tensor.variable { gradients.add(dk, to: k.tensor) }
    if v.tensor.variable != q.tensor.variable && v.tensor.variable != k.tensor.variable {
      gradients.add(dv, to: v.tensor)
    }
  }
}

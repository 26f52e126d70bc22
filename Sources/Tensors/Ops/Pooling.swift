import Kernels

/// How the tokens of a segment become one vector.
public enum Pooling: String, Sendable, CaseIterable, Codable {
  /// The first token's vector.
  case cls
  /// The mean over the tokens.
  case mean
  /// The largest value of each component.
  case max
}

/// One vector per segment.
///
/// - Parameters:
///   - x: one row per token.
///   - input: the batch the rows belong to.
/// - Returns: [segments, D].
public func pooled(_ x: Tensor, _ pooling: Pooling, over input: TokenInput) -> Tensor {
  if pooling == .cls { return rows(x, at: input.firstPlaces) }
  let width = x.shape.width
  let y = x.tape.output([input.segments.count, width], layout: input.pooled)
  let arguments = x.tape.indices([Int32](repeating: 0, count: pooling == .max ? y.shape.count : 0), layout: nil)
  let operation = PoolingOperation(x: x, pooling: pooling, segments: input.segments, arguments: arguments)
  x.tape.compute("pooling", floats: x.shape.count + y.shape.count) { operation.forward(into: y) }
  x.tape.record(y, operation)
  return y
}

/// mean: dx[t] = dy / length;  max: dx at the largest element = dy
struct PoolingOperation: Operation {
  let x: Tensor
  let pooling: Pooling
  let segments: Segments
  let arguments: Indices

  func forward(into y: Tensor) {
    if pooling == .max {
      PoolingKernel.maxForward(
        x.pointer, offsets: segments.offsets.pointer, segments: segments.count, width: x.shape.width, into: y.pointer,
        arguments: arguments.storage.base.assumingMemoryBound(to: Int32.self))
    } else {
      PoolingKernel.meanForward(
        x.pointer, offsets: segments.offsets.pointer, segments: segments.count, width: x.shape.width, into: y.pointer)
    }
  }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let dx = x.tape.uninitialized(x.shape)
    x.tape.compute("pooling, input", floats: dx.shape.count + dy.shape.count) {
      if pooling == .max {
        PoolingKernel.maxBackward(
          dy.pointer, offsets: segments.offsets.pointer, segments: segments.count, width: x.shape.width,
          arguments: arguments.pointer, into: dx.pointer)
      } else {
        PoolingKernel.meanBackward(
          dy.pointer, offsets: segments.offsets.pointer, segments: segments.count, width: x.shape.width,
          into: dx.pointer)
      }
    }
    gradients.add(dx, to: x)
  }
}

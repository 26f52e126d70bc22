/// A row-major array of floats that an operation made on a tape.
///
/// A tensor lives inside a step: results leave it as `floats`. Copying one is one retain.
public struct Tensor {
  /// Its extents; the last is the row width.
  public let shape: Shape
  /// The tape it was made on.
  public unowned let tape: Tape
  let storage: Storage
  let variable: Int  // its place among the tape's gradients
  let layout: RowLayout?

  /// What an operation keeps of an input whose numbers its backward does not read: their memory is free for others.
  var place: Place { Place(shape: shape, variable: variable) }

  var pointer: UnsafeMutablePointer<Float> { storage.base.assumingMemoryBound(to: Float.self) }

  /// A copy of the numbers, in row order. Zeros in a dry run.
  public var floats: [Float] {
    if tape.workspace.isDry { return [Float](repeating: 0, count: shape.count) }
    return Array(UnsafeBufferPointer(start: pointer, count: shape.count))
  }

  /// The only number of a single-number tensor.
  public var item: Float {
    require(shape.count == 1, "a tensor of shape \(shape) is not a single number")
    return tape.workspace.isDry ? 0 : pointer[0]
  }
}

/// Where a tensor's gradient goes.
struct Place {
  let shape: Shape
  let variable: Int
}

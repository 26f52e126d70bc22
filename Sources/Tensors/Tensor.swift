import Kernels

/// A row-major array of numbers that an operation made on a tape.
///
/// They are floats, but where products read them and round them to bfloat16 anyway they are kept so; backward widens them
/// for what else it needs.
///
/// A tensor lives inside a step: results leave it as `floats`. Copying one is one retain.
public struct Tensor {
  /// Its extents; the last is the row width.
  public let shape: Shape
  /// The tape it was made on.
  public unowned let tape: Tape
  let storage: Storage
  /// Whether its numbers are rounded to bfloat16.
  let isRounded: Bool
  let variable: Int  // its place among the tape's gradients
  let layout: RowLayout?

  init(shape: Shape, tape: Tape, storage: Storage, isRounded: Bool = false, variable: Int, layout: RowLayout?) {
    (self.shape, self.tape, self.storage) = (shape, tape, storage)
    (self.isRounded, self.variable, self.layout) = (isRounded, variable, layout)
  }

  /// What an operation keeps of an input whose numbers its backward does not read: their memory is free for others.
  var place: Place { Place(shape: shape, variable: variable) }

  /// Its floats, which is what they must be.
  var pointer: UnsafeMutablePointer<Float> {
    require(!isRounded, "rounded numbers where floats are needed")
    return storage.floats
  }

  var numbers: NumberPointer { NumberPointer(storage.base, isRounded: isRounded) }

  /// A copy of the numbers, in row order. Zeros in a dry run.
  public var floats: [Float] {
    if tape.workspace.isDry { return [Float](repeating: 0, count: shape.count) }
    return [Float](unsafeUninitializedCapacity: shape.count) { buffer, count in
      if let base = buffer.baseAddress { numbers.widen(into: base, count: shape.count) }
      count = shape.count
    }
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

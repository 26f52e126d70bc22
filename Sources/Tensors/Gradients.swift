import Kernels

/// What each variable of a tape has received so far, during one backward pass.
struct Gradients {
  let tape: Tape
  private var received: [Storage?]

  init(tape: Tape, count: Int) {
    self.tape = tape
    received = [Storage?](repeating: nil, count: count)
  }

  /// Adds `gradient` to what `input` has received. The first arrival is adopted, later ones are added.
  mutating func add(_ gradient: Tensor, to input: Tensor) { add(gradient, to: input.place) }

  /// The same for an input of which only the place is kept.
  mutating func add(_ gradient: Tensor, to input: Place) {
    let variable = input.variable
    guard variable >= 0 else { return }
    require(gradient.shape == input.shape, "gradient \(gradient.shape) for a tensor \(input.shape)")
    let isUnique = isKnownUniquelyReferenced(&received[variable])
    guard let earlier = received[variable] else {
      received[variable] = gradient.storage
      return
    }
    let count = input.shape.count
    let pointer = earlier.base.assumingMemoryBound(to: Float.self)
    if isUnique {
      tape.compute("add gradients", floats: 3 * count) {
        ElementwiseKernel.addInPlace(pointer, gradient.pointer, count: count)
      }
    } else {
      let sum = tape.uninitialized(input.shape)
      tape.compute("add gradients", floats: 3 * count) {
        ElementwiseKernel.add(pointer, gradient.pointer, into: sum.pointer, count: count)
      }
      received[variable] = sum.storage
    }
  }

  /// A place where an operation may write its share of `input`'s gradient itself: fresh memory to overwrite, or, where
  /// something has arrived already and nobody else holds it, that memory to add to. Nil if nobody wants the gradient.
  mutating func accumulator(for input: Place) -> (gradient: UnsafeMutablePointer<Float>, isAdding: Bool)? {
    let variable = input.variable
    guard variable >= 0 else { return nil }
    let isUnique = isKnownUniquelyReferenced(&received[variable])
    if let earlier = received[variable] {
      let pointer = earlier.base.assumingMemoryBound(to: Float.self)
      if isUnique { return (pointer, true) }
      let copy = tape.uninitialized(input.shape)
      tape.compute("copy gradient", floats: 2 * input.shape.count) {
        ElementwiseKernel.copy(pointer, into: copy.pointer, count: input.shape.count)
      }
      received[variable] = copy.storage
      return (copy.pointer, true)
    }
    let fresh = tape.uninitialized(input.shape)
    received[variable] = fresh.storage
    return (fresh.pointer, false)
  }

  /// Removes and returns what a variable has received; nil if nothing flowed into it.
  mutating func take(_ variable: Int, shape: Shape, layout: RowLayout?) -> Tensor? {
    guard let storage = received[variable] else { return nil }
    received[variable] = nil
    return Tensor(shape: shape, tape: tape, storage: storage, variable: -1, layout: layout)
  }
}

import Kernels

/// A trained array: a reference cell updated in place, so that layers can be plain structs.
///
/// Two layers that hold the same cell share it: tied weights are one parameter.
public final class Parameter {
  /// Its extents; a linear map's weight is [out, in].
  public let shape: Shape
  /// How it starts.
  public let initializer: Initializer
  /// Its path in the model, such as `layers.0.attention.query.weight`; empty before it is placed.
  public private(set) var path = ""

  private var memory: ParameterMemory?
  private var offset = 0
  /// The pass that last wrote the gradient.
  private var writtenPass = 0
  /// How many operations of a pass have yet to give it a gradient.
  private var uses = 0
  private var usesPass = 0
  /// The gradient of a pass that adds to an earlier one's.
  private var part: Storage?
  /// Its values rounded for products, as they are and transposed, and the version of the values that they are from.
  private var tiled: (straight: RoundedValues?, transposed: RoundedValues?)

  /// A parameter without memory yet.
  public init(_ shape: Shape, _ initializer: Initializer) {
    self.shape = shape
    self.initializer = initializer
  }

  /// Gives the parameter its place in a model's slabs.
  public func place(in memory: ParameterMemory, at offset: Int, path: String) {
    self.memory = memory
    self.offset = offset
    self.path = path
  }

  var values: UnsafePointer<Float> {
    guard let memory else { requirementFailed("a parameter of shape \(shape) has no memory yet") }
    return UnsafePointer(memory.values.base + offset)
  }

  /// Its values, a matrix, rounded to bfloat16: lines are its rows or, if `isTransposed`, its columns. To be asked only
  /// where kernels run.
  func tiles(isTransposed: Bool) -> TiledMatrix {
    let version = memory?.version ?? 0
    let kept = isTransposed ? tiled.transposed : tiled.straight
    if let kept, kept.version == version { return kept.tiles }
    let (lines, inner) = isTransposed ? (shape[1], shape[0]) : (shape[0], shape[1])
    let tiles = kept?.tiles ?? TiledMatrix(lines: lines, inner: inner)
    tiles.fill(from: values, isTransposed: isTransposed)
    let made = RoundedValues(tiles: tiles, version: version)
    if isTransposed { tiled.transposed = made } else { tiled.straight = made }
    return tiles
  }

  /// Where its gradient is summed, or nil when no gradients are kept. What an earlier pass left there is cleared.
  func gradient(on tape: Tape) -> UnsafeMutablePointer<Float>? {
    guard let (gradient, isAdding) = accumulator(on: tape) else { return nil }
    if !isAdding && !tape.workspace.isDry { ElementwiseKernel.zero(gradient, count: shape.count) }
    return gradient
  }

  /// Where its gradient is summed, and whether to add to what is there; a pass's first part overwrites it.
  ///
  /// Where a pass adds to an earlier one's gradients, its own are summed in memory of their own until the last operation
  /// that uses the parameter is done: the sum has the bits of two gradients that were complete before they were added.
  func accumulator(on tape: Tape) -> (gradient: UnsafeMutablePointer<Float>, isAdding: Bool)? {
    guard let memory, let gradients = memory.gradients else { return nil }
    let isWritten = writtenPass == memory.pass
    writtenPass = memory.pass
    guard memory.isJoining else { return (gradients.base + offset, isWritten) }
    require(uses > 0 && usesPass == memory.pass, "an operation did not name \(path) among its parameters")
    if let part, isWritten { return (part.floats, true) }
    let part = tape.workspace.block(byteCount: shape.count * MemoryLayout<Float>.stride)
    self.part = part
    return (part.floats, false)
  }

  /// Counts an operation that will give it a gradient in this pass.
  func beginUse() {
    guard let memory else { return }
    if usesPass != memory.pass { (uses, usesPass) = (0, memory.pass) }
    uses += 1
  }

  /// Counts an operation whose backward pass is done.
  func endUse(on tape: Tape) {
    guard let memory, memory.isJoining else { return }
    uses -= 1
    if uses == 0 { join(on: tape) }
  }

  /// Adds this pass's gradient to the earlier ones.
  private func join(on tape: Tape) {
    guard let part, let gradients = memory?.gradients else { return }
    let sum = gradients.base + offset
    tape.compute("join gradients", floats: 3 * shape.count) {
      ElementwiseKernel.addInPlace(sum, part.floats, count: shape.count)
    }
    self.part = nil
  }

  /// Clears its gradient if no operation of the pass has used it. Where a pass adds to an earlier one's gradients, there is
  /// nothing to add then, and nothing to clear.
  public func settleGradient() {
    guard let memory, let gradients = memory.gradients, writtenPass != memory.pass else { return }
    writtenPass = memory.pass
    let sum = gradients.base + offset
    if memory.isJoining {
      for index in 0..<shape.count { sum[index] += 0 }  // which makes −0 the 0 that a sum with a cleared gradient is
    } else {
      ElementwiseKernel.zero(sum, count: shape.count)
    }
  }
}

private struct RoundedValues {
  let tiles: TiledMatrix
  let version: Int
}

/// The memory behind a model's parameters: their values, and the slab that gradients are being summed into.
public final class ParameterMemory {
  /// All parameters' values.
  public let values: Slab
  /// Where backward passes write gradients; nil while a model is only used.
  fileprivate private(set) var gradients: Slab?
  /// Whether passes add to the gradients that are there.
  fileprivate private(set) var isJoining = false
  /// Counts backward passes, from 1.
  fileprivate private(set) var pass = 0
  /// Counts changes of the values.
  fileprivate private(set) var version = 0

  /// Memory over a slab of values.
  public init(values: Slab) {
    self.values = values
  }

  /// The next pass, forward and backward, writes gradients into `slab`, whatever it holds; every parameter's first part
  /// overwrites what is there. `ParameterStore.finishGradients` clears those that got none.
  ///
  /// - Parameter joining: whether its gradients are added to those in `slab` instead, each once it is complete.
  public func beginGradients(in slab: Slab, joining: Bool = false) {
    gradients = slab
    isJoining = joining
    pass += 1
  }

  /// Tells that values may have changed, so that what was rounded from them is rounded again.
  public func valuesChanged() { version += 1 }

  /// No pass writes gradients from now on.
  public func endGradients() { gradients = nil }
}

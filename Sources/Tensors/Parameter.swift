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

  /// Where its gradient is summed, or nil when no gradients are kept. What an earlier pass left there is
  /// cleared, so this is to be asked only where kernels run.
  var gradient: UnsafeMutablePointer<Float>? {
    guard let (gradient, isAdding) = accumulator() else { return nil }
    if !isAdding { ElementwiseKernel.zero(gradient, count: shape.count) }
    return gradient
  }

  /// Clears its gradient if the pass has not written it.
  public func settleGradient() { _ = gradient }

  /// Where its gradient is summed, and whether to add to what is there; a pass's first part overwrites it.
  func accumulator() -> (gradient: UnsafeMutablePointer<Float>, isAdding: Bool)? {
    guard let memory, let gradients = memory.gradients else { return nil }
    defer { writtenPass = memory.pass }
    return (gradients.base + offset, writtenPass == memory.pass)
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
  /// Counts backward passes, from 1.
  fileprivate private(set) var pass = 0
  /// Counts changes of the values.
  fileprivate private(set) var version = 0

  /// Memory over a slab of values.
  public init(values: Slab) {
    self.values = values
  }

  /// The next backward pass writes gradients into `slab`, whatever it holds; every parameter's first part overwrites what
  /// is there. `ParameterStore.finishGradients` clears those that got none.
  public func beginGradients(in slab: Slab) {
    gradients = slab
    pass += 1
  }

  /// Tells that values may have changed, so that what was rounded from them is rounded again.
  public func valuesChanged() { version += 1 }

  /// No pass writes gradients from now on.
  public func endGradients() { gradients = nil }
}

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

  /// Where its gradient is summed, or nil when no gradients are kept.
  var gradient: UnsafeMutablePointer<Float>? {
    guard let gradients = memory?.gradients else { return nil }
    return gradients.base + offset
  }
}

/// The memory behind a model's parameters: their values, and the slab that gradients are being summed into.
public final class ParameterMemory {
  /// All parameters' values.
  public let values: Slab
  /// Where backward passes add; nil while a model is only used.
  public var gradients: Slab?

  /// Memory over a slab of values.
  public init(values: Slab) {
    self.values = values
  }
}

/// How a parameter starts.
public enum Initializer: Sendable, Equatable {
  case zeros
  case ones
  /// The normal distribution with mean 0.
  case normal(standardDeviation: Double)
  /// The normal distribution with mean 0, drawn again beyond two standard deviations (the original BERT).
  case truncatedNormal(standardDeviation: Double)
  /// The uniform distribution between -limit and limit.
  case uniform(limit: Double)
  /// Positions as angles, one pair of columns a frequency, with this standard deviation: [positions, width].
  case sinusoids(standardDeviation: Double)
  /// Queries, keys and values whose heads first attend to neighbors at fixed distances: [3 · width, width].
  case positionalHeads(PositionalHeads)
}

/// The start of attention in which head after head attends to the token 1 before, 1 after, 2 before, 2 after and so on.
public struct PositionalHeads: Sendable, Equatable {
  /// The number of heads.
  public var headCount: Int
  /// The weight between a position's coordinates and those of its query and key.
  public var gain: Double
  /// The standard deviation of the queries' and keys' normal part.
  public var queryDeviation: Double
  /// The standard deviation of the values' weights.
  public var valueDeviation: Double

  /// A start of `headCount` heads.
  public init(headCount: Int, gain: Double, queryDeviation: Double, valueDeviation: Double) {
    self.headCount = headCount
    self.gain = gain
    self.queryDeviation = queryDeviation
    self.valueDeviation = valueDeviation
  }
}

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

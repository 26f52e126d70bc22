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

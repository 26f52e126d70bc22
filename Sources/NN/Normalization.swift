import Tensors

/// (x − mean) / √(variance + ε) · weight + bias, row by row.
public struct LayerNorm: UnaryLayer {
  /// The gain, [width], ones at the start.
  public let weight: Parameter
  /// [width], zeros at the start.
  public let bias: Parameter
  private let epsilon: Float

  /// A layer norm over rows of `width`.
  public init(_ width: Int, epsilon: Double) {
    weight = Parameter([width], .ones)
    bias = Parameter([width], .zeros)
    self.epsilon = Float(epsilon)
  }

  /// Normalizes every row.
  public func callAsFunction(_ x: Tensor) -> Tensor { layerNorm(x, gain: weight, bias: bias, epsilon: epsilon) }

  /// Normalizes every row of `x` and what dropout leaves of a branch.
  public func callAsFunction(_ x: Tensor, plus branch: Tensor, _ dropout: Dropout) -> Tensor {
    layerNorm(x, plus: branch, dropout.ofBranch, gain: weight, bias: bias, epsilon: epsilon)
  }
}

/// x / √(mean(x²) + ε) · weight, row by row (Zhang and Sennrich 2019).
public struct RMSNorm: UnaryLayer {
  /// The gain, [width], ones at the start.
  public let weight: Parameter
  private let epsilon: Float

  /// A root mean square norm over rows of `width`.
  public init(_ width: Int, epsilon: Double) {
    weight = Parameter([width], .ones)
    self.epsilon = Float(epsilon)
  }

  /// Normalizes every row.
  public func callAsFunction(_ x: Tensor) -> Tensor { rmsNorm(x, gain: weight, epsilon: epsilon) }
}

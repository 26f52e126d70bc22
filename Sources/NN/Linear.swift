import Tensors

/// y = x · wᵀ + b
public struct Linear: UnaryLayer {
  /// [out, in]
  public let weight: Parameter
  /// [out]
  public let bias: Parameter?

  /// An affine map; `weight` tells how its weight starts, the bias starts at zero.
  public init(_ inputWidth: Int, _ outputWidth: Int, weight: Initializer, hasBias: Bool = true) {
    self.weight = Parameter([outputWidth, inputWidth], weight)
    bias = hasBias ? Parameter([outputWidth], .zeros) : nil
  }

  /// Applies the map to every row.
  public func callAsFunction(_ x: Tensor) -> Tensor { linear(x, weight, bias) }

  /// Applies the map to every row; `forProducts` as in Tensors' `linear`.
  public func callAsFunction(_ x: Tensor, forProducts: Bool) -> Tensor {
    linear(x, weight, bias, forProducts: forProducts)
  }

  /// Applies the map to every row of f(x).
  public func callAsFunction(_ x: Tensor, after activation: Activation) -> Tensor {
    linear(x, after: activation, weight, bias)
  }
}

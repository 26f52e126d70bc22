import Kernels

// M rows, K in, N out

/// y = x · wᵀ + b
///
/// - Parameters:
///   - x: rows of width K.
///   - weight: [N, K].
///   - bias: [N], or nil.
/// - Returns: rows of width N.
public func linear(_ x: Tensor, _ weight: Parameter, _ bias: Parameter? = nil) -> Tensor {
  let (rows, inner, columns) = (x.shape.rows, x.shape.width, weight.shape[0])
  require(weight.shape == [columns, inner], "x \(x.shape) · wᵀ with w \(weight.shape)")
  require(bias.map { $0.shape == [columns] } ?? true, "a bias of \(columns) numbers is needed")
  let y = x.tape.output([rows, columns], layout: x.layout)
  let cost = ProductCost(rows: rows, inner: inner, columns: columns)
  x.tape.compute("linear", flops: cost.flops, floats: cost.floats) {
    LinearKernel.forward(
      x.pointer, weight.values, bias?.values, into: y.pointer, rows: rows, inner: inner, columns: columns)
  }
  x.tape.record(y, LinearOperation(x: x, weight: weight, bias: bias))
  return y
}

/// dx = dy · w,  dw += dyᵀ · x,  db += Σ rows of dy
struct LinearOperation: Operation {
  let x: Tensor
  let weight: Parameter
  let bias: Parameter?

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let (rows, inner, columns) = (x.shape.rows, x.shape.width, weight.shape[0])
    let cost = ProductCost(rows: rows, inner: inner, columns: columns)
    if let (dweight, isAdding) = weight.accumulator() {
      x.tape.compute("linear, weight", flops: cost.flops, floats: cost.floats + (isAdding ? inner * columns : 0)) {
        LinearKernel.backwardWeight(
          dy.pointer, x.pointer, into: dweight, dbias: bias?.gradient, rows: rows, inner: inner, columns: columns,
          adding: isAdding)
      }
    }
    if let (dx, isAdding) = gradients.accumulator(for: x) {
      x.tape.compute("linear, input", flops: cost.flops, floats: cost.floats + (isAdding ? rows * inner : 0)) {
        LinearKernel.backwardInput(
          dy.pointer, weight.values, into: dx, rows: rows, inner: inner, columns: columns, adding: isAdding)
      }
    }
  }
}

/// What a product of [M, K] and [K, N] costs, in whatever orientation.
private struct ProductCost {
  /// 2 · M · K · N
  let flops: Double
  /// M · K + K · N + M · N
  let floats: Int

  init(rows: Int, inner: Int, columns: Int) {
    flops = 2 * Double(rows) * Double(inner) * Double(columns)
    floats = rows * inner + inner * columns + rows * columns
  }
}

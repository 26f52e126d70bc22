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
  x.tape.compute("linear", flops: 2 * Double(rows) * Double(inner) * Double(columns)) {
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
    if let dweight = weight.gradient {
      x.tape.compute("linear, weight") {
        LinearKernel.backwardWeight(
          dy.pointer, x.pointer, adding: dweight, dbias: bias?.gradient, rows: rows, inner: inner, columns: columns)
      }
    }
    if let (dx, isAdding) = gradients.accumulator(for: x) {
      x.tape.compute("linear, input") {
        LinearKernel.backwardInput(
          dy.pointer, weight.values, into: dx, rows: rows, inner: inner, columns: columns, adding: isAdding)
      }
    }
  }
}

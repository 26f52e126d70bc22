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
  let operation = LinearOperation(x: x, weight: weight, bias: bias)
  let cost = operation.cost
  x.tape.compute("linear", flops: cost.flops, floats: cost.floats) {
    if operation.isTiled {
      TiledLinearKernel.forward(x.pointer, weight.tiles(isTransposed: false), bias?.values, into: y.pointer, rows: rows)
    } else {
      LinearKernel.forward(
        x.pointer, weight.values, bias?.values, into: y.pointer, rows: rows, inner: inner, columns: columns)
    }
  }
  x.tape.record(y, operation)
  return y
}

/// dx = dy · w,  dw += dyᵀ · x,  db += Σ rows of dy
struct LinearOperation: Operation {
  let x: Tensor
  let weight: Parameter
  let bias: Parameter?

  var cost: ProductCost { ProductCost(rows: x.shape.rows, inner: x.shape.width, columns: weight.shape[0]) }

  /// Whether numbers are rounded to bfloat16. Few rows are bound by memory: rounding weights for them does not pay.
  var isTiled: Bool { x.tape.precision == .bfloat16 && x.shape.rows > LinearKernel.fewRows }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let (rows, inner, columns) = (x.shape.rows, x.shape.width, weight.shape[0])
    let cost = cost
    if let (dweight, isAdding) = weight.accumulator() {
      x.tape.compute("linear, weight", flops: cost.flops, floats: cost.floats + (isAdding ? inner * columns : 0)) {
        let kernel = isTiled ? TiledLinearKernel.backwardWeight : LinearKernel.backwardWeight
        kernel(dy.pointer, x.pointer, dweight, bias?.gradient, rows, inner, columns, isAdding)
      }
    }
    if let (dx, isAdding) = gradients.accumulator(for: x) {
      x.tape.compute("linear, input", flops: cost.flops, floats: cost.floats + (isAdding ? rows * inner : 0)) {
        if isTiled {
          TiledLinearKernel.backwardInput(
            dy.pointer, weight.tiles(isTransposed: true), into: dx, rows: rows, adding: isAdding)
        } else {
          LinearKernel.backwardInput(
            dy.pointer, weight.values, into: dx, rows: rows, inner: inner, columns: columns, adding: isAdding)
        }
      }
    }
  }
}

/// What a product of [M, K] and [K, N] costs, in whatever orientation.
struct ProductCost {
  /// 2 · M · K · N
  let flops: Double
  /// M · K + K · N + M · N
  let floats: Int

  init(rows: Int, inner: Int, columns: Int) {
    flops = 2 * Double(rows) * Double(inner) * Double(columns)
    floats = rows * inner + inner * columns + rows * columns
  }
}

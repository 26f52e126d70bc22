import Kernels

// M rows, K in, N out

/// y = f(x) · wᵀ + b
///
/// - Parameters:
///   - x: rows of width K.
///   - activation: f, or nil for none. What it makes of x is not kept for backward but made again.
///   - weight: [N, K].
///   - bias: [N], or nil.
/// - Returns: rows of width N.
public func linear(
  _ x: Tensor, after activation: Activation? = nil, _ weight: Parameter, _ bias: Parameter? = nil
) -> Tensor {
  let (rows, inner, columns) = (x.shape.rows, x.shape.width, weight.shape[0])
  require(weight.shape == [columns, inner], "x \(x.shape) · wᵀ with w \(weight.shape)")
  require(bias.map { $0.shape == [columns] } ?? true, "a bias of \(columns) numbers is needed")
  let y = x.tape.output([rows, columns], layout: x.layout)
  let operation = LinearOperation(x: x, activation: activation?.kernel, weight: weight, bias: bias)
  operation.forward(into: y)
  x.tape.record(y, operation)
  return y
}

/// dx = dy · w · f′(x),  dw += dyᵀ · f(x),  db += Σ rows of dy
struct LinearOperation: Operation {
  let x: Tensor
  let activation: Kernels.Activation?
  let weight: Parameter
  let bias: Parameter?

  var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  private var rows: Int { x.shape.rows }
  private var inner: Int { x.shape.width }
  private var columns: Int { weight.shape[0] }
  private var cost: ProductCost { ProductCost(rows: rows, inner: inner, columns: columns) }

  /// Whether numbers are rounded to bfloat16. A product of few rows is bound by reading weights: where these change at
  /// every step, rounding them for it does not pay.
  private var isTiled: Bool {
    x.tape.precision == .bfloat16 && (rows > LinearKernel.fewRows || !x.tape.recordsGradients)
  }

  func forward(into y: Tensor) {
    let active = isTiled ? x : activated()
    x.tape.compute("linear", flops: cost.flops, floats: cost.floats) {
      if isTiled {
        TiledLinearKernel.forward(
          x.pointer, after: activation, weight.tiles(isTransposed: false), bias?.values, into: y.pointer, rows: rows)
      } else {
        LinearKernel.forward(
          active.pointer, weight.values, bias?.values, into: y.pointer, rows: rows, inner: inner, columns: columns)
      }
    }
  }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    if let (dweight, isAdding) = weight.accumulator(on: dy.tape) {
      let dbias = bias?.gradient(on: dy.tape)
      let active = isTiled ? x : activated()
      x.tape.compute("linear, weight", flops: cost.flops, floats: cost.floats + (isAdding ? inner * columns : 0)) {
        if isTiled {
          TiledLinearKernel.backwardWeight(
            dy.pointer, x.pointer, after: activation, into: dweight, dbias: dbias, rows: rows, inner: inner,
            columns: columns, adding: isAdding)
        } else {
          LinearKernel.backwardWeight(
            dy.pointer, active.pointer, into: dweight, dbias: dbias, rows: rows, inner: inner,
            columns: columns, adding: isAdding)
        }
      }
    }
    guard let activation else {
      if let (dx, isAdding) = gradients.accumulator(for: x.place) { multiplyBack(dy, into: dx, adding: isAdding) }
      return
    }
    guard x.variable >= 0 else { return }
    let dx = x.tape.uninitialized(x.shape)
    multiplyBack(dy, into: dx.pointer, adding: false)
    x.tape.compute("activation, input", floats: 3 * x.shape.count) {
      ActivationKernel.backward(activation, dx.pointer, x.pointer, into: dx.pointer, count: x.shape.count)
    }
    gradients.add(dx, to: x)
  }

  /// dy · w
  private func multiplyBack(_ dy: Tensor, into dx: UnsafeMutablePointer<Float>, adding: Bool) {
    x.tape.compute("linear, input", flops: cost.flops, floats: cost.floats + (adding ? rows * inner : 0)) {
      if isTiled {
        TiledLinearKernel.backwardInput(
          dy.pointer, weight.tiles(isTransposed: true), into: dx, rows: rows, adding: adding)
      } else {
        LinearKernel.backwardInput(
          dy.pointer, weight.values, into: dx, rows: rows, inner: inner, columns: columns, adding: adding)
      }
    }
  }

  /// f(x), for products that do not apply f themselves.
  private func activated() -> Tensor {
    guard let activation else { return x }
    let y = x.tape.uninitialized(x.shape)
    x.tape.compute("activation", floats: 2 * x.shape.count) {
      ActivationKernel.forward(activation, x.pointer, into: y.pointer, count: x.shape.count)
    }
    return y
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

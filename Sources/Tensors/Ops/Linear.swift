import Kernels

// M rows, K in, N out

/// y = f(x) · wᵀ + b
///
/// - Parameters:
///   - x: rows of width K.
///   - activation: f, or nil for none. What it makes of x is not kept for backward but made again.
///   - weight: [N, K].
///   - bias: [N], or nil.
///   - forProducts: whether y is only multiplied, so that it may be kept in the numbers that products multiply.
/// - Returns: rows of width N.
public func linear(
  _ x: Tensor, after activation: Activation? = nil, _ weight: Parameter, _ bias: Parameter? = nil,
  forProducts: Bool = false
) -> Tensor {
  let (rows, inner, columns, tape) = (x.shape.rows, x.shape.width, weight.shape[0], x.tape)
  require(weight.shape == [columns, inner], "x \(x.shape) · wᵀ with w \(weight.shape)")
  require(bias.map { $0.shape == [columns] } ?? true, "a bias of \(columns) numbers is needed")
  let isTiled = tape.roundsProducts(rows: rows)
  let y = tape.output([rows, columns], layout: x.layout, isRounded: isTiled && forProducts)
  // Where f is none backward needs no more than what is multiplied here, since rounding twice changes nothing. Otherwise
  // it takes f and f′ of the rounded x.
  let isCopied = isTiled && tape.recordsGradients && !x.isRounded
  let copy = isCopied ? tape.uninitialized(x.shape, isRounded: true) : nil
  let operation = LinearOperation(
    x: copy ?? x, place: x.place, activation: activation?.kernel, weight: weight, bias: bias, isTiled: isTiled)
  operation.forward(x, keeping: copy, into: y)
  tape.record(y, operation)
  return y
}

/// dx = dy · w · f′(x),  dw += dyᵀ · f(x),  db += Σ rows of dy
struct LinearOperation: Operation {
  let x: Tensor
  let place: Place
  let activation: Kernels.Activation?
  let weight: Parameter
  let bias: Parameter?
  let isTiled: Bool

  var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  private var rows: Int { x.shape.rows }
  private var inner: Int { x.shape.width }
  private var columns: Int { weight.shape[0] }
  private var cost: ProductCost { ProductCost(rows: rows, inner: inner, columns: columns) }

  func forward(_ x: Tensor, keeping copy: Tensor?, into y: Tensor) {
    let active = isTiled ? x : activated()
    x.tape.compute("linear", flops: cost.flops, floats: cost.floats) {
      if isTiled {
        TiledLinearKernel.forward(
          x.numbers, keeping: copy?.numbers, after: activation, weight.tiles(isTransposed: false), bias?.values,
          into: y.numbers, rows: rows)
      } else {
        LinearKernel.forward(
          active.pointer, weight.values, bias?.values, into: y.pointer, rows: rows, inner: inner, columns: columns,
          isLearning: x.tape.isLearning)
      }
    }
  }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let tape = dy.tape
    let dweight = weight.accumulator(on: tape)
    let dbias = dweight == nil ? nil : bias?.gradient(on: tape)
    // What flows to f(x): it has a place of its own where f is to be passed.
    let dactive = activation != nil && place.variable >= 0 ? tape.uninitialized(x.shape) : nil
    let dinput = dactive.map { ($0.pointer, false) } ?? (activation == nil ? gradients.accumulator(for: place) : nil)
    let adding = (dweight?.isAdding == true ? inner * columns : 0) + (dinput?.1 == true ? rows * inner : 0)
    let products = (dweight == nil ? 0 : 1) + (dinput == nil ? 0 : 1)
    let active = isTiled || dweight == nil ? x : activated()
    tape.compute("linear, gradients", flops: cost.flops * Double(products), floats: cost.floats * products + adding) {
      if isTiled {
        TiledLinearKernel.backward(
          dy.pointer, x.numbers, after: activation, weight.tiles(isTransposed: true), into: dweight, dbias: dbias,
          dinput: dinput, rows: rows, inner: inner, columns: columns)
      } else {
        if let dweight {
          LinearKernel.backwardWeight(
            dy.pointer, active.pointer, into: dweight.gradient, dbias: dbias, rows: rows, inner: inner,
            columns: columns, adding: dweight.isAdding)
        }
        if let dinput {
          LinearKernel.backwardInput(
            dy.pointer, weight.values, into: dinput.0, rows: rows, inner: inner, columns: columns, adding: dinput.1)
        }
      }
    }
    guard let activation, let dactive else { return }
    tape.compute("activation, input", floats: 3 * x.shape.count) {
      ActivationKernel.backward(activation, dactive.pointer, x.numbers, into: dactive.pointer, count: x.shape.count)
    }
    gradients.add(dactive, to: place)
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

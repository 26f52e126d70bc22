import Kernels

/// A function applied to every element.
public enum Activation: Sendable, Equatable {
  /// x · Φ(x) with the error function: BERT's GELU (Hendrycks and Gimpel 2016).
  case gelu
  /// GELU by the tanh approximation: GPT-2's.
  case geluTanh
  /// The hyperbolic tangent.
  case tanh
  /// max(x, 0)
  case relu

  /// What it is to kernels.
  var kernel: Kernels.Activation {
    switch self {
    case .gelu: .geluErf
    case .geluTanh: .geluTanh
    case .tanh: .tanh
    case .relu: .relu
    }
  }
}

/// y = f(x), element by element.
public func activation(_ kind: Activation, _ x: Tensor) -> Tensor {
  let y = x.tape.output(x.shape, layout: x.layout)
  x.tape.compute("activation", floats: 2 * x.shape.count) {
    ActivationKernel.forward(kind.kernel, x.pointer, into: y.pointer, count: x.shape.count)
  }
  x.tape.record(y, ActivationOperation(kind: kind, x: x))
  return y
}

/// dx = dy · f′(x)
struct ActivationOperation: Operation {
  let kind: Activation
  let x: Tensor

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let dx = x.tape.uninitialized(x.shape)
    x.tape.compute("activation, input", floats: 3 * x.shape.count) {
      ActivationKernel.backward(kind.kernel, dy.pointer, x.pointer, into: dx.pointer, count: x.shape.count)
    }
    gradients.add(dx, to: x)
  }
}

/// y = silu(gate) · value, where each row of x holds its gates and then as many values (Shazeer 2020).
///
/// - Parameters:
///   - x: rows of width 2 · D.
///   - forProducts: as in `linear`.
/// - Returns: rows of width D.
public func swiGLU(_ x: Tensor, forProducts: Bool = false) -> Tensor {
  let (rows, width, tape) = (x.shape.rows, x.shape.width / 2, x.tape)
  require(x.shape.width == 2 * width, "gates and values in rows of \(x.shape.width)")
  let isRounded = forProducts && tape.roundsProducts(rows: rows)
  let y = tape.output([rows, width], layout: x.layout, isRounded: isRounded)
  let copy = isRounded && tape.recordsGradients ? tape.uninitialized(x.shape, isRounded: true) : nil
  tape.compute("SwiGLU", floats: 3 * y.shape.count) {
    SwiGLUKernel.forward(x.pointer, keeping: copy?.numbers, into: y.numbers, rows: rows, width: width)
  }
  tape.record(y, SwiGLUOperation(x: copy ?? x, place: x.place))
  return y
}

/// With s = 1 / (1 + exp(−gate)): dgate = dy · value · s · (1 + gate · (1 − s)),  dvalue = dy · gate · s
struct SwiGLUOperation: Operation {
  let x: Tensor
  let place: Place

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let dx = x.tape.uninitialized(x.shape)
    x.tape.compute("SwiGLU, input", floats: 5 * dy.shape.count) {
      SwiGLUKernel.backward(
        dy.pointer, x.numbers, into: dx.pointer, rows: x.shape.rows, width: x.shape.width / 2)
    }
    gradients.add(dx, to: place)
  }
}

// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels

/// Elementwise functions between layers.
public enum Activation: String, Sendable, CaseIterable {
  /// x · Φ(x), Φ the standard normal distribution function: BERT's GELU (Hendrycks and Gimpel 2016).
  case geluErf
  /// x · (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2: GPT-2's GELU.
  case geluTanh
  /// The hyperbolic tangent.
  case tanh
  /// max(x, 0)
  case relu

  var forward: ck_map {
    switch self {
    case .geluErf: kernels.gelu_erf_forward
    case .geluTanh: kernels.gelu_tanh_forward
    case .tanh: kernels.tanh_forward
    case .relu: kernels.relu_forward
    }
  }

  var backward: ck_map_backward {
    switch self {
    case .geluErf: kernels.gelu_erf_backward
    case .geluTanh: kernels.gelu_tanh_backward
    case .tanh: kernels.tanh_backward
    case .relu: kernels.relu_backward
    }
  }
}

/// y = f(x), element by element.
public enum ActivationKernel {
  /// y = f(x); overwrites y, which must not be x.
  public static func forward(
    _ kind: Activation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    let function = kind.forward
    Parallel.forEachSlice(of: count, slice: Slices.elements) { part in
      function(x + part.lowerBound, y + part.lowerBound, part.count)
    }
  }

  /// dx = dy · f′(x); overwrites dx, which may be dy but not x.
  public static func backward(
    _ kind: Activation, _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, count: Int
  ) {
    backward(kind, dy, NumberPointer(x), into: dx, count: count)
  }

  /// The same for x that may be rounded.
  public static func backward(
    _ kind: Activation, _ dy: UnsafePointer<Float>, _ x: NumberPointer, into dx: UnsafeMutablePointer<Float>, count: Int
  ) {
    let function = kind.backward
    let chunk = x.isRounded ? Slices.elements / 8 : Slices.elements  // what is widened stays in the first-level cache
    Parallel.forEachSlice(of: count, slice: Slices.elements) { part in
      for start in stride(from: part.lowerBound, to: part.upperBound, by: chunk) {
        let count = min(chunk, part.upperBound - start)
        function(dy + start, (x + start).widened(count, .widened), dx + start, count)
      }
    }
  }
}

/// y = silu(gate) · value with silu(g) = g / (1 + exp(−g)), gates and values side by side in a row (Shazeer 2020).
public enum SwiGLUKernel {
  /// Overwrites y.
  ///
  /// - Parameters:
  ///   - x: [M, 2 · D], D gates and D values.
  ///   - copy: [M, 2 · D], where x is kept rounded; nil for nowhere.
  ///   - y: [M, D].
  public static func forward(
    _ x_M2D: UnsafePointer<Float>, keeping copy_M2D: NumberPointer? = nil, into y_MD: NumberPointer, rows M: Int,
    width D: Int
  ) {
    Parallel.forEachSlice(of: M, slice: Slices.rows(width: 2 * D)) { rows in
      for row in rows {
        let (x, y) = (x_M2D + row * 2 * D, y_MD + row * D)
        if let copy_M2D { (copy_M2D + row * 2 * D).fill(from: x, count: 2 * D) }
        guard y.isRounded else {
          kernels.swiglu_forward(x, y.floats, 1, D)
          continue
        }
        let active = Scratch.activated.floats(D)
        kernels.swiglu_forward(x, active, 1, D)
        y.fill(from: active, count: D)
      }
    }
  }

  /// With s = 1 / (1 + exp(−gate)): dgate = dy · value · s · (1 + gate · (1 − s)),  dvalue = dy · gate · s.
  ///
  /// Overwrites dx, which must not be x.
  ///
  /// - Parameters:
  ///   - dy: [M, D].
  ///   - x: [M, 2 · D], the input of forward.
  ///   - dx: [M, 2 · D].
  public static func backward(
    _ dy_MD: UnsafePointer<Float>, _ x_M2D: NumberPointer, into dx_M2D: UnsafeMutablePointer<Float>,
    rows M: Int, width D: Int
  ) {
    Parallel.forEachSlice(of: M, slice: Slices.rows(width: 2 * D)) { rows in
      for row in rows {
        let x = (x_M2D + row * 2 * D).widened(2 * D, .widened)
        kernels.swiglu_backward(dy_MD + row * D, x, dx_M2D + row * 2 * D, 1, D)
      }
    }
  }
}

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
    let function = kind.backward
    Parallel.forEachSlice(of: count, slice: Slices.elements) { part in
      function(dy + part.lowerBound, x + part.lowerBound, dx + part.lowerBound, part.count)
    }
  }
}

/// y = silu(gate) · value with silu(g) = g / (1 + exp(−g)), gates and values side by side in a row (Shazeer 2020).
public enum SwiGLUKernel {
  /// Overwrites y.
  ///
  /// - Parameters:
  ///   - x: [M, 2 · D], D gates and D values.
  ///   - y: [M, D].
  public static func forward(
    _ x_M2D: UnsafePointer<Float>, into y_MD: UnsafeMutablePointer<Float>, rows M: Int, width D: Int
  ) {
    Parallel.forEachSlice(of: M, slice: Slices.rows(width: 2 * D)) { rows in
      kernels.swiglu_forward(x_M2D + rows.lowerBound * 2 * D, y_MD + rows.lowerBound * D, rows.count, D)
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
    _ dy_MD: UnsafePointer<Float>, _ x_M2D: UnsafePointer<Float>, into dx_M2D: UnsafeMutablePointer<Float>,
    rows M: Int, width D: Int
  ) {
    Parallel.forEachSlice(of: M, slice: Slices.rows(width: 2 * D)) { rows in
      let start = rows.lowerBound
      kernels.swiglu_backward(
        dy_MD + start * D, x_M2D + start * 2 * D, dx_M2D + start * 2 * D, rows.count, D)
    }
  }
}

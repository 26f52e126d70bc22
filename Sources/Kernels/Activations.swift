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

  /// dx = dy · f′(x); overwrites dx, which must be neither dy nor x.
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

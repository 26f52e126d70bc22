// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels

// M rows, V classes

/// −ln softmax(logits)[target], row by row.
public enum CrossEntropyKernel {
  /// Overwrites losses (0 for rows without target), the most probable class and ln Σ exp(logits) of each row.
  ///
  /// - Parameters:
  ///   - logits: [M, V].
  ///   - targets: M classes below V; a negative one is not scored.
  ///   - losses: [M].
  ///   - predicted: [M], or nil.
  ///   - logSumExp: [M], for backward.
  public static func forward(
    _ logits_MV: UnsafePointer<Float>, targets targets_M: UnsafePointer<Int32>, rows M: Int, vocabulary V: Int,
    losses losses_M: UnsafeMutablePointer<Float>, predicted predicted_M: UnsafeMutablePointer<Int32>?,
    logSumExp logSumExp_M: UnsafeMutablePointer<Float>
  ) {
    Parallel.forEachSlice(of: M, slice: Slices.rows(width: V)) { rows in
      let start = rows.lowerBound
      kernels.cross_entropy_forward(
        logits_MV + start * V, targets_M + start, rows.count, V, losses_M + start, predicted_M.map { $0 + start },
        logSumExp_M + start)
    }
  }

  /// logits ← (softmax(logits) − onehot(target)) · scale, 0 for rows without target; overwrites the logits.
  ///
  /// - Parameters:
  ///   - logits: [M, V].
  ///   - targets: those of forward.
  ///   - logSumExp: [M], from forward.
  ///   - scale: what the losses' sum is multiplied by.
  public static func backward(
    _ logits_MV: UnsafeMutablePointer<Float>, targets targets_M: UnsafePointer<Int32>,
    logSumExp logSumExp_M: UnsafePointer<Float>, scale: Float, rows M: Int, vocabulary V: Int
  ) {
    Parallel.forEachSlice(of: M, slice: Slices.rows(width: V)) { rows in
      let start = rows.lowerBound
      kernels.cross_entropy_backward(
        logits_MV + start * V, targets_M + start, logSumExp_M + start, scale, rows.count, V)
    }
  }
}

/// Probabilities from logits.
public enum SoftmaxKernel {
  /// y = softmax(x), row by row; overwrites y, which may be x. A row of −∞ alone gives zeros.
  public static func rows(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows M: Int, width: Int) {
    Parallel.forEachSlice(of: M, slice: Slices.rows(width: width)) { rows in
      kernels.softmax(x + rows.lowerBound * width, y + rows.lowerBound * width, rows.count, width)
    }
  }
}

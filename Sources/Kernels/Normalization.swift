// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels

// M rows, D width

/// Layer norm: y = (x − mean) / √(variance + ε) · gain + bias, row by row (Ba, Kiros and Hinton 2016).
public enum LayerNormKernel {
  /// Overwrites y, and mean and 1 / √(variance + ε) of each row for backward; y may be x.
  ///
  /// - Parameters:
  ///   - x: [M, D].
  ///   - gain: [D].
  ///   - bias: [D].
  ///   - y: [M, D].
  ///   - mean: [M].
  ///   - reciprocalDeviation: [M].
  ///   - before: what is to be done to some rows of x just before they are read.
  public static func forward(
    _ x_MD: UnsafePointer<Float>, gain gain_D: UnsafePointer<Float>, bias bias_D: UnsafePointer<Float>,
    epsilon: Float, into y_MD: UnsafeMutablePointer<Float>, mean mean_M: UnsafeMutablePointer<Float>,
    reciprocalDeviation deviation_M: UnsafeMutablePointer<Float>, rows M: Int, width D: Int,
    before: (_ rows: Range<Int>) -> Void = { _ in }
  ) {
    Parallel.forEachSlice(of: M, slice: Slices.rows(width: D)) { rows in
      let start = rows.lowerBound
      before(rows)
      kernels.layer_norm_forward(
        x_MD + start * D, gain_D, bias_D, epsilon, y_MD + start * D, mean_M + start, deviation_M + start, rows.count, D)
    }
  }

  /// With n the normalized row and g = dy · gain: dx = (g − mean(g) − n · mean(g · n)) / deviation.
  ///
  /// Overwrites dx (which may be dy); adds Σ dy · n to dgain and Σ dy to dbias where they are given.
  ///
  /// - Parameters:
  ///   - dy: [M, D].
  ///   - x: [M, D], the input of forward.
  ///   - dx: [M, D].
  ///   - dgain: [D], or nil.
  ///   - dbias: [D], or nil.
  ///   - after: what is to be done with some rows of dx just after they are written.
  public static func backward(
    _ dy_MD: UnsafePointer<Float>, _ x_MD: UnsafePointer<Float>, gain gain_D: UnsafePointer<Float>,
    mean mean_M: UnsafePointer<Float>, reciprocalDeviation deviation_M: UnsafePointer<Float>,
    into dx_MD: UnsafeMutablePointer<Float>, dgain dgain_D: UnsafeMutablePointer<Float>?,
    dbias dbias_D: UnsafeMutablePointer<Float>?, rows M: Int, width D: Int,
    after: (_ rows: Range<Int>) -> Void = { _ in }
  ) {
    guard M > 0 else { return }
    let slice = max(Slices.rows(width: D), (M + 63) / 64)
    let sliceCount = (M + slice - 1) / slice
    let partials = Scratch.partials.floats(sliceCount * 2 * D)
    Parallel.forEachSlice(of: M, slice: slice) { rows in
      let start = rows.lowerBound
      let partial = partials + start / slice * 2 * D
      partial.update(repeating: 0, count: 2 * D)
      kernels.layer_norm_backward(
        dy_MD + start * D, x_MD + start * D, gain_D, mean_M + start, deviation_M + start, dx_MD + start * D, partial,
        partial + D, rows.count, D)
      after(rows)
    }
    if let dgain_D { kernels.column_sums(partials, dgain_D, sliceCount, D, 2 * D) }
    if let dbias_D { kernels.column_sums(partials + D, dbias_D, sliceCount, D, 2 * D) }
  }
}

extension ResidualKernel {
  /// sum = x + dropout(branch) and y = its layer norm, in one walk over the rows; overwrites both.
  ///
  /// - Parameters:
  ///   - x: [M, D].
  ///   - branch: [M, D].
  ///   - sum: [M, D], for backward.
  ///   - y: [M, D].
  ///   - mean: [M].
  ///   - reciprocalDeviation: [M].
  public func forward(
    _ x_MD: UnsafePointer<Float>, _ branch_MD: UnsafePointer<Float>, into sum_MD: UnsafeMutablePointer<Float>,
    gain gain_D: UnsafePointer<Float>, bias bias_D: UnsafePointer<Float>, epsilon: Float,
    norm y_MD: UnsafeMutablePointer<Float>, mean mean_M: UnsafeMutablePointer<Float>,
    reciprocalDeviation deviation_M: UnsafeMutablePointer<Float>, rows M: Int
  ) {
    LayerNormKernel.forward(
      sum_MD, gain: gain_D, bias: bias_D, epsilon: epsilon, into: y_MD, mean: mean_M, reciprocalDeviation: deviation_M,
      rows: M, width: width
    ) { add(x_MD, branch_MD, into: sum_MD, $0) }
  }

  /// The gradients of x and, where something is dropped, of the branch, which is that of x otherwise; overwrites them.
  ///
  /// - Parameters:
  ///   - dy: [M, D].
  ///   - sum: [M, D], of forward.
  ///   - dx: [M, D].
  ///   - dbranch: [M, D].
  ///   - dgain: [D], or nil.
  ///   - dbias: [D], or nil.
  public func backward(
    _ dy_MD: UnsafePointer<Float>, _ sum_MD: UnsafePointer<Float>, gain gain_D: UnsafePointer<Float>,
    mean mean_M: UnsafePointer<Float>, reciprocalDeviation deviation_M: UnsafePointer<Float>,
    into dx_MD: UnsafeMutablePointer<Float>, dbranch dbranch_MD: UnsafeMutablePointer<Float>,
    dgain dgain_D: UnsafeMutablePointer<Float>?, dbias dbias_D: UnsafeMutablePointer<Float>?, rows M: Int
  ) {
    LayerNormKernel.backward(
      dy_MD, sum_MD, gain: gain_D, mean: mean_M, reciprocalDeviation: deviation_M, into: dx_MD, dgain: dgain_D,
      dbias: dbias_D, rows: M, width: width
    ) { drop(dx_MD, into: dbranch_MD, $0) }
  }
}

/// Root mean square norm: y = x / √(mean(x²) + ε) · gain, row by row (Zhang and Sennrich 2019).
public enum RMSNormKernel {
  /// Overwrites y, and 1 / √(mean(x²) + ε) of each row for backward; y may be x.
  ///
  /// - Parameters:
  ///   - x: [M, D].
  ///   - gain: [D].
  ///   - y: [M, D].
  ///   - reciprocalRoot: [M].
  public static func forward(
    _ x_MD: UnsafePointer<Float>, gain gain_D: UnsafePointer<Float>, epsilon: Float,
    into y_MD: UnsafeMutablePointer<Float>, reciprocalRoot root_M: UnsafeMutablePointer<Float>, rows M: Int,
    width D: Int
  ) {
    Parallel.forEachSlice(of: M, slice: Slices.rows(width: D)) { rows in
      let start = rows.lowerBound
      kernels.rms_norm_forward(x_MD + start * D, gain_D, epsilon, y_MD + start * D, root_M + start, rows.count, D)
    }
  }

  /// With n the normalized row and g = dy · gain: dx = (g − n · mean(g · n)) / root.
  ///
  /// Overwrites dx (which may be dy); adds Σ dy · n to dgain where it is given.
  ///
  /// - Parameters:
  ///   - dy: [M, D].
  ///   - x: [M, D], the input of forward.
  ///   - dx: [M, D].
  ///   - dgain: [D], or nil.
  public static func backward(
    _ dy_MD: UnsafePointer<Float>, _ x_MD: UnsafePointer<Float>, gain gain_D: UnsafePointer<Float>,
    reciprocalRoot root_M: UnsafePointer<Float>, into dx_MD: UnsafeMutablePointer<Float>,
    dgain dgain_D: UnsafeMutablePointer<Float>?, rows M: Int, width D: Int
  ) {
    guard M > 0 else { return }
    let slice = max(Slices.rows(width: D), (M + 63) / 64)
    let sliceCount = (M + slice - 1) / slice
    let partials = Scratch.partials.floats(sliceCount * D)
    Parallel.forEachSlice(of: M, slice: slice) { rows in
      let start = rows.lowerBound
      let partial = partials + start / slice * D
      partial.update(repeating: 0, count: D)
      kernels.rms_norm_backward(
        dy_MD + start * D, x_MD + start * D, gain_D, root_M + start, dx_MD + start * D, partial, rows.count, D)
    }
    if let dgain_D { kernels.column_sums(partials, dgain_D, sliceCount, D, D) }
  }
}

// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels

// M rows, K in, N out

/// Products of rows with a weight matrix, of numbers rounded to bfloat16 and summed in float.
///
/// The counterpart of `LinearKernel` on units that multiply bfloat16 numbers.
public enum TiledLinearKernel {
  /// y = x · wᵀ + b; overwrites y.
  ///
  /// - Parameters:
  ///   - x: [M, K].
  ///   - activation: what is applied to x first.
  ///   - w: N lines of K inner elements: w itself.
  ///   - b: [N], or nil for none.
  ///   - y: [M, N].
  public static func forward(
    _ x_MK: UnsafePointer<Float>, after activation: Activation? = nil, _ w: TiledMatrix, _ b_N: UnsafePointer<Float>?,
    into y_MN: UnsafeMutablePointer<Float>, rows M: Int
  ) {
    let x = Factor.Floats(base: x_MK, stride: w.inner, lines: M, activation: activation)
    TileProduct.multiply(.floats(x), .tiles(w), inner: w.inner, bias: b_N, into: y_MN, stride: w.lines)
  }

  /// dx = dy · w, or dx += dy · w if `adding`.
  ///
  /// - Parameters:
  ///   - dy: [M, N].
  ///   - w: K lines of N inner elements: w transposed.
  ///   - dx: [M, K].
  public static func backwardInput(
    _ dy_MN: UnsafePointer<Float>, _ w: TiledMatrix, into dx_MK: UnsafeMutablePointer<Float>, rows M: Int,
    adding: Bool = false
  ) {
    let dy = Factor.Floats(base: dy_MN, stride: w.inner, lines: M)
    TileProduct.multiply(.floats(dy), .tiles(w), inner: w.inner, into: dx_MK, stride: w.lines, adding: adding)
  }

  /// dw = dyᵀ · x, or dw += dyᵀ · x if `adding`;  db += Σ rows of dy, in float
  ///
  /// - Parameters:
  ///   - dy: [M, N].
  ///   - x: [M, K].
  ///   - activation: what is applied to x first.
  ///   - dw: [N, K].
  ///   - dbias: [N], or nil for none.
  public static func backwardWeight(
    _ dy_MN: UnsafePointer<Float>, _ x_MK: UnsafePointer<Float>, after activation: Activation? = nil,
    into dw_NK: UnsafeMutablePointer<Float>, dbias db_N: UnsafeMutablePointer<Float>?, rows M: Int, inner K: Int,
    columns N: Int, adding: Bool
  ) {
    guard M > 0 else {
      if !adding { ElementwiseKernel.zero(dw_NK, count: N * K) }
      return
    }
    let dy = Factor.Floats(base: dy_MN, stride: N, lines: N, isTransposed: true)
    let x = Factor.Floats(
      base: x_MK, stride: K, lines: K, isTransposed: true, activation: activation)
    TileProduct.multiply(.floats(dy), .floats(x), inner: M, into: dw_NK, stride: K, adding: adding)
    if let db_N { LinearKernel.backwardBias(dy_MN, adding: db_N, rows: M, columns: N) }
  }
}

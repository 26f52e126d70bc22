// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels

// M rows, K in, N out

/// Products of rows with a weight matrix, of numbers rounded to bfloat16 and summed in float.
///
/// The counterpart of `LinearKernel` on units that multiply bfloat16 numbers.
public enum TiledLinearKernel {
  /// y = f(x) · wᵀ + b; overwrites y.
  ///
  /// - Parameters:
  ///   - x: [M, K].
  ///   - copy: [M, K], where x is kept rounded; nil for nowhere.
  ///   - activation: f, or nil for none.
  ///   - w: N lines of K inner elements: w itself.
  ///   - b: [N], or nil for none.
  ///   - y: [M, N].
  public static func forward(
    _ x_MK: NumberPointer, keeping copy_MK: NumberPointer? = nil, after activation: Activation? = nil,
    _ w: TiledMatrix, _ b_N: UnsafePointer<Float>?, into y_MN: NumberPointer, rows M: Int
  ) {
    let x = Factor.Numbers(base: x_MK, stride: w.inner, lines: M, activation: activation, copy: copy_MK)
    TileProduct.multiply(.numbers(x), .tiles(w), inner: w.inner, bias: b_N, into: y_MN, stride: w.lines)
  }

  /// Where a gradient is written, or added to.
  public typealias Destination = (gradient: UnsafeMutablePointer<Float>, isAdding: Bool)

  /// dw = dyᵀ · f(x),  db += Σ rows of dy, in float,  dx = dy · w; each where it is wanted.
  ///
  /// Reads dy once for all three.
  ///
  /// - Parameters:
  ///   - dy: [M, N].
  ///   - x: [M, K].
  ///   - activation: f, or nil for none.
  ///   - w: K lines of N inner elements: w transposed.
  ///   - dw: [N, K], or nil.
  ///   - db: [N], or nil; not without dw.
  ///   - dx: [M, K], the gradient of f(x), or nil.
  public static func backward(
    _ dy_MN: UnsafePointer<Float>, _ x_MK: NumberPointer, after activation: Activation? = nil,
    _ w: @autoclosure () -> TiledMatrix, into dw_NK: Destination?, dbias db_N: UnsafeMutablePointer<Float>?,
    dinput dx_MK: Destination?, rows M: Int, inner K: Int, columns N: Int
  ) {
    guard M > 0 else {
      if let dw_NK, !dw_NK.isAdding { ElementwiseKernel.zero(dw_NK.gradient, count: N * K) }
      return
    }
    let dy = TiledGradient(dy_MN, rows: M, columns: N, hasLines: dx_MK != nil, hasColumns: dw_NK != nil, adding: db_N)
    if let dw_NK, let columns = dy.columns {
      let x = Factor.Numbers(base: x_MK, stride: K, lines: K, isTransposed: true, activation: activation)
      TileProduct.multiply(
        .tiles(columns), .numbers(x), inner: M, into: NumberPointer(dw_NK.gradient), stride: K, adding: dw_NK.isAdding)
    }
    if let dx_MK, let lines = dy.lines {
      TileProduct.multiply(
        .tiles(lines), .tiles(w()), inner: N, into: NumberPointer(dx_MK.gradient), stride: K, adding: dx_MK.isAdding)
    }
  }
}

/// An output's gradient, rounded once as the left factor of both products, in scratch memory.
private struct TiledGradient {
  /// As it is, and transposed.
  let lines, columns: TiledMatrix?

  /// - Parameter db: [N], added to: Σ rows of dy, in float; nil for none.
  init(
    _ dy_MN: UnsafePointer<Float>, rows M: Int, columns N: Int, hasLines: Bool, hasColumns: Bool,
    adding db_N: UnsafeMutablePointer<Float>?
  ) {
    let matrix = TileProduct.unit
    lines = hasLines ? TiledMatrix(lines: M, inner: N, in: .gradientLines) : nil
    columns = hasColumns ? TiledMatrix(lines: N, inner: M, in: .left) : nil
    let slice = TileShape.slice(width: N)
    let sliceCount = (M + slice - 1) / slice
    let partials = db_N.map { _ in Scratch.partials.floats(sliceCount * N) }
    let (linePanel, columnPanel) = (TileShape.panel(N), TileShape.panel(M))
    Parallel.forEachSlice(of: M, slice: slice) { [lines, columns] part in
      let (start, count) = (part.lowerBound, part.count)
      let rows = NumberPointer(dy_MN + start * N).forC
      if let lines {
        matrix.pack_left(rows, N, count, N, lines.memory + start * linePanel * TileShape.inner, linePanel)
      }
      if let columns {
        matrix.pack_left_transposed(rows, N, N, count, columns.memory + start * TileShape.lines, columnPanel)
      }
      if let partials {
        let partial = partials + start / slice * N
        partial.update(repeating: 0, count: N)
        kernels.column_sums(dy_MN + start * N, partial, count, N, N)
      }
    }
    if let db_N, let partials { LinearKernel.backwardBias(partials, adding: db_N, rows: sliceCount, columns: N) }
  }
}

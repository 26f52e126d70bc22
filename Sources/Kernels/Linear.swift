// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels
import COpenBLAS

// M rows, K in, N out

/// Products of rows with a weight matrix.
public enum LinearKernel {
  /// y = x · wᵀ + b; overwrites y.
  ///
  /// - Parameters:
  ///   - x: [M, K].
  ///   - w: [N, K].
  ///   - b: [N], or nil for none.
  ///   - y: [M, N].
  ///   - isLearning: whether the model is being trained. Its few rows keep the order of sums that they had when the run
  ///     began.
  public static func forward(
    _ x_MK: UnsafePointer<Float>, _ w_NK: UnsafePointer<Float>, _ b_N: UnsafePointer<Float>?,
    into y_MN: UnsafeMutablePointer<Float>, rows M: Int, inner K: Int, columns N: Int, isLearning: Bool = true
  ) {
    if M <= fewRows || !isLearning && M <= someRows {
      return forwardFewRows(x_MK, w_NK, b_N, into: y_MN, rows: M, inner: K, columns: N)
    }
    MatrixProduct.forEachTile(rows: M, columns: N, inner: K) { rows, columns in
      let y = y_MN + rows.lowerBound * N + columns.lowerBound
      for row in 0..<rows.count {
        if let b_N {
          (y + row * N).update(from: b_N + columns.lowerBound, count: columns.count)
        } else {
          (y + row * N).update(repeating: 0, count: columns.count)
        }
      }
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows.count), Int32(columns.count), Int32(K), 1,
        x_MK + rows.lowerBound * K, Int32(K), w_NK + columns.lowerBound * K, Int32(K), 1, y, Int32(N))
    }
  }

  /// Few rows, as in generation, are bound by reading w: rearranging it for a product does not pay.
  public static let fewRows = 4
  /// Measured with gpt2's products up to so many rows: reading w where it lies is faster than rearranging it.
  static let someRows = 32

  private static func forwardFewRows(
    _ x_MK: UnsafePointer<Float>, _ w_NK: UnsafePointer<Float>, _ b_N: UnsafePointer<Float>?,
    into y_MN: UnsafeMutablePointer<Float>, rows M: Int, inner K: Int, columns N: Int
  ) {
    Parallel.forEachSlice(of: N, slice: Slices.rows(width: K)) { columns in
      let start = columns.lowerBound
      if M > fewRows { kernels.products(x_MK, w_NK + start * K, y_MN + start, M, K, columns.count, N) }
      for row in 0..<M {
        let y = y_MN + row * N + start
        if M <= fewRows { kernels.dots(x_MK + row * K, w_NK + start * K, y, columns.count, K, K) }
        if let b_N { kernels.add(y, b_N + start, y, columns.count) }
      }
    }
  }

  /// dx = dy · w, or dx += dy · w if `adding`.
  ///
  /// - Parameters:
  ///   - dy: [M, N].
  ///   - w: [N, K].
  ///   - dx: [M, K].
  public static func backwardInput(
    _ dy_MN: UnsafePointer<Float>, _ w_NK: UnsafePointer<Float>, into dx_MK: UnsafeMutablePointer<Float>,
    rows M: Int, inner K: Int, columns N: Int, adding: Bool = false
  ) {
    MatrixProduct.forEachTile(rows: M, columns: K, inner: N) { rows, columns in
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows.count), Int32(columns.count), Int32(N), 1,
        dy_MN + rows.lowerBound * N, Int32(N), w_NK + columns.lowerBound, Int32(K), adding ? 1 : 0,
        dx_MK + rows.lowerBound * K + columns.lowerBound, Int32(K))
    }
  }

  /// dw = dyᵀ · x, or dw += dyᵀ · x if `adding`;  db += Σ rows of dy
  ///
  /// - Parameters:
  ///   - dy: [M, N].
  ///   - x: [M, K].
  ///   - dw: [N, K].
  ///   - dbias: [N], or nil for none.
  public static func backwardWeight(
    _ dy_MN: UnsafePointer<Float>, _ x_MK: UnsafePointer<Float>, into dw_NK: UnsafeMutablePointer<Float>,
    dbias db_N: UnsafeMutablePointer<Float>?, rows M: Int, inner K: Int, columns N: Int, adding: Bool
  ) {
    guard M > 0 else {
      if !adding { ElementwiseKernel.zero(dw_NK, count: N * K) }
      return
    }
    MatrixProduct.forEachTile(rows: N, columns: K, inner: M) { outputs, inputs in
      cblas_sgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, Int32(outputs.count), Int32(inputs.count), Int32(M), 1,
        dy_MN + outputs.lowerBound, Int32(N), x_MK + inputs.lowerBound, Int32(K), adding ? 1 : 0,
        dw_NK + outputs.lowerBound * K + inputs.lowerBound, Int32(K))
    }
    if let db_N { backwardBias(dy_MN, adding: db_N, rows: M, columns: N) }
  }

  /// db += Σ rows of dy
  static func backwardBias(
    _ dy_MN: UnsafePointer<Float>, adding db_N: UnsafeMutablePointer<Float>, rows M: Int, columns N: Int
  ) {
    Parallel.forEachSlice(of: N, slice: 64) { columns in
      kernels.column_sums(dy_MN + columns.lowerBound, db_N + columns.lowerBound, M, columns.count, N)
    }
  }
}

/// How a product is cut into tiles, one BLAS call each: by its shape alone.
///
/// BLAS rearranges both factors in every call. Measured with OpenBLAS, cutting columns costs little down to 128, cutting
/// rows a lot below 256; eight to sixteen tiles leave no thread idle for long.
enum MatrixProduct {
  /// Calls `body` for tiles that fill a rows × columns result.
  static func forEachTile(
    rows: Int, columns: Int, inner: Int, _ body: (_ rows: Range<Int>, _ columns: Range<Int>) -> Void
  ) {
    guard rows > 0 && columns > 0 else { return }
    let (height, width) = tile(rows: rows, columns: columns, inner: inner)
    let down = (rows + height - 1) / height
    let across = (columns + width - 1) / width
    Parallel.forEach(down * across) { tile in
      let row = tile % down * height
      let column = tile / down * width
      body(row..<min(rows, row + height), column..<min(columns, column + width))
    }
  }

  /// The height and width of a tile: at most 512 × 1024, at least 128 wide if the result is.
  static func tile(rows: Int, columns: Int, inner: Int) -> (height: Int, width: Int) {
    let down = (rows + 511) / 512
    let wanted = rows * columns * inner < 1 << 29 ? 8 : 16
    let across = max((columns + 1023) / 1024, min((columns + 64) / 128, (wanted + down - 1) / down), 1)
    return (part(rows, down, multiple: 4), part(columns, across, multiple: 16))
  }

  private static func part(_ size: Int, _ count: Int, multiple: Int) -> Int {
    ((size + count - 1) / count + multiple - 1) / multiple * multiple
  }
}

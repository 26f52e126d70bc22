import CKernels

/// What rows of a matrix can be found by.
protocol RowPointer {
  func advanced(by count: Int) -> Self
}

extension UnsafePointer: RowPointer {}
extension UnsafeMutablePointer: RowPointer {}

/// Rows of a part of a matrix: the columns from one on, the rows of one range.
struct Rows<Pointer: RowPointer> {
  let base: Pointer
  let stride: Int

  init(_ matrix: Pointer, _ stride: Int, _ rows: Range<Int>, _ column: Int) {
    base = matrix.advanced(by: rows.lowerBound * stride + column)
    self.stride = stride
  }

  /// Where row `row` starts.
  subscript(row: Int) -> Pointer { base.advanced(by: row * stride) }
}

extension Rows where Pointer == NumberPointer {
  /// The same rows, of floats.
  init(_ rows: Rows<UnsafeMutablePointer<Float>>) {
    base = NumberPointer(rows.base)
    stride = rows.stride
  }

  /// Zeros in the first `width` columns of `count` rows.
  func clear(_ count: Int, _ width: Int, from first: Int) {
    for row in first..<first + count { self[row].clear(width) }
  }

  /// y_r = x · row r, for the first `width` columns of `count` rows.
  func dots(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ count: Int, _ width: Int) {
    if let halves = base.halves {
      TileProduct.unit.dots(x, halves, y, count, width, stride)
    } else {
      kernels.dots(x, base.floats, y, count, width, stride)
    }
  }

  /// y = Σ w_r · row r, over the first `width` columns of `count` rows.
  func weightedSum(_ w: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ count: Int, _ width: Int) {
    if let halves = base.halves {
      TileProduct.unit.weighted_sum(w, halves, y, count, width, stride)
    } else {
      kernels.weighted_sum(w, base.floats, y, count, width, stride)
    }
  }
}

extension Rows where Pointer == UnsafeMutablePointer<Float> {
  /// Zeros in the first `width` columns of `count` rows.
  func clear(_ count: Int, _ width: Int, from first: Int = 0) {
    for row in first..<first + count { self[row].update(repeating: 0, count: width) }
  }
}

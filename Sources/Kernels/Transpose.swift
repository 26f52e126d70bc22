import CKernels

/// Rows become columns.
public enum TransposeKernel {
  /// y = xᵀ; overwrites y, which must not overlap x.
  ///
  /// - Parameters:
  ///   - x: [rows, columns].
  ///   - y: [columns, rows].
  public static func transpose(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    Parallel.forEachSlice(of: columns, slice: 16) { block in
      for top in stride(from: 0, to: rows, by: 16) {
        for column in block {
          for row in top..<min(rows, top + 16) { y[column * rows + row] = x[row * columns + column] }
        }
      }
    }
  }
}

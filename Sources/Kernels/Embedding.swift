// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels

// V entries of the table, M rows, D width

/// Rows of a table, picked by number.
public enum EmbeddingKernel {
  /// y[m] = table[ids[m]]; overwrites y.
  ///
  /// - Parameters:
  ///   - table: [V, D].
  ///   - ids: M numbers below V.
  ///   - y: [M, D].
  public static func forward(
    _ table_VD: UnsafePointer<Float>, _ ids_M: UnsafePointer<Int32>, into y_MD: UnsafeMutablePointer<Float>,
    rows M: Int, width D: Int
  ) {
    RowsKernel.gather(table_VD, ids_M, into: y_MD, rows: M, width: D)
  }

  /// dtable[ids[m]] += dy[m], in the order of m.
  ///
  /// - Parameters:
  ///   - dy: [M, D].
  ///   - ids: M numbers below V.
  ///   - dtable: [V, D].
  public static func backward(
    _ dy_MD: UnsafePointer<Float>, _ ids_M: UnsafePointer<Int32>, adding dtable_VD: UnsafeMutablePointer<Float>,
    rows M: Int, width D: Int
  ) {
    RowsKernel.scatterAdd(dy_MD, ids_M, adding: dtable_VD, rows: M, width: D)
  }
}

/// Rows picked from a matrix, and put back.
public enum RowsKernel {
  /// y[m] = x[indices[m]]; overwrites y.
  public static func gather(
    _ x: UnsafePointer<Float>, _ indices_M: UnsafePointer<Int32>, into y_MD: UnsafeMutablePointer<Float>,
    rows M: Int, width D: Int
  ) {
    Parallel.forEachSlice(of: M, slice: Slices.rows(width: D)) { rows in
      for m in rows { (y_MD + m * D).update(from: x + Int(indices_M[m]) * D, count: D) }
    }
  }

  /// dx[indices[m]] += dy[m], in the order of m: equal indices are summed in row order, whatever the thread count.
  public static func scatterAdd(
    _ dy_MD: UnsafePointer<Float>, _ indices_M: UnsafePointer<Int32>, adding dx: UnsafeMutablePointer<Float>,
    rows M: Int, width D: Int
  ) {
    let add = kernels.multiply_add
    Parallel.forEachSlice(of: D, slice: 64) { columns in
      let start = columns.lowerBound
      for m in 0..<M { add(dy_MD + m * D + start, 1, dx + Int(indices_M[m]) * D + start, columns.count) }
    }
  }
}

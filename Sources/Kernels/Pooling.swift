// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels

// S segments, D width

/// One vector for each segment of rows; a segment's rows end where the next one's start.
public enum PoolingKernel {
  /// y[s] = the mean of segment s (0 if empty); overwrites y.
  ///
  /// - Parameters:
  ///   - x: [rows, D].
  ///   - offsets: S + 1 row numbers.
  ///   - y: [S, D].
  public static func meanForward(
    _ x: UnsafePointer<Float>, offsets: UnsafePointer<Int32>, segments S: Int, width D: Int,
    into y_SD: UnsafeMutablePointer<Float>
  ) {
    forEach(S, offsets) { segment, rows in
      let y = y_SD + segment * D
      y.update(repeating: 0, count: D)
      guard !rows.isEmpty else { return }
      kernels.column_sums(x + rows.lowerBound * D, y, rows.count, D, D)
      kernels.scale(y, 1 / Float(rows.count), y, D)
    }
  }

  /// dx[t] = dy[s] / length of s; overwrites dx.
  public static func meanBackward(
    _ dy_SD: UnsafePointer<Float>, offsets: UnsafePointer<Int32>, segments S: Int, width D: Int,
    into dx: UnsafeMutablePointer<Float>
  ) {
    forEach(S, offsets) { segment, rows in
      for row in rows { kernels.scale(dy_SD + segment * D, 1 / Float(rows.count), dx + row * D, D) }
    }
  }

  /// y[s] = the largest value of each column in segment s (0 if empty); overwrites y and the places of the largest.
  ///
  /// - Parameters:
  ///   - x: [rows, D].
  ///   - offsets: S + 1 row numbers.
  ///   - y: [S, D].
  ///   - arguments: [S, D], rows counted from the segment's first; the first one of equals.
  public static func maxForward(
    _ x: UnsafePointer<Float>, offsets: UnsafePointer<Int32>, segments S: Int, width D: Int,
    into y_SD: UnsafeMutablePointer<Float>, arguments arguments_SD: UnsafeMutablePointer<Int32>
  ) {
    forEach(S, offsets) { segment, rows in
      let place = segment * D
      if rows.isEmpty {
        (y_SD + place).update(repeating: 0, count: D)
        (arguments_SD + place).update(repeating: 0, count: D)
      } else {
        kernels.column_maxima(x + rows.lowerBound * D, y_SD + place, arguments_SD + place, rows.count, D, D)
      }
    }
  }

  /// dx = dy[s] at the largest element of each column of segment s, 0 elsewhere; overwrites dx.
  public static func maxBackward(
    _ dy_SD: UnsafePointer<Float>, offsets: UnsafePointer<Int32>, segments S: Int, width D: Int,
    arguments arguments_SD: UnsafePointer<Int32>, into dx: UnsafeMutablePointer<Float>
  ) {
    forEach(S, offsets) { segment, rows in
      (dx + rows.lowerBound * D).update(repeating: 0, count: rows.count * D)
      guard !rows.isEmpty else { return }
      for column in 0..<D {
        let place = segment * D + column
        dx[(rows.lowerBound + Int(arguments_SD[place])) * D + column] = dy_SD[place]
      }
    }
  }

  /// y[s] = the first row of segment s; overwrites y. No segment may be empty.
  public static func firstForward(
    _ x: UnsafePointer<Float>, offsets: UnsafePointer<Int32>, segments S: Int, width D: Int,
    into y_SD: UnsafeMutablePointer<Float>
  ) {
    RowsKernel.gather(x, offsets, into: y_SD, rows: S, width: D)
  }

  /// dx = dy[s] at the first row of segment s, 0 elsewhere; overwrites dx.
  public static func firstBackward(
    _ dy_SD: UnsafePointer<Float>, offsets: UnsafePointer<Int32>, segments S: Int, width D: Int,
    into dx: UnsafeMutablePointer<Float>
  ) {
    forEach(S, offsets) { segment, rows in
      guard !rows.isEmpty else { return }
      (dx + rows.lowerBound * D).update(from: dy_SD + segment * D, count: D)
      (dx + (rows.lowerBound + 1) * D).update(repeating: 0, count: (rows.count - 1) * D)
    }
  }

  private static func forEach(_ count: Int, _ offsets: UnsafePointer<Int32>, _ body: (Int, Range<Int>) -> Void) {
    Parallel.forEach(count) { body($0, Int(offsets[$0])..<Int(offsets[$0 + 1])) }
  }
}

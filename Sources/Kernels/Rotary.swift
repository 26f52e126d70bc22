// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels

// M rows, S their stride, D head size

/// Rotary positions: pairs of a head's numbers turned by an angle that grows with the position (Su et al. 2021).
///
/// Number i of the first half and number i of the second half are a pair, as in published Llama files. The score of a
/// query and a key that are turned so depends on the distance of their positions alone.
public enum RotaryKernel {
  /// Overwrites y, which may be x. What is right of the turned heads is copied.
  ///
  /// - Parameters:
  ///   - x: [M, S], heads side by side.
  ///   - y: [M, S].
  ///   - headCount: how many heads of each row are turned.
  ///   - positions: [M].
  ///   - table: a row of D / 2 cosines and as many sines for every position.
  ///   - isReversed: whether they are turned back, which is the gradient.
  public static func rotate(
    _ x_MS: UnsafePointer<Float>, into y_MS: NumberPointer, rows M: Int, stride S: Int, headCount: Int, headSize D: Int,
    positions: UnsafePointer<Int32>, table: UnsafePointer<Float>, isReversed: Bool = false
  ) {
    let direction: Float = isReversed ? -1 : 1
    Parallel.forEachSlice(of: M, slice: Slices.rows(width: S)) { rows in
      for row in rows {
        let (x, y) = (x_MS + row * S, y_MS + row * S)
        let turned = y.isRounded ? Scratch.widened.floats(S) : y.floats
        kernels.rotate(x, turned, 1, S, headCount, D, positions + row, table, direction)
        if y.isRounded { y.fill(from: turned, count: S) }
      }
    }
  }
}

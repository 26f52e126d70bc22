// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels

// M rows, D width, V classes

/// −ln softmax(h · wᵀ + b)[target], row by row, of numbers rounded to bfloat16.
///
/// Logits exist for a block of rows at a time, in parts of some hundred columns: each weight is read once for a block. What
/// backward needs is kept as tiles, ready for its products.
public enum TiledCrossEntropyKernel {
  /// softmax(logits) − onehot(target), 0 for rows without target: as it is, [M, V], and transposed.
  public struct Gradient {
    let rows: TiledMatrix
    let columns: TiledMatrix
    /// Σ rows, [V].
    let sums: UnsafeMutablePointer<Float>

    /// A gradient in memory of `byteCounts` bytes.
    public init(
      rows M: Int, classes V: Int, in memory: (UnsafeMutableRawPointer, UnsafeMutableRawPointer),
      sums: UnsafeMutablePointer<Float>
    ) {
      rows = TiledMatrix(lines: M, inner: V, in: memory.0)
      columns = TiledMatrix(lines: V, inner: M, in: memory.1)
      self.sums = sums
    }

    /// What the two matrices take.
    public static func byteCounts(rows M: Int, classes V: Int) -> (Int, Int) {
      (TiledMatrix.byteCount(lines: M, inner: V), TiledMatrix.byteCount(lines: V, inner: M))
    }

    /// Takes over `count` rows from `row` on, as wide as a part.
    fileprivate func fill(
      _ part_ts: UnsafePointer<Float>, row: Int, count: Int, columns range: Range<Int>, _ matrix: ck_matrix
    ) {
      let (rowPanel, columnPanel) = (TileShape.panel(rows.inner), TileShape.panel(columns.inner))
      let (first, width) = (range.lowerBound, range.count)
      let part = NumberPointer(part_ts).forC
      matrix.pack_left(
        part, width, count, width, rows.memory + row * rowPanel * TileShape.inner + first * TileShape.lines, rowPanel
      )
      matrix.pack_left_transposed(
        part, width, width, count,
        columns.memory + first * columnPanel * TileShape.inner + row * TileShape.lines, columnPanel)
      if row == 0 { (sums + first).update(repeating: 0, count: width) }
      kernels.column_sums(part_ts, sums + first, count, width, width)
    }
  }

  /// Columns of a part: 64 rows of logits are 128 KiB.
  private static let partWidth = 512

  /// Rows whose logits stay in the last-level cache. A function of V alone: the sums over them are a part of the bits.
  private static func blockHeight(classes V: Int) -> Int { min(128, max(32, (1 << 22) / V / 32 * 32)) }

  /// Overwrites losses (0 for rows without target) and the most probable class of each row, and the gradient.
  ///
  /// - Parameters:
  ///   - h: [M, D].
  ///   - w: V lines of D elements.
  ///   - b: [V], or nil for none.
  ///   - targets: M classes below V; a negative one is not scored.
  ///   - losses: [M].
  ///   - predicted: [M].
  ///   - gradient: nil if nobody wants it.
  public static func forward(
    _ h_MD: UnsafePointer<Float>, _ w: TiledMatrix, _ b_V: UnsafePointer<Float>?,
    targets targets_M: UnsafePointer<Int32>, rows M: Int, losses losses_M: UnsafeMutablePointer<Float>,
    predicted predicted_M: UnsafeMutablePointer<Int32>, gradient: Gradient?
  ) {
    let matrix = TileProduct.unit
    let (V, D, height) = (w.lines, w.inner, blockHeight(classes: w.lines))
    let (parts, panel) = ((V + partWidth - 1) / partWidth, TileShape.panel(D))
    let left = Scratch.left.halves(TileShape.count(lines: M, inner: D))
    TileShape.pack(Factor.Numbers(base: NumberPointer(h_MD), stride: D, lines: M), inner: D, .left, into: left, matrix)
    let logits = Scratch.scores.floats(min(height, M) * V)
    let (largest, sums) = (Scratch.partials.floats(parts * height), Scratch.sums.floats(parts * height))
    let (places, chosen) = (Scratch.order.integers(parts * height), Scratch.gradients.floats(height))

    for start in stride(from: 0, to: M, by: height) {
      let (count, targets) = (min(height, M - start), targets_M + start)
      func forEachPart(_ body: (_ part: Int, _ columns: Range<Int>, _ logits: UnsafeMutablePointer<Float>) -> Void) {
        Parallel.forEach(parts) { part in
          let first = part * partWidth
          body(part, first..<min(V, first + partWidth), logits + first * count)
        }
      }
      forEachPart { part, columns, logits in
        let (first, width) = (columns.lowerBound, columns.count)
        var product = ck_product(
          left: left + start * panel * TileShape.inner, right: w.memory + first * panel * TileShape.inner,
          left_tiles: panel, right_tiles: panel, tiles: TileShape.tiles(D), rows: count, columns: width,
          bias: b_V.map { $0 + first }, adding: false)
        matrix.multiply(&product, logits, width)
        kernels.cross_entropy_part(
          logits, targets, first, count, width, largest + part * count, places + part * count, sums + part * count,
          chosen)
      }
      kernels.cross_entropy_join(
        targets, count, parts, largest, places, sums, chosen, losses_M + start, predicted_M + start)
      guard let gradient else { continue }
      forEachPart { part, columns, logits in
        kernels.cross_entropy_gradient(
          logits, targets, columns.lowerBound, count, columns.count, sums + part * count)
        gradient.fill(logits, row: start, count: count, columns: columns, matrix)
      }
    }
  }

  /// dh = gradient · w; overwrites dh.
  ///
  /// - Parameters:
  ///   - w: D lines of V elements: w transposed.
  ///   - dh: [M, D].
  public static func backwardInput(_ gradient: Gradient, _ w: TiledMatrix, into dh_MD: UnsafeMutablePointer<Float>) {
    TileProduct.multiply(.tiles(gradient.rows), .tiles(w), inner: w.inner, into: NumberPointer(dh_MD), stride: w.lines)
  }

  /// dw = gradientᵀ · h, or dw += gradientᵀ · h if `adding`.
  ///
  /// - Parameters:
  ///   - h: [M, D].
  ///   - dw: [V, D].
  public static func backwardWeight(
    _ gradient: Gradient, _ h_MD: UnsafePointer<Float>, into dw_VD: UnsafeMutablePointer<Float>, width D: Int,
    adding: Bool
  ) {
    let h = Factor.Numbers(base: NumberPointer(h_MD), stride: D, lines: D, isTransposed: true)
    TileProduct.multiply(
      .tiles(gradient.columns), .numbers(h), inner: gradient.columns.inner, into: NumberPointer(dw_VD), stride: D,
      adding: adding)
  }

  /// db += scale · Σ rows of the gradient
  public static func backwardBias(_ gradient: Gradient, scale: Float, adding db_V: UnsafeMutablePointer<Float>) {
    ElementwiseKernel.multiplyAdd(gradient.sums, by: scale, adding: db_V, count: gradient.columns.lines)
  }
}

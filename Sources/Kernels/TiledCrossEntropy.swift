// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels

// M rows, D width, V classes

/// −ln softmax(h · wᵀ + b)[target], row by row, of numbers rounded to bfloat16.
///
/// Logits exist for a block of rows at a time, in a cache; what backward needs of them is kept as tiles, ready for its
/// products.
public enum TiledCrossEntropyKernel {
  /// softmax(logits) − onehot(target), 0 for rows without target: as it is, [M, V], and transposed.
  public struct Gradient {
    let rows: TiledMatrix
    let columns: TiledMatrix
    /// Sums over the rows of each block, [blocks, V].
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
  }

  /// Blocks of rows, by the number of rows alone: the sums over them are a part of the bits.
  public static func blockCount(rows M: Int) -> Int { (M + blockHeight(M) - 1) / blockHeight(M) }

  private static func blockHeight(_ M: Int) -> Int { M <= 512 ? 32 : 64 }

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
    guard let matrix = kernels.matrix?.pointee else { preconditionFailure("no unit for bfloat16") }
    let (V, D, height) = (w.lines, w.inner, blockHeight(M))
    let (widthTiles, classTiles, rowTiles) = (TileShape.tiles(D), TileShape.tiles(V), TileShape.tiles(M))
    let left = Scratch.left.halves(TileShape.count(lines: M, inner: D))
    TileShape.pack(Factor.Floats(base: h_MD, stride: D, lines: M), inner: D, .left, into: left, matrix)
    Parallel.forEachSlice(of: M, slice: height) { rows in
      let (start, count) = (rows.lowerBound, rows.count)
      let logits = Scratch.scores.floats(count * V)
      var product = ck_product(
        left: left + start * widthTiles * TileShape.inner, right: UnsafePointer(w.memory), left_tiles: widthTiles,
        right_tiles: widthTiles, tiles: widthTiles, rows: count, columns: V, bias: b_V, adding: false)
      matrix.multiply(&product, logits, V)
      kernels.cross_entropy_gradient(logits, targets_M + start, count, V, losses_M + start, predicted_M + start)
      guard let gradient else { return }
      matrix.pack_left(logits, V, count, V, gradient.rows.memory + start * classTiles * TileShape.inner, classTiles)
      matrix.pack_left_transposed(
        logits, V, V, count, gradient.columns.memory + start / TileShape.inner * TileShape.lines * TileShape.inner,
        rowTiles)
      let sums = gradient.sums + start / height * V
      sums.update(repeating: 0, count: V)
      kernels.column_sums(logits, sums, count, V, V)
    }
  }

  /// dh = gradient · w; overwrites dh.
  ///
  /// - Parameters:
  ///   - w: D lines of V elements: w transposed.
  ///   - dh: [M, D].
  public static func backwardInput(_ gradient: Gradient, _ w: TiledMatrix, into dh_MD: UnsafeMutablePointer<Float>) {
    TileProduct.multiply(.tiles(gradient.rows), .tiles(w), inner: w.inner, into: dh_MD, stride: w.lines)
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
    let h = Factor.Floats(base: h_MD, stride: D, lines: D, isTransposed: true)
    TileProduct.multiply(
      .tiles(gradient.columns), .floats(h), inner: gradient.columns.inner, into: dw_VD, stride: D, adding: adding)
  }

  /// db += scale · Σ rows of the gradient
  public static func backwardBias(
    _ gradient: Gradient, scale: Float, adding db_V: UnsafeMutablePointer<Float>
  ) {
    let (V, blocks) = (gradient.columns.lines, blockCount(rows: gradient.columns.inner))
    for block in 0..<blocks {
      ElementwiseKernel.multiplyAdd(gradient.sums + block * V, by: scale, adding: db_V, count: V)
    }
  }
}

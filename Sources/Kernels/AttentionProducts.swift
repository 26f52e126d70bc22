// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels
import COpenBLAS

// D head size, t rows of a tile of queries, s keys that the tile sees

/// Queries that are worked on together, and the keys that the last of them sees.
struct AttentionTile {
  let top: Int
  let rows: Int
  let width: Int
  /// How many keys the first query sees, and how many more each next one.
  let visible: Int
  let step: Int
}

/// What a product multiplies queries with.
enum AttentionSide { case keys, values }

/// The products of one head: between a tile of queries and the keys or values that it sees.
protocol AttentionProducts {
  var keys: Rows<NumberPointer> { get }
  var values: Rows<NumberPointer> { get }
  /// c = a · sideᵀ: [t, D] · [s, D]ᵀ
  func compare(
    _ a: Rows<NumberPointer>, with side: AttentionSide, _ tile: AttentionTile,
    into c_ts: UnsafeMutablePointer<Float>)
  /// c = a · side: [t, s] · [s, D]
  func combine(
    _ a_ts: UnsafePointer<Float>, of side: AttentionSide, _ tile: AttentionTile, into c: Rows<NumberPointer>)
  /// c = aᵀ · b or c += aᵀ · b: [t, s]ᵀ · [t, D]
  func collect(
    _ a_ts: UnsafePointer<Float>, of b: Rows<NumberPointer>, _ tile: AttentionTile,
    into c: Rows<UnsafeMutablePointer<Float>>, adding: Bool)
}

/// Products in float32.
struct FloatProducts: AttentionProducts {
  let keys: Rows<NumberPointer>
  let values: Rows<NumberPointer>
  let D: Int

  func compare(
    _ a: Rows<NumberPointer>, with side: AttentionSide, _ tile: AttentionTile,
    into c_ts: UnsafeMutablePointer<Float>
  ) {
    let b = side == .keys ? keys : values
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(tile.rows), Int32(tile.width), Int32(D), 1, a[tile.top].floats,
      Int32(a.stride), b[0].floats, Int32(b.stride), 0, c_ts, Int32(tile.width))
  }

  func combine(
    _ a_ts: UnsafePointer<Float>, of side: AttentionSide, _ tile: AttentionTile, into c: Rows<NumberPointer>
  ) {
    let b = side == .keys ? keys : values
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(tile.rows), Int32(D), Int32(tile.width), 1, a_ts,
      Int32(tile.width), b[0].floats, Int32(b.stride), 0, c[tile.top].floats, Int32(c.stride))
  }

  func collect(
    _ a_ts: UnsafePointer<Float>, of b: Rows<NumberPointer>, _ tile: AttentionTile,
    into c: Rows<UnsafeMutablePointer<Float>>, adding: Bool
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(tile.width), Int32(D), Int32(tile.rows), 1, a_ts,
      Int32(tile.width), b[tile.top].floats, Int32(b.stride), adding ? 1 : 0, c[0], Int32(c.stride))
  }
}

/// Products of numbers rounded to bfloat16; keys and values are rounded once for all tiles.
struct TiledProducts: AttentionProducts {
  let keys: Rows<NumberPointer>
  let values: Rows<NumberPointer>
  private let D: Int
  private let matrix: ck_matrix
  /// Keys, and values, as lines; and the ones that are combined as columns.
  private let keyLines: UnsafePointer<UInt16>
  private let valueLines: UnsafePointer<UInt16>
  private let columns: UnsafePointer<UInt16>
  private let keyTiles: Int

  /// - Parameter side: what `combine` will be asked for; only where that is keys are values compared.
  init(
    _ keys: Rows<NumberPointer>, _ values: Rows<NumberPointer>, _ count: Int, _ D: Int,
    _ matrix: ck_matrix, combining side: AttentionSide
  ) {
    (self.keys, self.values, self.D, self.matrix) = (keys, values, D, matrix)
    keyTiles = TileShape.tiles(count)
    let lines = TileShape.count(lines: count, inner: D)
    let (keyLines, valueLines) = (Scratch.keyLines.halves(lines), Scratch.valueLines.halves(lines))
    let columns = Scratch.columns.halves(TileShape.count(lines: D, inner: count))
    let (headTiles, keyTiles) = (TileShape.tiles(D), keyTiles)
    matrix.pack_right(keys[0].forC, keys.stride, count, D, keyLines, headTiles)
    if side == .keys { matrix.pack_right(values[0].forC, values.stride, count, D, valueLines, headTiles) }
    let combined = side == .keys ? keys : values
    matrix.pack_right_transposed(combined[0].forC, combined.stride, D, count, columns, keyTiles)
    (self.keyLines, self.valueLines, self.columns) = (
      UnsafePointer(keyLines), UnsafePointer(valueLines), UnsafePointer(columns)
    )
  }

  func compare(
    _ a: Rows<NumberPointer>, with side: AttentionSide, _ tile: AttentionTile,
    into c_ts: UnsafeMutablePointer<Float>
  ) {
    let left = Scratch.left.halves(TileShape.count(lines: tile.rows, inner: D))
    matrix.pack_left(a[tile.top].forC, a.stride, tile.rows, D, left, TileShape.tiles(D))
    multiply(
      left, side == .keys ? keyLines : valueLines, inner: D, rows: tile.rows, columns: tile.width, into: c_ts,
      stride: tile.width)
  }

  func combine(
    _ a_ts: UnsafePointer<Float>, of side: AttentionSide, _ tile: AttentionTile, into c: Rows<NumberPointer>
  ) {
    let left = Scratch.left.halves(TileShape.count(lines: tile.rows, inner: tile.width))
    matrix.pack_left(NumberPointer(a_ts).forC, tile.width, tile.rows, tile.width, left, TileShape.tiles(tile.width))
    let isRounded = c.base.isRounded
    let sums = isRounded ? Scratch.products.floats(tile.rows * D) : c[tile.top].floats
    multiply(
      left, columns, rightTiles: keyTiles, inner: tile.width, rows: tile.rows, columns: D, into: sums,
      stride: isRounded ? D : c.stride)
    guard isRounded else { return }
    for row in 0..<tile.rows { c[tile.top + row].fill(from: sums + row * D, count: D) }
  }

  func collect(
    _ a_ts: UnsafePointer<Float>, of b: Rows<NumberPointer>, _ tile: AttentionTile,
    into c: Rows<UnsafeMutablePointer<Float>>, adding: Bool
  ) {
    let left = Scratch.left.halves(TileShape.count(lines: tile.width, inner: tile.rows))
    let right = Scratch.right.halves(TileShape.count(lines: D, inner: tile.rows))
    let queryTiles = TileShape.tiles(tile.rows)
    matrix.pack_left_transposed(NumberPointer(a_ts).forC, tile.width, tile.width, tile.rows, left, queryTiles)
    matrix.pack_right_transposed(b[tile.top].forC, b.stride, D, tile.rows, right, queryTiles)
    multiply(
      left, right, inner: tile.rows, rows: tile.width, columns: D, into: c[0], stride: c.stride, adding: adding)
  }

  private func multiply(
    _ left: UnsafePointer<UInt16>, _ right: UnsafePointer<UInt16>, rightTiles: Int? = nil, inner: Int, rows: Int,
    columns: Int, into c: UnsafeMutablePointer<Float>, stride: Int, adding: Bool = false
  ) {
    let tiles = TileShape.tiles(inner)
    var product = ck_product(
      left: left, right: right, left_tiles: tiles, right_tiles: rightTiles ?? tiles, tiles: tiles, rows: rows,
      columns: columns, bias: nil, adding: adding)
    matrix.multiply(&product, c, stride)
  }
}

// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels

// M rows, N columns, K inner elements

/// Matrix products of numbers rounded to bfloat16 and summed in float, on the unit that the CPU has for them.
///
/// Every number of a result is one chain over the inner elements in order, so its bits depend on nothing but the numbers
/// and the CPU level: not on how many rows there are, nor how the product is cut.
public enum TileProduct {
  /// Whether the CPU level in use multiplies bfloat16 numbers.
  public static var isAvailable: Bool { kernels.matrix != nil }

  /// The unit's functions; there must be one.
  static var unit: ck_matrix {
    guard let matrix = kernels.matrix else { preconditionFailure("no unit for bfloat16") }
    return matrix.pointee
  }

  /// Uses the level of AMX with its tiles in memory, slowly, until another level is forced.
  ///
  /// - Returns: false where not even that is possible; nothing is changed then.
  static func emulate() -> Bool { ck_emulate_tiles() }

  /// c = left · right + bias, or c += left · right if `adding`.
  ///
  /// - Parameters:
  ///   - left: M lines.
  ///   - right: N lines.
  ///   - bias: N numbers; not if `adding`.
  ///   - c: [M, N], rows `stride` apart; floats if `adding`.
  static func multiply(
    _ left: Factor, _ right: Factor, inner K: Int, bias: UnsafePointer<Float>? = nil, into c: NumberPointer,
    stride: Int, adding: Bool = false
  ) {
    let matrix = unit
    let (M, N) = (left.lines, right.lines)
    guard M > 0 && N > 0 else { return }
    let panel = TileShape.panel(K)
    let leftTiles = left.tiles(.left, inner: K, matrix)
    let rightTiles = right.tiles(.right, inner: K, matrix)
    let (height, width) = block(rows: M, columns: N, inner: K)
    let down = (M + height - 1) / height
    Parallel.forEach((N + width - 1) / width * down) { block in
      let (row, column) = (block % down * height, block / down * width)
      let rows = min(height, M - row)
      func sum(_ column: Int, _ columns: Int, into c: UnsafeMutablePointer<Float>, _ stride: Int) {
        var product = ck_product(
          left: leftTiles + row * panel * TileShape.inner, right: rightTiles + column * panel * TileShape.inner,
          left_tiles: panel, right_tiles: panel, tiles: TileShape.tiles(K), rows: rows, columns: columns,
          bias: bias.map { $0 + column }, adding: adding)
        matrix.multiply(&product, c, stride)
      }
      guard c.isRounded else {
        return sum(column, min(width, N - column), into: c.floats + row * stride + column, stride)
      }
      for start in Swift.stride(from: column, to: min(N, column + width), by: roundedWidth) {
        let columns = min(roundedWidth, N - start)
        let sums = Scratch.products.floats(rows * roundedWidth)
        sum(start, columns, into: sums, roundedWidth)
        for index in 0..<rows {
          (c + (row + index) * stride + start).fill(from: sums + index * roundedWidth, count: columns)
        }
      }
    }
  }

  /// Columns that are summed in float before they are rounded: with the most rows of a block, a quarter of a megabyte.
  private static let roundedWidth = 128

  /// What one thread does at once. Of 512 inner elements the rows' tiles fill a quarter of a megabyte, so they stay in the
  /// second-level cache while the columns pass; columns are cut where there are too few rows for all threads.
  private static func block(rows: Int, columns: Int, inner: Int) -> (height: Int, width: Int) {
    let most = min(inner, 512) <= 256 ? 512 : 256
    let down = (rows + most - 1) / most
    let wanted = Parallel.threadCount == 1 ? 1 : (2 * Parallel.threadCount + down - 1) / down
    let width = max(64, (columns + wanted - 1) / wanted)
    return (part(rows, down), (width + 31) / 32 * 32)
  }

  private static func part(_ size: Int, _ count: Int) -> Int { ((size + count - 1) / count + 31) / 32 * 32 }
}

/// One side of a product.
enum Factor {
  /// Numbers to round, or rounded before.
  case numbers(Numbers)
  /// Numbers that are tiles already.
  case tiles(TiledMatrix)

  var lines: Int {
    switch self {
    case .numbers(let x): x.lines
    case .tiles(let matrix): matrix.lines
    }
  }

  fileprivate func tiles(_ side: TileShape.Side, inner: Int, _ matrix: ck_matrix) -> UnsafePointer<UInt16> {
    switch self {
    case .tiles(let matrix): return UnsafePointer(matrix.memory)
    case .numbers(let x):
      let tiles = (side == .left ? Scratch.left : .right).halves(TileShape.count(lines: x.lines, inner: inner))
      TileShape.pack(x, inner: inner, side, into: tiles, matrix)
      return UnsafePointer(tiles)
    }
  }

  /// A matrix of which each line's inner elements are neighbors and lines `stride` apart or, if `isTransposed`, the other
  /// way round.
  struct Numbers {
    let base: NumberPointer
    let stride: Int
    let lines: Int
    var isTransposed = false
    /// What is applied to every element before it is rounded.
    var activation: Activation?
    /// Where the rows are kept rounded, end to end and before the activation.
    var copy: NumberPointer?
  }
}

/// A matrix rounded to bfloat16 and laid out as a product's factor, for many products.
public final class TiledMatrix {
  let lines: Int
  let inner: Int
  let memory: UnsafeMutablePointer<UInt16>
  private let isOwner: Bool

  /// Memory for `lines` lines of `inner` elements; its numbers are yet to be written.
  public init(lines: Int, inner: Int) {
    self.lines = lines
    self.inner = inner
    isOwner = true
    memory = LargeMemory.allocate(byteCount: TiledMatrix.byteCount(lines: lines, inner: inner))
      .bindMemory(to: UInt16.self, capacity: TileShape.count(lines: lines, inner: inner))
  }

  /// The same in memory of `byteCount` bytes, 64-byte aligned, that somebody else keeps.
  public init(lines: Int, inner: Int, in memory: UnsafeMutableRawPointer) {
    self.lines = lines
    self.inner = inner
    isOwner = false
    self.memory = memory.bindMemory(to: UInt16.self, capacity: TileShape.count(lines: lines, inner: inner))
  }

  /// The same in memory of the calling thread, until it asks for that piece again.
  convenience init(lines: Int, inner: Int, in scratch: Scratch) {
    self.init(lines: lines, inner: inner, in: scratch.halves(TileShape.count(lines: lines, inner: inner)))
  }

  deinit {
    if isOwner { LargeMemory.deallocate(memory) }
  }

  /// The memory that such a matrix takes.
  public static func byteCount(lines: Int, inner: Int) -> Int {
    TileShape.count(lines: lines, inner: inner) * MemoryLayout<UInt16>.stride
  }

  /// Rounds x: rows of lines or, if `isTransposed`, columns of them.
  ///
  /// - Parameter x: [lines, inner], or [inner, lines].
  public func fill(from x: UnsafePointer<Float>, isTransposed: Bool) {
    let x = Factor.Numbers(
      base: NumberPointer(x), stride: isTransposed ? lines : inner, lines: lines, isTransposed: isTransposed)
    TileShape.pack(x, inner: inner, .right, into: memory, TileProduct.unit)
  }
}

/// The extents of tiles: see `CKernels/Matrix/Format.h`.
enum TileShape {
  enum Side { case left, right }

  static let lines = 16
  static let inner = 32

  /// Tiles along the inner direction.
  static func tiles(_ inner: Int) -> Int { (inner + TileShape.inner - 1) / TileShape.inner }

  /// How many tiles the panels of a whole matrix are apart. Parts of long panels whose distance is a large power of two
  /// would push each other out of the second-level cache.
  static func panel(_ inner: Int) -> Int {
    let tiles = tiles(inner)
    return tiles >= 32 && tiles % 8 == 0 ? tiles + 4 : tiles
  }

  /// Numbers of all tiles, an even number of panels.
  static func count(lines: Int, inner: Int) -> Int { (lines + 31) / 32 * 32 * panel(inner) * TileShape.inner }

  static func pack(
    _ x: Factor.Numbers, inner: Int, _ side: Side, into tiles: UnsafeMutablePointer<UInt16>, _ matrix: ck_matrix
  ) {
    let pack =
      switch (side, x.isTransposed) {
      case (.left, false): matrix.pack_left
      case (.left, true): matrix.pack_left_transposed
      case (.right, false): matrix.pack_right
      case (.right, true): matrix.pack_right_transposed
      }
    // Slices of neighboring rows of x, which are inner elements where it is transposed.
    let (rows, width) = x.isTransposed ? (inner, x.lines) : (x.lines, inner)
    let panel = TileShape.panel(inner)
    Parallel.forEachSlice(of: rows, slice: slice(width: width)) { part in
      let start = part.lowerBound
      let (lines, inner) = x.isTransposed ? (x.lines, part.count) : (part.count, inner)
      let tiles = tiles + start * (x.isTransposed ? TileShape.lines : panel * TileShape.inner)
      let base = x.base + start * x.stride
      if let copy = x.copy {
        for row in 0..<part.count {
          (copy + (start + row) * width).fill(from: (base + row * x.stride).floats, count: width)
        }
      }
      guard let activation = x.activation?.forward else { return pack(base.forC, x.stride, lines, inner, tiles, panel) }
      let active = Scratch.activated.floats(part.count * width)
      for row in 0..<part.count {
        activation((base + row * x.stride).widened(width, .widened), active + row * width, width)
      }
      pack(NumberPointer(active).forC, width, lines, inner, tiles, panel)
    }
  }

  /// Rows that are packed together: whole tiles of them.
  static func slice(width: Int) -> Int { (Slices.rows(width: width) + inner - 1) / inner * inner }
}

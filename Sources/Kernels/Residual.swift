import CKernels

/// y = x + dropout(branch), and what follows it while the rows are in a cache.
public struct ResidualKernel {
  /// How rows of a branch are dropped.
  public typealias Dropping = (positions: DropoutPositions, rate: Float)

  let width: Int
  let dropping: Dropping?

  /// A sum of rows of `width` numbers; without `dropping` nothing is dropped.
  public init(width: Int, dropping: Dropping?) {
    self.width = width
    self.dropping = dropping
  }

  /// Overwrites y, which may be x or branch.
  ///
  /// - Parameters:
  ///   - x: [rows, width].
  ///   - branch: the same.
  ///   - y: the same.
  public func forward(
    _ x: UnsafePointer<Float>, _ branch: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int
  ) {
    Parallel.forEachSlice(of: rows, slice: Slices.rows(width: width)) { add(x, branch, into: y, $0) }
  }

  /// dbranch = dy · mask; overwrites it. The gradient of x is dy itself.
  public func backward(_ dy: UnsafePointer<Float>, into dbranch: UnsafeMutablePointer<Float>, rows: Int) {
    Parallel.forEachSlice(of: rows, slice: Slices.rows(width: width)) { drop(dy, into: dbranch, $0) }
  }

  func add(
    _ x: UnsafePointer<Float>, _ branch: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ rows: Range<Int>
  ) {
    guard let dropping else {
      let start = rows.lowerBound * width
      return kernels.add(x + start, branch + start, y + start, rows.count * width)
    }
    dropping.positions.forEachSample(of: rows, rate: dropping.rate) { part, first, words in
      let start = part.lowerBound * width
      kernels.dropout_add(
        branch + start, x + start, y + start, part.count * width, UInt64(first * width), words)
    }
  }

  func drop(_ dy: UnsafePointer<Float>, into dbranch: UnsafeMutablePointer<Float>, _ rows: Range<Int>) {
    guard let dropping else { return }
    DropoutKernel.drop(
      dy, into: dbranch, rows, width: width, positions: dropping.positions, rate: dropping.rate)
  }
}

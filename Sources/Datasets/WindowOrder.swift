import Randomness

/// The order in which an epoch reads windows, and the rows inside them.
public struct WindowOrder: Sendable {
  /// The part that is read.
  public let part: Part
  /// Rows of each window, in corpus order.
  public let rowCounts: [Int]
  private let draws: RowDraws

  /// The order of a part: drawn anew every epoch for training, the corpus' own for validation.
  public init(_ index: DatasetIndex.PartIndex, part: Part, seed: UInt64) {
    self.part = part
    rowCounts = index.windows.map(\.rows)
    draws = RowDraws(seed: seed, part: part)
  }

  /// Window numbers in the order of an epoch.
  public func windows(epoch: Int) -> [Int] {
    guard part == .training else { return Array(rowCounts.indices) }
    let order = draws.order(.windowOrder, count: rowCounts.count, epoch: epoch)
    return rowCounts.indices.map { order[$0] }
  }

  /// The rows of a window at some places of an epoch's order.
  public func rows(of window: Int, epoch: Int, places: Range<Int>) -> [SampleAddress] {
    guard part == .training else {
      return places.map { SampleAddress(epoch: epoch, window: window, row: $0) }
    }
    let order = draws.order(.rowOrder, count: rowCounts[window], sample: UInt64(window), epoch: epoch)
    return places.map { SampleAddress(epoch: epoch, window: window, row: order[$0]) }
  }

  /// The window that is read after another in an epoch, or first in the next; nil behind the last of validation.
  public func window(after window: Int, epoch: Int) -> (window: Int, epoch: Int)? {
    let order = windows(epoch: epoch)
    let rest = order.drop { $0 != window }.dropFirst()
    if let next = rest.first(where: { rowCounts[$0] > 0 }) { return (next, epoch) }
    guard part == .training else { return nil }
    return windows(epoch: epoch + 1).first { rowCounts[$0] > 0 }.map { ($0, epoch + 1) }
  }
}

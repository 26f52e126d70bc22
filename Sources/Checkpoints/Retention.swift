/// Which checkpoints stay: the last few, the best, every n-th, and those pinned.
public struct Retention: Equatable, Sendable {
  /// How many of the newest stay; never fewer than 2, so that one damaged checkpoint is never the end of a run.
  public let last: Int
  /// Whether the newest of those that were the best when written stays.
  public let keepsBest: Bool
  /// Multiples of this step stay for good; nil for none.
  public let every: Int?
  /// Steps that stay whatever comes.
  public let pinned: Set<Int>

  /// A rule; `last` below 2 is taken as 2, `every` below 1 as none.
  public init(last: Int = 3, keepsBest: Bool = true, every: Int? = nil, pinned: Set<Int> = []) {
    self.last = max(last, 2)
    self.keepsBest = keepsBest
    self.every = every.flatMap { $0 > 0 ? $0 : nil }
    self.pinned = pinned
  }

  /// The steps that may go.
  /// - Parameters:
  ///   - steps: all checkpoints there are.
  ///   - best: the best one, if known.
  ///   - isWhole: whether a checkpoint has been verified. Asked of the newest ones until `last` are found; nothing may
  ///     go while there are fewer.
  public func victims(
    among steps: [Int], best: Int?, isWhole: (Int) throws -> Bool
  ) rethrows -> [Int] {
    var kept: Set<Int> = []
    var oldestKept: Int?
    for step in steps.sorted(by: >) {
      guard kept.count < last else { break }
      if try isWhole(step) { kept.insert(step) }
      oldestKept = step
    }
    guard kept.count == last, let oldestKept else { return [] }
    return steps.sorted().filter { step in
      // Damaged ones among the newest stay as well: the next load sets them aside and names them.
      if step >= oldestKept || pinned.contains(step) { return false }
      if keepsBest, step == best { return false }
      if let every, step % every == 0 { return false }
      return true
    }
  }
}

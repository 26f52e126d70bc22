/// The one balanced binary tree over a step's micro-slots, on which everything that adds up is added.
///
/// Who computes a node never matters, only its place: one worker or eight give the same bits. A node of n leaves has
/// the largest power of two below n on its left, so aligned subtrees are the same whatever follows them.
public enum SlotTree {
  /// Folds the values of `slots` in tree order; empty leaves are nil and change nothing.
  public static func fold<Value>(
    _ slots: Range<Int>, leaf: (Int) throws -> Value?, join: (Value, Value) throws -> Value
  ) rethrows -> Value? {
    if slots.isEmpty { return nil }
    if slots.count == 1 { return try leaf(slots.lowerBound) }
    let middle = slots.lowerBound + leftCount(slots.count)
    let left = try fold(slots.lowerBound..<middle, leaf: leaf, join: join)
    let right = try fold(middle..<slots.upperBound, leaf: leaf, join: join)
    guard let left else { return right }
    guard let right else { return left }
    return try join(left, right)
  }

  /// Folds in the same order values that need memory: a leaf at the right of a node is handed what lies at its left, to
  /// add itself to that at once.
  ///
  /// - Parameter leaf: the value of a slot, or with another one at its left both joined; nil where neither is there.
  public static func accumulate<Value>(
    _ slots: Range<Int>, leaf: (_ slot: Int, _ left: Value?) throws -> Value?, join: (Value, Value) throws -> Value
  ) rethrows -> Value? {
    if slots.isEmpty { return nil }
    if slots.count == 1 { return try leaf(slots.lowerBound, nil) }
    let middle = slots.lowerBound + leftCount(slots.count)
    let left = try accumulate(slots.lowerBound..<middle, leaf: leaf, join: join)
    if middle + 1 == slots.upperBound { return try leaf(middle, left) }
    guard let right = try accumulate(middle..<slots.upperBound, leaf: leaf, join: join) else { return left }
    guard let left else { return right }
    return try join(left, right)
  }

  /// The largest power of two below `count`.
  static func leftCount(_ count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }

  /// The fewest nodes that cover `range` of the tree on `count` slots, in order: what one worker can add up by itself.
  public static func nodes(covering range: Range<Int>, of count: Int) -> [Range<Int>] {
    nodes(covering: range, below: 0..<count)
  }

  private static func nodes(covering range: Range<Int>, below node: Range<Int>) -> [Range<Int>] {
    if !range.overlaps(node) { return [] }
    if range.lowerBound <= node.lowerBound && node.upperBound <= range.upperBound { return [node] }
    let middle = node.lowerBound + leftCount(node.count)
    return nodes(covering: range, below: node.lowerBound..<middle)
      + nodes(covering: range, below: middle..<node.upperBound)
  }

  /// The most values that are alive at a time while `nodes` are accumulated one after the other and their results are
  /// kept.
  public static func liveCount(_ nodes: [Range<Int>]) -> Int {
    nodes.enumerated().map { $0 + liveCount($1.count) }.max() ?? 0
  }

  private static func liveCount(_ count: Int) -> Int {
    if count < 2 { return count }
    let (left, right) = (leftCount(count), count - leftCount(count))
    return right == 1 ? liveCount(left) : max(liveCount(left), 1 + liveCount(right))
  }

  /// The rows of each of `slots` slots when `rows` rows are dealt in order, sizes differing by at most one.
  public static func deal(_ rows: Int, into slots: Int) -> [Range<Int>] {
    (0..<slots).map { $0 * rows / slots..<($0 + 1) * rows / slots }
  }
}

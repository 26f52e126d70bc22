/// Merges by pair of ids, in one open-addressing table: the value packs rank and result.
struct MergeTable: Sendable {
  static let none = UInt64.max

  /// A pair and its merge side by side, so that a look touches one line of the processor's cache.
  private struct Slot: Sendable {
    var key = MergeTable.none
    var value = MergeTable.none
  }

  private var slots: [Slot]

  /// A pair given twice keeps its later rank, as in the reference library.
  init(_ merges: [BytePairModel.Merge]) {
    var capacity = 64
    while capacity < merges.count * 2 { capacity *= 2 }
    slots = Array(repeating: Slot(), count: capacity)
    for (rank, merge) in merges.enumerated() {
      let key = Self.key(merge.left, merge.right)
      let value = UInt64(truncatingIfNeeded: rank) << 32 | UInt64(UInt32(bitPattern: merge.result))
      slots[place(of: key)] = Slot(key: key, value: value)
    }
  }

  @inline(__always) subscript(_ left: Int32, _ right: Int32) -> UInt64 { slots[place(of: Self.key(left, right))].value }

  @inline(__always) static func result(of merge: UInt64) -> Int32 { Int32(truncatingIfNeeded: merge) }

  @inline(__always) private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always) private func place(of key: UInt64) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while slots[place].key != Self.none, slots[place].key != key { place = (place + 1) & mask }
    return place
  }
}

/// A binary heap of merges: the smallest rank first, then the leftmost place.
struct MergeQueue {
  private var items: [(merge: UInt64, place: Int)] = []

  mutating func push(merge: UInt64, place: Int) {
    items.append((merge, place))
    var child = items.count - 1
    while child > 0, items[child] < items[(child - 1) / 2] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> (merge: UInt64, place: Int)? {
    guard let first = items.first else { return nil }
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= items.count { break }
      if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
      if items[parent] <= items[child] { break }
      items.swapAt(parent, child)
      parent = child
    }
    return first
  }
}

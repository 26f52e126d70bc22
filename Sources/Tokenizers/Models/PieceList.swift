/// The pieces of a word: ids and, in bytes of the word, where each piece ends.
struct PieceList: Sendable {
  var ids: [Int32] = []
  var ends: [Int32] = []

  @inline(__always) mutating func append(_ id: Int32, end: Int) {
    ids.append(id)
    ends.append(Int32(truncatingIfNeeded: end))
  }

  mutating func truncate(to count: Int) {
    ids.removeLast(ids.count - count)
    ends.removeLast(ends.count - count)
  }
}

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

/// The pieces of words met before, bounded in memory.
struct WordCache: Sendable {
  private static let maximumWords = 1 << 16
  private static let maximumWordLength = 64

  private var words = ByteTable(minimumCapacity: 1 << 12)
  private(set) var pieces = PieceList()
  /// Pieces beyond this count belong to a word that is not remembered.
  private var rememberedCount = 0

  /// The places in `pieces` of a word's pieces, valid until the next call; `compute` appends them for a new word.
  @inline(__always) mutating func pieces(
    of word: UnsafeBufferPointer<UInt8>, compute: (inout PieceList) -> Void
  ) -> Range<Int> {
    if let packed = words.value(of: word) { return packed >> 24..<(packed >> 24) + (packed & 0xFF_FFFF) }
    return add(word, compute: compute)
  }

  private mutating func add(
    _ word: UnsafeBufferPointer<UInt8>, compute: (inout PieceList) -> Void
  ) -> Range<Int> {
    pieces.truncate(to: rememberedCount)
    if words.count >= Self.maximumWords {
      words.removeAll()
      pieces.truncate(to: 0)
      rememberedCount = 0
    }
    let start = rememberedCount
    compute(&pieces)
    let end = pieces.ids.count
    if word.count <= Self.maximumWordLength {
      words.insert(word, value: start << 24 | (end - start))
      rememberedCount = end
    }
    return start..<end
  }
}

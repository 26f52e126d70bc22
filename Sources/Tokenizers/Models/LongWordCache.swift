/// The pieces of words that a line of `WordCache` does not hold, bounded in memory.
struct LongWordCache: Sendable {
  private static let maximumWords = 1 << 15
  private static let maximumWordLength = 64

  private var words = ByteTable(minimumCapacity: 1 << 12)
  private(set) var pieces = PieceList()
  /// Pieces beyond this count belong to a word that is not remembered.
  private var rememberedCount = 0

  /// The places in `pieces` of the pieces of a word that was met before.
  @inline(__always) func places(of word: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    words.value(of: word).map { packed in packed >> 24..<(packed >> 24) + (packed & 0xFF_FFFF) }
  }

  /// The places in `pieces` of a new word's pieces, valid until the next call; `compute` appends them and says
  /// whether to remember them.
  mutating func add(
    _ word: UnsafeBufferPointer<UInt8>, compute: (inout PieceList) -> Bool
  ) -> Range<Int> {
    pieces.truncate(to: rememberedCount)
    if words.count >= Self.maximumWords {
      words.removeAll()
      pieces.truncate(to: 0)
      rememberedCount = 0
    }
    let start = rememberedCount
    let isKept = compute(&pieces)
    let end = pieces.ids.count
    if isKept, word.count <= Self.maximumWordLength, words.insert(word, value: start << 24 | (end - start)) {
      rememberedCount = end
    }
    return start..<end
  }
}

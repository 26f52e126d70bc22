/// How often each word occurs, counted as text streams by, within a bound on memory.
struct WordCounts: Sendable {
  private var table = ByteTable(minimumCapacity: 1 << 12)
  /// Words seen at most this often have been dropped to stay within the bound.
  private(set) var droppedThreshold = 0
  private let maximumBytes: Int

  init(maximumBytes: Int) {
    self.maximumBytes = maximumBytes
  }

  var count: Int { table.count }

  @inline(__always) mutating func add(_ word: UnsafeBufferPointer<UInt8>) {
    table.add(1, to: word)
    if table.byteCount > maximumBytes { dropRareWords() }
  }

  /// Drops the rarest words until the table is half as full; the same text in the same order drops the same.
  private mutating func dropRareWords() {
    var threshold = droppedThreshold
    let target = table.count / 2
    while table.count > target {
      threshold = max(1, threshold * 2)
      var kept = ByteTable(minimumCapacity: 1 << 12)
      table.visit { word, count in if count > threshold { kept.insert(word, value: count) } }
      table = kept
    }
    droppedThreshold = threshold
  }

  /// The words in the order of their bytes, which no order of the text changes.
  func sorted() -> [(word: [UInt8], count: Int)] {
    var words: [(word: [UInt8], count: Int)] = []
    words.reserveCapacity(table.count)
    table.visit { words.append((Array($0), $1)) }
    return words.sorted { $0.word.lexicographicallyPrecedes($1.word) }
  }
}

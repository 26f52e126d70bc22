/// Distinct words as symbols, and what merging two symbols changes in them.
struct SymbolWords: Sendable {
  /// All words' symbols end to end; a word shrinks in place.
  private var symbols: [Int32] = []
  private var starts: [Int] = [0]
  private var lengths: [Int32] = []
  private(set) var counts: [Int] = []

  /// A pair that comes up, or goes, once in a word.
  struct Change {
    var pair: SymbolPair
    var isGain: Bool
  }

  var count: Int { counts.count }

  /// Adds a word that occurs `count` times; one of a single symbol has nothing to merge.
  mutating func add(_ word: some Sequence<Int32>, count: Int) {
    let start = symbols.count
    symbols.append(contentsOf: word)
    if symbols.count - start < 2 { return symbols.removeSubrange(start...) }
    starts.append(symbols.count)
    lengths.append(Int32(truncatingIfNeeded: symbols.count - start))
    counts.append(count)
  }

  @inline(__always) func visit(_ word: Int, _ body: (Int32) -> Void) {
    for place in starts[word]..<starts[word] + Int(lengths[word]) { body(symbols[place]) }
  }

  /// Counts every pair of neighbors and notes the words it is in.
  func countPairs(_ pairs: inout PairTable, _ places: inout PairPlaces) {
    for word in 0..<count {
      visitPairs(of: word) { pair in
        let number = pairs.number(of: pair)
        pairs.counts[number] += counts[word]
        places.note(pair: number, word: word)
      }
    }
  }

  @inline(__always) private func visitPairs(of word: Int, _ body: (SymbolPair) -> Void) {
    let start = starts[word]
    for place in start..<start + Int(lengths[word]) - 1 { body(SymbolPair(symbols[place], symbols[place + 1])) }
  }

  /// Merges every occurrence of a pair in one word, left to right, and appends what becomes of its neighbors.
  ///
  /// Each occurrence is one after the one before it is done; the pair itself is only mentioned where it overlaps
  /// itself. The result is the number of occurrences.
  @inline(__always)
  mutating func merge(_ merge: BytePairModel.Merge, inWord word: Int, _ changes: inout [Change]) -> Int {
    let start = starts[word]
    let end = start + Int(lengths[word])
    var (read, write) = (start, start)
    while read < end {
      guard symbols[read] == merge.left, read + 1 < end, symbols[read + 1] == merge.right else {
        symbols[write] = symbols[read]
        read += 1
        write += 1
        continue
      }
      if write > start {
        let previous = symbols[write - 1]
        changes.append(Change(pair: SymbolPair(previous, merge.left), isGain: false))
        changes.append(Change(pair: SymbolPair(previous, merge.result), isGain: true))
      }
      if read + 2 < end {
        let next = symbols[read + 2]
        changes.append(Change(pair: SymbolPair(merge.right, next), isGain: false))
        changes.append(Change(pair: SymbolPair(merge.result, next), isGain: true))
      }
      symbols[write] = merge.result
      read += 2
      write += 1
    }
    lengths[word] = Int32(truncatingIfNeeded: write - start)
    return read - write
  }
}

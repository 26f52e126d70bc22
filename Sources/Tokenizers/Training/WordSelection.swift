import DurableFiles

/// The words that a vocabulary is learned from.
struct SelectedWords: Sendable {
  var words = WordList()
  /// Distinct words counted, selected or not.
  var distinctCount = 0
  /// Words that occur at most so often were left out for want of memory; 0 where none was.
  var droppedThreshold = 0
}

/// All words that were counted, in the order of their bytes, as often as they are asked for.
enum WordSource {
  case table(WordTable, order: [Int])
  case runs([WordRun])

  /// Tables in memory become one; where one was spilled before, the rest goes to the file too.
  init(_ counters: consuming [WordCounter], _ file: SpillFile) throws(FileError) {
    if counters.contains(where: { !$0.runs.isEmpty }) {
      for place in counters.indices {
        try counters[place].spill(to: file)
        counters[place].table = WordTable()
      }
      self = .runs(counters.flatMap(\.runs))
    } else {
      var table = counters[0].table
      // Two owners would copy it.
      counters[0].table = WordTable()
      for place in counters.indices.dropFirst() {
        table.absorb(counters[place].table)
        counters[place].table = WordTable()
      }
      self = .table(table, order: table.sorted())
    }
  }

  private func visit(_ body: (UnsafeBufferPointer<UInt8>, WordCount) -> Void) throws(FileError) {
    switch self {
    case .table(let table, let order): table.visit(order, body)
    case .runs(let runs):
      var merge = try WordMerge(runs)
      try merge.visit(body)
    }
  }

  /// `letterBytes` are what training takes for a byte of a word: its symbols, the places of its pairs, and what merges
  /// add to both; or the edges of its lattice.
  func select(minimumDocuments: Int, maximumBytes: Int, letterBytes: Int = 32) throws(FileError) -> SelectedWords {
    var selected = SelectedWords()
    /// Words, their letters, and what training them takes, by their count.
    var needs: [Int: (words: Int, letters: Int, bytes: Int)] = [:]
    try visit { word, counted in
      selected.distinctCount += 1
      guard counted.documents >= minimumDocuments else { return }
      let need = needs[counted.count] ?? (0, 0, 0)
      needs[counted.count] = (
        need.words + 1, need.letters + word.count, need.bytes + 64 + letterBytes * word.count
      )
    }
    var kept = (words: 0, letters: 0, bytes: 0)
    for (count, need) in needs.sorted(by: { $0.key > $1.key }) {
      guard kept.bytes + need.bytes <= maximumBytes / 4 * 3 else {
        selected.droppedThreshold = count
        break
      }
      kept = (kept.words + need.words, kept.letters + need.letters, kept.bytes + need.bytes)
    }
    selected.words.reserveCapacity(words: kept.words, bytes: kept.letters)
    let threshold = selected.droppedThreshold
    try visit { word, counted in
      if counted.documents >= minimumDocuments, counted.count > threshold {
        selected.words.append(word, count: counted.count)
      }
    }
    return selected
  }
}

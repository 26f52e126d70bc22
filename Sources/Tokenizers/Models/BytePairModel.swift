import Randomness

/// Byte-pair encoding: the learned merges, earliest first, leftmost first, until none applies.
/// (Sennrich et al. 2016; Radford et al. 2019, section 2.2.)
struct BytePairModel: Sendable {
  /// One learned merge: two ids become one.
  struct Merge: Equatable, Sendable {
    var left: Int32
    var right: Int32
    var result: Int32
  }

  /// The switches of the reference library's `BPE` beyond vocabulary and merges.
  struct Options: Equatable, Sendable {
    /// Stands for what the vocabulary cannot spell; without it that is left out.
    var unknown: Int32?
    /// Consecutive unknown symbols become one unknown token.
    var fusesUnknown = false
    /// Scalars outside the vocabulary become their bytes, spelled `<0x0A>`.
    var fallsBackToBytes = false
    /// A word that is a token stays whole even where the merges do not lead to it.
    var ignoresMerges = false
    /// Begins every symbol but a word's first.
    var continuingPrefix = ""
    /// Ends a word's last symbol.
    var endOfWordSuffix = ""
  }

  /// Longer words leave no memory behind.
  private static let keptLength = 1 << 16

  let merges: [Merge]
  let options: Options
  /// Whether words are given as their bytes, not spelled in GPT-2's alphabet; never where bytes would be left out.
  let isByteLevel: Bool
  private let symbols: WordSymbols
  private let words: ByteTable?
  private let table: MergeTable

  /// A model over bytes, spelled in GPT-2's alphabet, or over scalars.
  init(_ vocabulary: Vocabulary, merges: [Merge], options: Options = Options(), isByteLevel: Bool) {
    self.merges = merges
    self.options = options
    let ids = isByteLevel ? ByteAlphabet.ids(in: vocabulary) : []
    // Places are counted over the symbols that are kept, as long as these are spelled.
    let losesBytes = options.unknown == nil && ids.contains { $0 < 0 }
    self.isByteLevel = isByteLevel && !losesBytes
    symbols = self.isByteLevel ? .bytes(ids) : .scalars(ScalarSymbols(vocabulary, options: options))
    words = options.ignoresMerges ? Self.words(vocabulary, isByteLevel: self.isByteLevel) : nil
    table = MergeTable(merges)
  }

  private static func words(_ vocabulary: Vocabulary, isByteLevel: Bool) -> ByteTable {
    var words = ByteTable(minimumCapacity: vocabulary.tokens.count)
    for (id, token) in vocabulary.modelTokens.enumerated() {
      guard let token, let bytes = isByteLevel ? ByteAlphabet.bytes(of: token) : Array(token.utf8) else { continue }
      bytes.withUnsafeBufferPointer { _ = words.insert($0, value: id) }
    }
    return words
  }

  /// Appends the pieces of a word; `symbols` is what it works with.
  func appendPieces(
    of word: UnsafeBufferPointer<UInt8>, to pieces: inout PieceList, symbols: inout [Symbol]
  ) {
    if let id = words?.value(of: word) {
      return pieces.append(Int32(truncatingIfNeeded: id), end: word.count)
    }
    symbols.removeAll(keepingCapacity: true)
    appendSymbols(of: word, to: &symbols)
    if symbols.count < 48 { mergeByScanning(&symbols) } else { mergeByQueue(&symbols) }
    for symbol in symbols { pieces.append(symbol.id, end: symbol.end) }
    if word.count > Self.keptLength { symbols = [] }
  }

  /// Appends the pieces that are left when each merge that is due is passed over with a probability.
  /// (Provilkov et al. 2020, section 3.)
  func appendSample(
    of word: UnsafeBufferPointer<UInt8>, dropout: Double, random: inout RandomNumbers, to pieces: inout PieceList
  ) {
    var symbols: [Symbol] = []
    appendSymbols(of: word, to: &symbols)
    mergeByQueue(&symbols) { random.uniform() < dropout }
    for symbol in symbols { pieces.append(symbol.id, end: symbol.end) }
  }

  private func appendSymbols(of word: UnsafeBufferPointer<UInt8>, to symbols: inout [Symbol]) {
    switch self.symbols {
    case .bytes(let ids): appendSymbols(of: word, ids, to: &symbols)
    case .scalars(let scalars): scalars.append(word, to: &symbols)
    }
  }

  private func appendSymbols(
    of word: UnsafeBufferPointer<UInt8>, _ ids: [Int32], to symbols: inout [Symbol]
  ) {
    var lastIsUnknown = false
    for (place, byte) in word.enumerated() {
      let id = ids[Int(byte)]
      if id >= 0 {
        symbols.append(Symbol(id: id, end: place + 1))
        lastIsUnknown = false
      } else if let unknown = options.unknown {
        if lastIsUnknown, options.fusesUnknown { symbols.removeLast() }
        symbols.append(Symbol(id: unknown, end: place + 1))
        lastIsUnknown = true
      }
    }
  }

  /// A part of a word on its way to a piece.
  struct Symbol: Sendable {
    var id: Int32
    var end: Int
    /// Packed rank and result of the merge with the next symbol.
    var merge = MergeTable.none
  }

  /// Short words: the best merge by looking at all of them.
  private func mergeByScanning(_ symbols: inout [Symbol]) {
    let count = symbols.withUnsafeMutableBufferPointer { mergeInPlace($0) }
    symbols.removeLast(symbols.count - count)
  }

  /// Returns how many symbols are left, at the start of the memory.
  private func mergeInPlace(_ symbols: UnsafeMutableBufferPointer<Symbol>) -> Int {
    var count = symbols.count
    for i in 0..<max(count - 1, 0) { symbols[i].merge = table[symbols[i].id, symbols[i + 1].id] }
    while true {
      var best = MergeTable.none
      var place = 0
      for i in 0..<count where symbols[i].merge < best {
        best = symbols[i].merge
        place = i
      }
      if best == MergeTable.none { return count }
      symbols[place].id = MergeTable.result(of: best)
      symbols[place].end = symbols[place + 1].end
      count -= 1
      for i in place + 1..<max(count, place + 1) { symbols[i] = symbols[i + 1] }
      symbols[place].merge =
        place + 1 < count ? table[symbols[place].id, symbols[place + 1].id] : MergeTable.none
      if place > 0 { symbols[place - 1].merge = table[symbols[place - 1].id, symbols[place].id] }
    }
  }

  /// Long words: a queue of merges by rank, then place, over linked symbols. A merge that is passed over is offered
  /// again once another was made.
  private func mergeByQueue(_ symbols: inout [Symbol], passesOver: () -> Bool = { false }) {
    guard symbols.count > 1 else { return }
    var next = Array(1...symbols.count)
    var previous = Array(-1..<symbols.count - 1)
    var isGone = [Bool](repeating: false, count: symbols.count)
    var queue = MergeQueue()
    var passedOver: [(merge: UInt64, place: Int)] = []
    let count = symbols.count
    func offer(_ place: Int) {
      guard place >= 0, next[place] < count else { return }
      let merge = table[symbols[place].id, symbols[next[place]].id]
      symbols[place].merge = merge
      if merge != MergeTable.none { queue.push(merge: merge, place: place) }
    }
    for place in 0..<count { offer(place) }
    while let (merge, place) = queue.pop() {
      if isGone[place] || symbols[place].merge != merge { continue }
      if passesOver() {
        passedOver.append((merge, place))
        continue
      }
      for item in passedOver { queue.push(merge: item.merge, place: item.place) }
      passedOver.removeAll(keepingCapacity: true)
      let gone = next[place]
      guard gone < count else { continue }
      symbols[place].id = MergeTable.result(of: merge)
      symbols[place].end = symbols[gone].end
      symbols[place].merge = MergeTable.none
      isGone[gone] = true
      next[place] = next[gone]
      if next[place] < count { previous[next[place]] = place }
      offer(place)
      if previous[place] >= 0 {
        symbols[previous[place]].merge = MergeTable.none
        offer(previous[place])
      }
    }
    symbols = symbols.indices.filter { !isGone[$0] }.map { symbols[$0] }
  }
}

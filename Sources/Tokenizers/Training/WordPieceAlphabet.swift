/// The characters that WordPiece starts from.
struct WordPieceAlphabet {
  /// Characters that may begin a word, ascending.
  let kept: [UInt32]
  /// Those that continue one, ascending.
  let continuing: [UInt32]

  /// The most frequent characters of all words, ties to the smaller.
  init(_ words: WordList, limit: Int) {
    var tally = [Int](repeating: 0, count: 0x11_0000)
    words.visit { word, count in
      Self.visitScalars(of: word) { scalar, _ in tally[Int(scalar)] += count }
    }
    var counts: [UInt32: Int] = [:]
    for (scalar, count) in tally.enumerated() where count > 0 { counts[UInt32(scalar)] = count }
    kept = Self.mostFrequent(counts, limit: limit)
    var state = [UInt8](repeating: 0, count: 0x11_0000)
    for scalar in kept { state[Int(scalar)] = 1 }
    words.visit { word, _ in
      Self.visitScalars(of: word) { scalar, isFirst in
        if !isFirst, state[Int(scalar)] == 1 { state[Int(scalar)] = 2 }
      }
    }
    continuing = kept.filter { state[Int($0)] == 2 }
  }

  /// The scalars of the highest counts, ties to the smaller scalar, ascending.
  static func mostFrequent(_ counts: [UInt32: Int], limit: Int) -> [UInt32] {
    let ranked = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
    return ranked.prefix(max(0, limit)).map(\.key).sorted()
  }

  fileprivate static func visitScalars(of word: UnsafeBufferPointer<UInt8>, _ body: (UInt32, _ isFirst: Bool) -> Void) {
    var position = 0
    while position < word.count {
      let (scalar, length) = UTF8Text.scalar(in: word, at: position)
      body(scalar, position == 0)
      position += length
    }
  }

  /// The alphabet with ids; `id` gives the one of a character that begins a word, or continues one.
  func symbols(_ id: (_ isFirst: Bool, UInt32) -> Int32?) -> Symbols {
    var symbols = Symbols()
    for scalar in kept { symbols.first[Int(scalar)] = id(true, scalar) ?? -1 }
    for scalar in continuing { symbols.continuing[Int(scalar)] = id(false, scalar) ?? -1 }
    return symbols
  }

  /// Ids by character, below zero for those not kept.
  struct Symbols {
    fileprivate var first = [Int32](repeating: -1, count: 0x11_0000)
    fileprivate var continuing = [Int32](repeating: -1, count: 0x11_0000)

    /// A word's ids without characters not kept; only the word's first character may be one that begins a word.
    func ids(of word: UnsafeBufferPointer<UInt8>) -> [Int32] {
      var ids: [Int32] = []
      ids.reserveCapacity(word.count)
      WordPieceAlphabet.visitScalars(of: word) { scalar, isFirst in
        let id = isFirst ? first[Int(scalar)] : continuing[Int(scalar)]
        if id >= 0 { ids.append(id) }
      }
      return ids
    }
  }
}

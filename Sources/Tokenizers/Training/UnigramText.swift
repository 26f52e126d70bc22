/// The words of a text as Unigram training sees them: stretches that pieces may cover, spelled in symbols and counted.
struct UnigramText: Sendable {
  /// The scalar of each symbol, ascending from symbol 1; symbol 0 follows every stretch.
  let scalars: [UInt32]
  /// How often each symbol occurs.
  let scalarCounts: [Int]
  /// All distinct stretches, each followed by zero.
  private(set) var symbols: [UInt32] = []
  /// Where each stretch starts, and where the one after the last would.
  private(set) var starts: [Int] = [0]
  private(set) var counts: [Int] = []

  /// Cuts the words at characters that are not kept, before `▁` and, unless pieces may mix them, between letters and
  /// others. (As sentencepiece has it, whose pieces are of one script.)
  init(_ words: WordList, _ settings: UnigramTraining) {
    let kept = Self.keptScalars(words, settings)
    scalars = [0] + kept.map(\.scalar)
    scalarCounts = [0] + kept.map(\.count)
    var symbolOfScalar = [UInt32](repeating: 0, count: 0x110000)
    for (index, scalar) in scalars.enumerated() { symbolOfScalar[Int(scalar)] = UInt32(truncatingIfNeeded: index) }
    symbolOfScalar[0] = scalars.dropFirst().first == 0 ? 1 : 0
    var stretches = ByteTable(minimumCapacity: words.count)
    let classes = UnicodeTables.shared
    for (word, count) in words where count > 0 {
      word.withUnsafeBufferPointer { word in
        Self.cut(word, symbolOfScalar, settings.mixesClasses ? nil : classes) { stretches.add(count, to: $0) }
      }
    }
    stretches.visit { stretch, count in
      var position = 0
      while position < stretch.count {
        let (scalar, length) = UTF8Text.scalar(in: stretch, at: position)
        symbols.append(symbolOfScalar[Int(scalar)])
        position += length
      }
      symbols.append(0)
      starts.append(symbols.count)
      counts.append(count)
    }
  }

  /// The most frequent scalars that make up the share of the text asked for, ascending. Equals go to the smaller.
  private static func keptScalars(
    _ words: WordList, _ settings: UnigramTraining
  ) -> [(scalar: UInt32, count: Int)] {
    var counts = [Int](repeating: 0, count: 0x110000)
    for (word, count) in words where count > 0 {
      word.withUnsafeBufferPointer { word in
        var position = 0
        while position < word.count {
          let (scalar, length) = UTF8Text.scalar(in: word, at: position)
          counts[Int(scalar)] &+= count
          position += length
        }
      }
    }
    var ranked: [(scalar: UInt32, count: Int)] = []
    for (scalar, count) in counts.enumerated() where count > 0 {
      ranked.append((UInt32(truncatingIfNeeded: scalar), count))
    }
    ranked.sort { $0.count != $1.count ? $0.count > $1.count : $0.scalar < $1.scalar }
    let total = ranked.reduce(0.0) { $0 + Double($1.count) }
    var covered = 0.0
    var kept = 0
    while kept < ranked.count, kept < settings.alphabetLimit, covered < settings.characterCoverage * total {
      covered += Double(ranked[kept].count)
      kept += 1
    }
    return ranked.prefix(kept).sorted { $0.scalar < $1.scalar }
  }

  private static func cut(
    _ word: UnsafeBufferPointer<UInt8>, _ symbolOfScalar: [UInt32], _ classes: UnicodeTables?,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var start = 0
    var position = 0
    var isLetters: Bool?
    func end() {
      if start < position { body(UnsafeBufferPointer(rebasing: word[start..<position])) }
      start = position
      isLetters = nil
    }
    while position < word.count {
      let (scalar, length) = UTF8Text.scalar(in: word, at: position)
      if symbolOfScalar[Int(scalar)] == 0 {
        end()
        start += length
      } else if let classes {
        if scalar == wordMark {
          end()
        } else {
          let properties = classes.properties(of: scalar)
          let isLetter = properties.contains(.mark) ? isLetters ?? true : properties.contains(.letter)
          if let isLetters, isLetters != isLetter { end() }
          isLetters = isLetter
        }
      }
      position += length
    }
    end()
  }

  /// `▁`, which stands for the space before a word.
  static let wordMark: UInt32 = 0x2581

  /// The piece that begins at a place.
  func bytes(at place: Int, length: Int) -> [UInt8] {
    UTF8Text.bytes(of: symbols[place..<place + length].map { scalars[Int($0)] })
  }
}

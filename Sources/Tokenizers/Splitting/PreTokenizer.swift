/// How a normalized text is split into the pieces that the model cuts further: the reference library's `pre_tokenizer`.
indirect enum PreTokenizer: Equatable, Sendable {
  /// BERT's: at white space, and around each punctuation mark.
  case bert
  case byteLevel(ByteLevel)
  case split(TextPattern, SplitBehavior, inverted: Bool)
  /// Words of letters, digits and marks, and runs of other scalars.
  case whitespace
  case whitespaceSplit
  case punctuation(SplitBehavior)
  case digits(individual: Bool)
  case delimiter(Unicode.Scalar)
  case metaspace(Metaspace)
  case sequence([PreTokenizer])

  /// GPT-2's: a space in front where asked for, words by its pattern, bytes as the model's symbols.
  struct ByteLevel: Equatable, Sendable {
    var addsPrefixSpace = false
    /// Words are split by GPT-2's pattern; otherwise the piece stays whole.
    var splitsWords = true
  }

  /// SentencePiece's: spaces become a visible mark that begins the word behind it.
  struct Metaspace: Equatable, Sendable {
    /// Where a mark is put in front that the text does not have.
    enum Prepending: String, Equatable, Sendable { case always, first, never }

    var mark: Unicode.Scalar = "\u{2581}"
    var prepending = Prepending.always
    var splitsWords = true
  }

  /// Whether the bytes of a text are spelled as scalars last of all, so that a model of bytes may take them as they are.
  var endsInBytes: Bool {
    let parts = parts
    guard case .byteLevel? = parts.last else { return false }
    return !parts.dropLast().contains { if case .byteLevel = $0 { true } else { false } }
  }

  /// The parts in the order they apply.
  var parts: [PreTokenizer] {
    if case .sequence(let parts) = self { parts.flatMap(\.parts) } else { [self] }
  }
}

extension PreTokenizer {
  /// The pieces of a text; `base` is its place in the whole. `keepsBytes` where bytes are left unspelled for the model.
  func pieces(of text: NormalizedText, base: Int, keepsBytes: Bool = false) -> [NormalizedText] {
    switch self {
    case .sequence(let parts):
      return parts.reduce([text]) { pieces, part in
        pieces.flatMap { part.pieces(of: $0, base: base, keepsBytes: keepsBytes) }
      }
    case .byteLevel(let options):
      var text = text
      if options.addsPrefixSpace, text.scalars.first != 0x20 { text.prepend([0x20]) }
      let words = options.splitsWords ? text.words : [text].filter { !$0.isEmpty }
      return keepsBytes ? words : words.map(\.spelledInBytes)
    case .metaspace(let metaspace):
      return metaspace.pieces(of: text, base: base)
    default:
      return ranges(in: text).map { text[$0] }
    }
  }

  /// The pieces of those parts that only split.
  private func ranges(in text: NormalizedText) -> [Range<Int>] {
    let tables = UnicodeTables.shared
    func isSpace(_ scalar: UInt32) -> Bool { tables.properties(of: scalar).contains(.space) }
    func isPunctuation(_ scalar: UInt32) -> Bool { tables.properties(of: scalar).contains(.punctuation) }
    switch self {
    case .split(let pattern, let behavior, let inverted):
      let parts = text.parts(by: pattern)
      return behavior.pieces(of: inverted ? parts.map { ($0.range, !$0.isMatch) } : parts)
    case .bert:
      return SplitBehavior.removed.pieces(of: text.parts(where: isSpace)).flatMap { word in
        SplitBehavior.isolated.pieces(of: text[word].parts(where: isPunctuation)).map { piece in
          word.lowerBound + piece.lowerBound..<word.lowerBound + piece.upperBound
        }
      }
    case .whitespace: return text.wordsAndSymbols
    case .whitespaceSplit: return SplitBehavior.removed.pieces(of: text.parts(where: isSpace))
    case .punctuation(let behavior): return behavior.pieces(of: text.parts(where: isPunctuation))
    case .digits(let individual):
      let behavior: SplitBehavior = individual ? .isolated : .contiguous
      return behavior.pieces(of: text.parts(where: ScalarSet.numerics.contains))
    case .delimiter(let delimiter):
      return SplitBehavior.removed.pieces(of: text.parts { $0 == delimiter.value })
    case .byteLevel, .metaspace, .sequence: return []
    }
  }
}

extension PreTokenizer.Metaspace {
  func pieces(of text: NormalizedText, base: Int) -> [NormalizedText] {
    var text = text
    text.replaceEach { $0 == 0x20 ? [mark.value] : nil }
    let isWanted =
      switch prepending {
      case .always: true
      case .first: base + (text.sources.first ?? 0) == 0
      case .never: false
      }
    if isWanted, text.scalars.first != mark.value { text.prepend([mark.value]) }
    guard splitsWords else { return text.isEmpty ? [] : [text] }
    return SplitBehavior.mergedWithNext.pieces(of: text.parts { $0 == mark.value }).map { text[$0] }
  }
}

extension NormalizedText {
  /// The pieces of GPT-2's pattern.
  fileprivate var words: [NormalizedText] {
    let bytes = UTF8Text.bytes(of: scalars)
    return bytes.withUnsafeBufferPointer { bytes in
      var words: [NormalizedText] = []
      var split = WordScanner(bytes)
      var start = 0
      while let range = split.next() {
        var end = start
        for byte in bytes[range] where UTF8Text.isStart(byte) { end += 1 }
        words.append(self[start..<end])
        start = end
      }
      return words
    }
  }

  /// Every byte as a scalar of GPT-2's alphabet.
  fileprivate var spelledInBytes: NormalizedText {
    var text = self
    text.replaceEach { scalar in UTF8Text.bytes(of: CollectionOfOne(scalar)).map { ByteAlphabet.scalars[Int($0)] } }
    return text
  }

  /// Runs of word scalars and runs of others that are no white space (`\w+|[^\w\s]+`).
  fileprivate var wordsAndSymbols: [Range<Int>] {
    let (words, spaces) = (ScalarSet.splitWords, ScalarSet.splitSpaces)
    var pieces: [Range<Int>] = []
    var lastKind: Bool?
    for (place, scalar) in scalars.enumerated() {
      let kind: Bool? = words.contains(scalar) ? true : spaces.contains(scalar) ? nil : false
      if let kind, kind == lastKind, let last = pieces.popLast() {
        pieces.append(last.lowerBound..<place + 1)
      } else if kind != nil {
        pieces.append(place..<place + 1)
      }
      lastKind = kind
    }
    return pieces
  }
}

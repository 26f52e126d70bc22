/// The ways from a piece of text to ids.
enum TextModel: Sendable {
  case wordPiece(WordPieceModel)
  case bytePairs(BytePairModel)
  case unigram(UnigramModel)
  case words(WordModel)

  /// Appends the pieces of a word.
  func appendPieces(
    of word: UnsafeBufferPointer<UInt8>, to pieces: inout PieceList, scratch: inout ModelScratch
  ) {
    switch self {
    case .wordPiece(let model): model.appendPieces(of: word, to: &pieces)
    case .bytePairs(let model): model.appendPieces(of: word, to: &pieces, symbols: &scratch.symbols)
    case .unigram(let model): model.appendPieces(of: word, to: &pieces, scratch: &scratch.unigram)
    case .words(let model): model.appendPieces(of: word, to: &pieces)
    }
  }
}

/// One id per word, the unknown one for words outside the vocabulary.
struct WordModel: Sendable {
  let unknown: Int32
  let unknownToken: String
  private let vocabulary: Vocabulary

  init(_ vocabulary: Vocabulary, unknown: Int32, unknownToken: String) {
    self.vocabulary = vocabulary
    self.unknown = unknown
    self.unknownToken = unknownToken
  }

  func appendPieces(of word: UnsafeBufferPointer<UInt8>, to pieces: inout PieceList) {
    pieces.append(vocabulary.modelID(of: word) ?? unknown, end: word.count)
  }
}

/// A model of words where every scalar is a word.
struct CharacterModel: Sendable {
  /// The pre-tokenizer that makes every scalar a word.
  static let splitter: PreTokenizer = .split(.regex(.everyScalar), .isolated, inverted: false)

  private let unknown: Int32
  private let ascii: [Int32]
  private let others: [UInt32: Int32]

  /// `tokens` in the order of their ids; those of several scalars are special and never met in text.
  init(tokens: [String?], unknown: Int32) {
    self.unknown = unknown
    var ascii = [Int32](repeating: unknown, count: 128)
    var others: [UInt32: Int32] = [:]
    for (id, token) in tokens.enumerated() {
      guard let token, let scalar = token.unicodeScalars.first, token.unicodeScalars.count == 1 else { continue }
      if scalar.value < 128 {
        ascii[Int(scalar.value)] = Int32(truncatingIfNeeded: id)
      } else {
        others[scalar.value] = Int32(truncatingIfNeeded: id)
      }
    }
    self.ascii = ascii
    self.others = others
  }

  @inline(__always) func id(of scalar: UInt32) -> Int32 {
    scalar < 128 ? ascii[Int(scalar)] : others[scalar] ?? unknown
  }
}

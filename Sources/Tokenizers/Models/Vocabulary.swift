/// The tokens by id and the ids by token; ids run from zero without a gap.
struct Vocabulary: Sendable {
  let tokens: [String]
  /// The tokens the model itself may use, nil for those only added to it.
  let modelTokens: [String?]
  private let index: ByteTable

  /// `addedOnly` are the ids the model does not know.
  init(_ tokens: [String], addedOnly: Set<Int> = []) {
    self.tokens = tokens
    modelTokens = tokens.enumerated().map { addedOnly.contains($0) ? nil : $1 }
    var index = ByteTable(minimumCapacity: tokens.count)
    for (id, token) in tokens.enumerated() { index.insert(token, value: id) }
    self.index = index
  }

  func id(of token: String) -> Int32? { index.value(of: token).map { Int32(truncatingIfNeeded: $0) } }

  func token(of id: Int32) -> String? {
    id >= 0 && Int(id) < tokens.count ? tokens[Int(id)] : nil
  }
}

/// The ways from a piece of text to ids that are built in.
enum TextModel: Sendable {
  /// BERT's splitter and WordPiece.
  case wordPiece(WordPieceModel)
  /// GPT-2's splitter and byte-pair merges.
  case bytePairs(BytePairModel, ByteLevelOptions)
  /// One token per scalar.
  case characters(CharacterModel)
}

/// The switches of the reference library's `ByteLevel` parts.
struct ByteLevelOptions: Equatable, Sendable {
  /// A space is put before a text that does not begin with one.
  var addsPrefixSpace = false
  /// Words are split by GPT-2's pattern; otherwise a text is one word.
  var splitsWords = true
  /// Offsets leave out the spaces around a token.
  var trimsOffsets = false
  /// As said by the part that trims: a single leading space at the text's start was added, so nothing is trimmed.
  var trimsAsPrefixed = true
}

/// One id per Unicode scalar.
struct CharacterModel: Sendable {
  let unknown: Int32
  let unknownToken: String
  private let ascii: [Int32]
  private let others: [UInt32: Int32]

  /// `tokens` in the order of their ids; those of several scalars are special and never met in text.
  init(tokens: [String], unknown: Int32, unknownToken: String) {
    self.unknown = unknown
    self.unknownToken = unknownToken
    var ascii = [Int32](repeating: unknown, count: 128)
    var others: [UInt32: Int32] = [:]
    for (id, token) in tokens.enumerated() {
      guard let scalar = token.unicodeScalars.first, token.unicodeScalars.count == 1 else { continue }
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

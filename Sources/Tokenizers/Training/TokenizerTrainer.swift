/// Learns a vocabulary from text that streams by: `add` every document, then `train`.
///
/// Counts are 64-bit and ties are broken by a total order, so the same text gives the same vocabulary whatever the
/// order of its documents (as long as the words fit in `maximumBytes`, see `droppedThreshold`).
public struct TokenizerTrainer: Sendable {
  /// How text will be cut.
  public let kind: TokenizerKind
  /// The largest number of ids; text with little variety gives fewer.
  public let vocabularySize: Int
  /// Whether text is lower-cased before anything else.
  public let lowercase: Bool
  /// Whether accents are removed before anything else; nil: for WordPiece where text is lower-cased, else never.
  public let stripAccents: Bool?
  /// The special tokens the vocabulary begins with.
  public let specialTokens: SpecialTokenSet
  /// Pairs seen less often are not merged, and `characters` keeps no character seen less often.
  public let minimumCount: Int
  /// WordPiece: how many characters are kept, the most frequent first; others become unknown.
  public let alphabetLimit: Int
  private var counts: WordCounts
  private let map: BertCharacterMap
  let normalizer: BertNormalizer?
  private var word = WordBuffer()

  /// The largest vocabulary supported.
  public static let maximumVocabularySize = 1 << 24

  /// A trainer that has seen no text.
  ///
  /// Special tokens default to the encoder's for WordPiece and the causal ones for the other kinds, the alphabet to a
  /// quarter of the vocabulary but at least 100 characters, and `minimumCount` to 2, so that no piece spells what one
  /// document says once, or 1 for characters, so that nothing is lost. `maximumBytes` bounds the memory for words: above it the
  /// rarest are dropped.
  public init(
    kind: TokenizerKind, vocabularySize: Int, lowercase: Bool = false, stripAccents: Bool? = nil,
    specialTokens: SpecialTokenSet? = nil, minimumCount: Int? = nil, alphabetLimit: Int? = nil,
    maximumBytes: Int = 1 << 30
  ) {
    self.kind = kind
    self.vocabularySize = vocabularySize
    self.lowercase = lowercase
    self.stripAccents = stripAccents
    self.specialTokens = specialTokens ?? (kind == .wordpiece ? .encoder : .causal)
    self.minimumCount = minimumCount ?? (kind == .characters ? 1 : 2)
    self.alphabetLimit = alphabetLimit ?? max(100, vocabularySize / 4)
    counts = WordCounts(maximumBytes: maximumBytes)
    normalizer = Self.normalizer(kind, lowercase: lowercase, stripAccents: stripAccents)
    map = BertCharacterMap(normalizer ?? .identity)
  }

  private static func normalizer(_ kind: TokenizerKind, lowercase: Bool, stripAccents: Bool?) -> BertNormalizer? {
    if kind == .wordpiece { return BertNormalizer(stripsAccents: stripAccents, lowercases: lowercase) }
    let strips = stripAccents ?? false
    guard lowercase || strips else { return nil }
    return BertNormalizer(cleansText: false, spacesIdeographs: false, stripsAccents: strips, lowercases: lowercase)
  }

  /// Distinct words (characters for `characters`) counted so far.
  public var distinctWordCount: Int { counts.count }

  /// Words seen at most this often were dropped to stay within the memory bound; 0 where nothing was.
  public var droppedThreshold: Int { counts.droppedThreshold }

  /// Counts the words of one document.
  public mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      if kind == .wordpiece { return addBertWords(bytes) }
      guard let normalizer else { return addWords(bytes) }
      let scalars = NormalizedText(bytes, normalizer: normalizer).scalars
      UTF8Text.bytes(of: scalars).withUnsafeBufferPointer { addWords($0) }
    }
  }

  private mutating func addBertWords(_ text: UnsafeBufferPointer<UInt8>) {
    var check = BertWordReader(text, map: map)
    var words = BertWordReader(text, map: map)
    while check.next(into: &word) {}
    if !check.needsStages {
      while words.next(into: &word) { word.bytes.withUnsafeBufferPointer { counts.add($0) } }
      return
    }
    let scalars = NormalizedText(text, normalizer: normalizer).scalars
    UTF8Text.bytes(of: scalars).withUnsafeBufferPointer { normalized in
      words = BertWordReader(normalized, map: .identity)
      while words.next(into: &word) { word.bytes.withUnsafeBufferPointer { counts.add($0) } }
    }
  }

  private mutating func addWords(_ text: UnsafeBufferPointer<UInt8>) {
    if kind == .byteBPE {
      var split = BytePairSplit(text)
      while let range = split.next() { counts.add(UnsafeBufferPointer(rebasing: text[range])) }
      return
    }
    var position = 0
    while position < text.count {
      let length = UTF8Text.scalar(in: text, at: position).length
      counts.add(UnsafeBufferPointer(rebasing: text[position..<position + length]))
      position += length
    }
  }

  /// The tokenizer of what was added. Fails where nothing was, or where the vocabulary cannot hold the special tokens
  /// and the alphabet (256 bytes, or the characters kept); the error says the least size.
  public func train() throws(TokenizerError) -> Tokenizer {
    guard vocabularySize <= Self.maximumVocabularySize else {
      throw .vocabularyTooLarge(requested: vocabularySize, limit: Self.maximumVocabularySize)
    }
    guard counts.count > 0 else { throw .noText }
    let words = counts.sorted()
    var draft = VocabularyDraft(specialTokens.tokens(for: kind))
    switch kind {
    case .wordpiece: try trainWordPiece(words, &draft)
    case .byteBPE: try trainBytePairs(words, &draft)
    case .characters: try trainCharacters(words, &draft)
    }
    return tokenizer(of: draft)
  }
}

/// A vocabulary in the making.
struct VocabularyDraft {
  private(set) var tokens: [String] = []
  private var index = ByteTable()
  var merges: [BytePairModel.Merge] = []
  let specialCount: Int

  init(_ specials: [String]) {
    specialCount = specials.count
    for token in specials { add(token) }
  }

  /// The id of a token, given on first sight.
  @discardableResult mutating func add(_ token: String) -> Int32 {
    if let id = index.value(of: token) { return Int32(truncatingIfNeeded: id) }
    index.insert(token, value: tokens.count)
    tokens.append(token)
    return Int32(truncatingIfNeeded: tokens.count - 1)
  }

  func id(of token: String) -> Int32? { index.value(of: token).map { Int32(truncatingIfNeeded: $0) } }
}

/// Learns a vocabulary from text that streams by: `add` every document, then `train`.
///
/// Counts are 64-bit and ties are broken by a total order, so the same text gives the same vocabulary whatever the
/// order of its documents, the number of threads and the memory, as long as all words fit in (see `droppedThreshold`).
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
  /// Words of fewer documents take no part: what only few texts say becomes no token.
  public let minimumDocuments: Int
  /// WordPiece: which pair is merged next.
  public let wordPieceScore: WordPieceScore
  private var counts: WordCounts
  let recipe: TokenizerRecipe
  private let threads: Int

  /// The largest vocabulary supported.
  public static let maximumVocabularySize = 1 << 24

  /// A trainer that has seen no text.
  ///
  /// Special tokens default to the encoder's for WordPiece and words, and the causal ones for the other kinds, the alphabet to a
  /// quarter of the vocabulary but at least 100 characters, and `minimumCount` to 2, so that no piece spells what one
  /// document says once, or 1 for characters, so that nothing is lost. `maximumBytes` bounds the memory: above it the
  /// counts go to a file in `temporaryFolder` (`$TMPDIR` or `/tmp` if nil) that has no name, and the words too many to
  /// learn from are left out (see `droppedThreshold`).
  public init(
    kind: TokenizerKind, vocabularySize: Int, lowercase: Bool = false, stripAccents: Bool? = nil,
    specialTokens: SpecialTokenSet? = nil, minimumCount: Int? = nil, alphabetLimit: Int? = nil,
    minimumDocuments: Int = 1, wordPieceScore: WordPieceScore = .frequency, threads: Int = 1,
    maximumBytes: Int = 1 << 30, temporaryFolder: String? = nil
  ) {
    self.kind = kind
    self.vocabularySize = vocabularySize
    self.lowercase = lowercase
    self.stripAccents = stripAccents
    self.specialTokens = specialTokens ?? ([.wordpiece, .words].contains(kind) ? .encoder : .causal)
    self.minimumCount = minimumCount ?? (kind == .characters ? 1 : 2)
    self.alphabetLimit = alphabetLimit ?? max(100, vocabularySize / 4)
    self.minimumDocuments = minimumDocuments
    self.wordPieceScore = wordPieceScore
    recipe = TokenizerRecipe(kind, lowercase: lowercase, stripAccents: stripAccents)
    counts = WordCounts(
      DocumentWords(normalizer: recipe.normalizer, splitter: recipe.splitter), threads: threads,
      maximumBytes: min(max(0, maximumBytes), Self.maximumMemory), folder: temporaryFolder)
    self.threads = threads
  }

  /// More memory than 32-bit numbers of words can use.
  private static let maximumMemory = 1 << 37

  /// Documents counted so far.
  public var documentCount: Int { counts.documentCount }

  /// Bytes of text counted so far.
  public var byteCount: Int { counts.byteCount }

  /// Distinct words (characters for `characters`) that were counted; known once trained.
  public private(set) var distinctWordCount = 0

  /// Words seen at most this often were left out to stay within the memory bound, which follows from the words and
  /// their counts alone; 0 where none was. Known once trained.
  public private(set) var droppedThreshold = 0

  /// Counts the words of one document.
  public mutating func add(_ text: String) throws(TokenizerError) { try counts.add(text) }

  /// Counts the words of documents, on several threads if there are.
  public mutating func add(_ documents: [String]) throws(TokenizerError) { try counts.add(documents) }

  /// The tokenizer of what was added; the counts are gone afterwards, to make room.
  ///
  /// Fails where nothing was added, or where the vocabulary cannot hold the special tokens and the alphabet (256 bytes,
  /// or the characters kept); the error says the least size. `progress` is told many times a second how far it is, and
  /// returns whether to go on; where it does not, `TokenizerError.cancelled` is thrown.
  public mutating func train(
    progress: (TrainingProgress) -> Bool = { _ in true }
  ) throws(TokenizerError) -> Tokenizer {
    guard vocabularySize <= Self.maximumVocabularySize else {
      throw .vocabularyTooLarge(requested: vocabularySize, limit: Self.maximumVocabularySize)
    }
    let selected = try counts.takeWords(
      minimumDocuments: minimumDocuments, letterBytes: kind == .unigram ? 128 : 32)
    (distinctWordCount, droppedThreshold) = (selected.distinctCount, selected.droppedThreshold)
    if selected.words.isEmpty {
      if selected.distinctCount == 0 { throw .noText }
      throw .noWords(minimumDocuments: minimumDocuments, droppedThreshold: droppedThreshold)
    }
    var draft = VocabularyDraft(specialTokens.tokens(for: kind))
    switch kind {
    case .wordpiece: try trainWordPiece(selected.words, &draft, progress)
    case .byteBPE: try trainBytePairs(selected.words, &draft, progress)
    case .unigram: try trainUnigram(selected.words, &draft, threads: threads, progress)
    case .characters: try trainCharacters(selected.words, &draft)
    case .words: try trainWords(selected.words, &draft)
    }
    return try tokenizer(of: draft)
  }
}

/// How far a training is.
public struct TrainingProgress: Equatable, Sendable {
  /// So much is done.
  public var done: Int
  /// Of so much, as far as can be told.
  public var total: Int
  /// What is counted.
  public var unit: String
}

/// Which pair of pieces WordPiece merges next.
public enum WordPieceScore: String, CaseIterable, Sendable {
  /// The most frequent one, as the Hugging Face library does.
  case frequency
  /// The one whose merge raises the likelihood of the text most, as the vocabularies of BERT were made: the count of
  /// the pair divided by those of its parts.
  case likelihood
}

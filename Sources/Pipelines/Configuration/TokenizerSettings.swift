import JSON

/// How text becomes ids: trained on the corpus, or taken from a folder.
public struct TokenizerSettings: SettingGroup {
  /// The algorithm; by default the one of the model's family.
  public var kind: TokenizerKind?
  /// A finished tokenizer.
  public var from: FilePath?
  /// How many ids there are at most.
  public var vocabularySize = 16_384
  /// Whether upper case is folded; by default only for `wordpiece`.
  public var lowercase: Bool?
  /// Whether accents are removed; by default for `wordpiece` where `lowercase` is on.
  public var stripAccents: Bool?
  /// The least count of a pair or word for a token of its own.
  public var minimumFrequency = 2
  /// Words of fewer documents take no part in the training.
  public var minimumDocuments = 1
  /// Which pair WordPiece merges next.
  public var score = MergeScore.frequency
  /// What the training may hold; above it words are counted in a temporary file.
  public var memory = ByteCount(bytes: 1_000_000_000)
  /// How much text the training sees.
  public var trainingText = ByteCount(bytes: 1_000_000_000)

  /// The least memory that a training makes do with.
  public static let leastMemory = 16_000_000

  /// Every default.
  public init() {}

  /// The keys under `tokenizer`.
  public static var keys: [SettingKey<Self>] {
    [
      SettingKey("kind", \.kind, "algorithm; default: wordpiece for BERT, byte_bpe for GPT", .frozen),
      SettingKey("from", \.from, "folder with a finished tokenizer, instead of training one"),
      SettingKey(
        "vocab_size", \.vocabularySize, "how many token ids at most", .frozen,
        wanted: "a whole number from 6 to 1,000,000"
      ) { (6...1_000_000).contains($0) },
      SettingKey("lowercase", \.lowercase, "fold upper case; default: true for wordpiece, false for others", .frozen),
      SettingKey(
        "strip_accents", \.stripAccents, "remove accents; default: as lowercase for wordpiece, false for others",
        .frozen),
      SettingKey(
        "min_frequency", \.minimumFrequency, "least count of a pair that becomes a token", .frozen,
        wanted: "a whole number from 1"
      ) { $0 >= 1 },
      SettingKey(
        "min_documents", \.minimumDocuments, "least number of documents a word must be in to take part", .frozen,
        wanted: "a whole number from 1"
      ) { $0 >= 1 },
      SettingKey("score", \.score, "what wordpiece merges next: most frequency or likelihood", .frozen),
      SettingKey(
        "memory", \.memory, "what the training may hold; where words don't fit, the rarest are left out", .frozen,
        wanted: "a size from 16MB"
      ) { $0.bytes >= leastMemory },
      SettingKey("training_text", \.trainingText, "how much of the corpus the tokenizer is trained on", .frozen),
    ]
  }
}

/// Algorithms of tokenizers.
public enum TokenizerKind: String, SettingValue, CaseIterable {
  /// BERT's.
  case wordpiece
  /// GPT-2's.
  case byteBPE = "byte_bpe"
  /// SentencePiece's.
  case unigram
  /// A token for each character.
  case characters
  /// A token for each word.
  case words
}

/// Choices of the pair that WordPiece merges next.
public enum MergeScore: String, SettingValue, CaseIterable {
  /// The most frequent pair.
  case frequency
  /// The pair that raises the likelihood most.
  case likelihood
}

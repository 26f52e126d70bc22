import JSON

/// What became of the documents of a corpus part on their way to rows.
public struct DatasetStatistics: Sendable, Equatable {
  /// Documents read.
  public var documents = 0
  /// Documents without a token.
  public var emptyDocuments = 0
  /// Documents that gave no pair, because they have a single sentence or stand alone in their window.
  public var skippedDocuments = 0
  /// Sentences; counted for pairs only.
  public var sentences = 0
  /// Sentences cut to fit a row; counted for pairs only.
  public var cutSentences = 0
  /// Tokens of text that are in no row.
  public var skippedTokens = 0
  /// Bytes of text.
  public var textBytes = 0
  /// Tokens of text, without special ones.
  public var textTokens = 0
  /// Tokens that stand for what the vocabulary cannot spell.
  public var unknownTokens = 0
  /// Rows.
  public var rows = 0
  /// Tokens of all rows, special ones included.
  public var rowTokens = 0
  /// Isolated examples in the rows: more than rows where short texts share one.
  public var segments = 0

  /// Nothing counted.
  public init() {}

  /// The share of rows × maximum length that is filled.
  public func filledShare(maximumLength: Int) -> Double {
    rows == 0 ? 0 : Double(rowTokens) / (Double(rows) * Double(maximumLength))
  }

  /// Bytes of text per token of text.
  public var bytesPerToken: Double { textTokens == 0 ? 0 : Double(textBytes) / Double(textTokens) }

  /// The share of tokens that the vocabulary cannot spell.
  public var unknownShare: Double { textTokens == 0 ? 0 : Double(unknownTokens) / Double(textTokens) }

  /// Adds what was counted elsewhere.
  public static func += (left: inout DatasetStatistics, right: DatasetStatistics) {
    for (_, count) in fields { left[keyPath: count] += right[keyPath: count] }
  }

  private static let fields: [(name: String, count: any WritableKeyPath<DatasetStatistics, Int> & Sendable)] = [
    ("documents", \.documents), ("empty_documents", \.emptyDocuments), ("skipped_documents", \.skippedDocuments),
    ("sentences", \.sentences), ("cut_sentences", \.cutSentences), ("skipped_tokens", \.skippedTokens),
    ("text_bytes", \.textBytes), ("text_tokens", \.textTokens), ("unknown_tokens", \.unknownTokens), ("rows", \.rows),
    ("row_tokens", \.rowTokens), ("segments", \.segments),
  ]

  /// The counts under their names.
  public var json: JSONValue {
    .object(JSONObject(Self.fields.map { ($0.name, JSONValue(self[keyPath: $0.count])) }))
  }

  init(_ json: JSONValue, at place: String) throws(DatasetError) {
    for (name, count) in Self.fields {
      guard let value = json[name]?.int, value >= 0 else { throw .malformedIndex(place: "\(place).\(name)") }
      self[keyPath: count] = value
    }
  }
}

import Digests
import JSON
import Tokenizers

/// How text becomes rows: everything that shapes them beside the corpus and the tokenizer.
public struct RowPlan: Sendable, Equatable {
  /// What a row is.
  public enum Shape: String, Sendable, CaseIterable {
    /// `[CLS] A [SEP] B [SEP]`: consecutive sentences in two parts, for masked LM and next-sentence prediction.
    case pairs
    /// `[CLS] … [SEP]`: consecutive text of one document; short texts share a row, isolated from each other.
    case singles
    /// Documents end to end with the next token as target.
    case causal
  }

  /// What a row is.
  public var shape: Shape
  /// Tokens a row may have, special ones included.
  public var maximumLength: Int
  /// The run's seed.
  public var seed: UInt64
  /// Text bytes of a window: rows are shuffled inside it, and two of them are in memory.
  public var windowBytes: Int
  /// The share of pairs made shorter than the row, so that short texts are seen too.
  public var shortRowShare: Double
  /// Causal rows: whether attention and positions restart where a document starts.
  public var isolatesDocuments: Bool
  /// Causal rows: whether every document begins and ends with end-of-text.
  public var usesEndOfText: Bool
  /// Causal rows: text that every document ends with, such as the line end that a line has lost.
  public var documentSuffix: String

  /// A plan with every default written out.
  public init(
    shape: Shape, maximumLength: Int, seed: UInt64, windowBytes: Int = 32 << 20, shortRowShare: Double = 0.1,
    isolatesDocuments: Bool = true, usesEndOfText: Bool = true, documentSuffix: String = ""
  ) {
    self.shape = shape
    self.maximumLength = maximumLength
    self.seed = seed
    self.windowBytes = windowBytes
    self.shortRowShare = shortRowShare
    self.isolatesDocuments = isolatesDocuments
    self.usesEndOfText = usesEndOfText
    self.documentSuffix = documentSuffix
  }

  /// The least row length: two parts of two tokens for pairs, one token between the special ones for singles.
  var leastLength: Int {
    switch shape {
    case .pairs: 7
    case .singles: 3
    case .causal: 1
    }
  }

  /// True if documents go end to end as they stand in the corpus, without anything between them.
  var isPlainStream: Bool { shape == .causal && !usesEndOfText && !isolatesDocuments }

  /// What is wrong with the plan itself or with the tokenizer for it; all problems at once.
  public func issues(with tokenizer: Tokenizer) -> [DatasetError] {
    var issues: [DatasetError] = []
    let lengths = leastLength...Self.greatestLength
    if !lengths.contains(maximumLength) {
      issues.append(
        .setting(
          key: "maximum length", value: "\(maximumLength)",
          range: "\(lengths.lowerBound) to \(lengths.upperBound) for \(shape.rawValue)"))
    }
    if windowBytes < 1 {
      issues.append(.setting(key: "window bytes", value: "\(windowBytes)", range: "at least 1"))
    }
    if !(0...1).contains(shortRowShare) {
      issues.append(.setting(key: "short row share", value: "\(shortRowShare)", range: "0 to 1"))
    }
    let specials = tokenizer.specials
    if shape == .causal {
      if usesEndOfText && specials.endOfText == nil { issues.append(.missingToken(role: "end-of-text")) }
    } else {
      if specials.cls == nil { issues.append(.missingToken(role: "[CLS]")) }
      if specials.sep == nil { issues.append(.missingToken(role: "[SEP]")) }
    }
    return issues
  }

  static let greatestLength = 1 << 24

  /// The plan as JSON: what an index's fingerprint covers.
  public var json: JSONValue {
    .object([
      "shape": .string(shape.rawValue), "maximum_length": JSONValue(maximumLength), "seed": .string("\(seed)"),
      "window_bytes": JSONValue(windowBytes), "short_row_share": .number(shortRowShare),
      "isolates_documents": .bool(isolatesDocuments), "uses_end_of_text": .bool(usesEndOfText),
      "document_suffix": .string(documentSuffix),
    ])
  }

  /// SHA-256 over corpus, tokenizer and plan: equal exactly where the same rows come out.
  public func fingerprint(corpus: String, tokenizer: String) -> String {
    let version = 1
    let value: JSONValue = .object([
      "version": JSONValue(version), "corpus": .string(corpus), "tokenizer": .string(tokenizer), "plan": json,
    ])
    return SHA256.hex(of: value.text(sortedKeys: true))
  }
}

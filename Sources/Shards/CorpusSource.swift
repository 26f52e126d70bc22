/// Where the text of a corpus lies and how documents are cut out of it: the keys of a pipeline's `corpus`.
public struct CorpusSource: Equatable, Sendable {
  /// Globs, folders and files.
  public var shards: [String]
  /// The JSONL key or the table column of the text: a column's name, or its number from 1 where there is no header.
  public var text: String
  /// The JSONL key or the table column of the group.
  public var group: String?
  /// What a document of a .txt shard is.
  public var document: DocumentRule
  /// Whether tables have a header; `nil`: yes, unless all columns are given by number.
  public var header: Bool?
  /// Whether tables have RFC 4180 quotes; `nil`: .csv has, .tsv has not.
  public var quotes: Bool?
  /// What is held out.
  public var validation: ValidationRule
  /// What becomes of records that cannot be used as they are.
  public var onBadRecord: BadRecordPolicy
  /// What becomes of damaged shards.
  public var onBadShard: BadShardPolicy
  /// Bytes a record may have.
  public var maximumRecordBytes: Int
  /// How many times its compressed size a shard may expand to (its first 64 MiB are free).
  public var maximumRatio: Int

  /// A source with every default written out.
  public init(
    shards: [String], text: String = "text", group: String? = nil, document: DocumentRule = .blankLine,
    header: Bool? = nil, quotes: Bool? = nil, validation: ValidationRule = .none,
    onBadRecord: BadRecordPolicy = .fail, onBadShard: BadShardPolicy = .fail,
    maximumRecordBytes: Int = 64 << 20, maximumRatio: Int = 200
  ) {
    self.shards = shards
    self.text = text
    self.group = group
    self.document = document
    self.header = header
    self.quotes = quotes
    self.validation = validation
    self.onBadRecord = onBadRecord
    self.onBadShard = onBadShard
    self.maximumRecordBytes = maximumRecordBytes
    self.maximumRatio = maximumRatio
  }
}

/// What a document of a .txt shard is.
public enum DocumentRule: String, Sendable, Codable, CaseIterable {
  /// Lines up to a blank one.
  case blankLine = "blank_line"
  /// One line.
  case line
  /// The whole file.
  case file
}

/// What becomes of a record that cannot be used as it is.
public enum BadRecordPolicy: String, Sendable, Codable, CaseIterable {
  /// Reading stops with an error that names shard and place.
  case fail
  /// The record is left out and counted.
  case skip
  /// Invalid UTF-8 becomes U+FFFD, over-long text is cut, each counted; what cannot be mended is left out.
  case repair
}

/// What becomes of a damaged shard.
public enum BadShardPolicy: String, Sendable, Codable, CaseIterable {
  /// Reading stops with an error that names shard and byte.
  case fail
  /// The shard ends where the damage begins, and is counted.
  case skip
}

/// What is held out for validation.
public enum ValidationRule: Equatable, Sendable {
  case none
  /// A share of the groups, or of the documents where there are no groups.
  case share(Double)
  /// The shards whose name matches one of these globs.
  case shards([String])
  /// The last part of the corpus' text bytes.
  case tail(Double)
}

extension CorpusSource: Codable {
  private enum CodingKeys: String, CodingKey {
    case shards, text, group, document, header, quotes, validation
    case onBadRecord = "on_bad_record"
    case onBadShard = "on_bad_shard"
    case maximumRecordBytes = "max_record_bytes"
    case maximumRatio = "max_ratio"
  }

  /// The keys of a pipeline's `corpus`; all but `shards` may be missing.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    let one = try? keys.decode(String.self, forKey: .shards)
    self.init(shards: try one.map { [$0] } ?? keys.decode([String].self, forKey: .shards))
    text = try keys.decodeIfPresent(String.self, forKey: .text) ?? text
    group = try keys.decodeIfPresent(String.self, forKey: .group)
    document = try keys.decodeIfPresent(DocumentRule.self, forKey: .document) ?? document
    header = try keys.decodeIfPresent(Bool.self, forKey: .header)
    quotes = try keys.decodeIfPresent(Bool.self, forKey: .quotes)
    validation = try keys.decodeIfPresent(ValidationRule.self, forKey: .validation) ?? validation
    onBadRecord = try keys.decodeIfPresent(BadRecordPolicy.self, forKey: .onBadRecord) ?? onBadRecord
    onBadShard = try keys.decodeIfPresent(BadShardPolicy.self, forKey: .onBadShard) ?? onBadShard
    maximumRecordBytes = try keys.decodeIfPresent(Int.self, forKey: .maximumRecordBytes) ?? maximumRecordBytes
    maximumRatio = try keys.decodeIfPresent(Int.self, forKey: .maximumRatio) ?? maximumRatio
  }
}

extension ValidationRule: Codable {
  private enum CodingKeys: String, CodingKey { case tail }

  /// A share, a glob, a list of globs, `{tail: share}` or null.
  public init(from decoder: any Decoder) throws {
    if let keys = try? decoder.container(keyedBy: CodingKeys.self), keys.contains(.tail) {
      self = .tail(try keys.decode(Double.self, forKey: .tail))
      return
    }
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .none
    } else if let share = try? value.decode(Double.self) {
      self = .share(share)
    } else if let glob = try? value.decode(String.self) {
      self = .shards([glob])
    } else {
      self = .shards(try value.decode([String].self))
    }
  }

  /// The same forms as are read.
  public func encode(to encoder: any Encoder) throws {
    if case .tail(let share) = self {
      var keys = encoder.container(keyedBy: CodingKeys.self)
      try keys.encode(share, forKey: .tail)
      return
    }
    var value = encoder.singleValueContainer()
    switch self {
    case .share(let share): try value.encode(share)
    case .shards(let globs): try value.encode(globs)
    case .none, .tail: try value.encodeNil()
    }
  }
}

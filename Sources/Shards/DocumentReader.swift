import JSON

/// One document of a corpus.
public struct Document: Sendable, Equatable {
  /// The text as it was written: no normalization but the policies'.
  public var text: String
  /// The group it belongs to, if the source names one.
  public var group: String?
  /// The place of its shard in the `ShardSet`.
  public var shard: Int
  /// Good documents before it in its shard.
  public var ordinal: Int
  /// The decoded byte its record begins at.
  public var offset: UInt64
  /// Text bytes of the good documents before it in its shard.
  public var textOffset: UInt64

  /// A document.
  public init(
    text: String, group: String? = nil, shard: Int = 0, ordinal: Int = 0, offset: UInt64 = 0, textOffset: UInt64 = 0
  ) {
    self.text = text
    self.group = group
    self.shard = shard
    self.ordinal = ordinal
    self.offset = offset
    self.textOffset = textOffset
  }

  /// Where reading begins to get this document again.
  public var position: DocumentPosition {
    DocumentPosition(offset: offset, ordinal: ordinal, textBytes: textOffset, record: ordinal)
  }
}

/// Reads the documents of one shard in order, in bounded memory, from the beginning or from a recorded position.
public final class DocumentReader {
  /// The shard that is read.
  public let shard: ShardFile
  private let index: Int
  private let source: CorpusSource
  private let maker: Maker

  private enum Maker {
    case text(RecordReader)
    case json(RecordReader)
    case table(TableReader)
  }

  /// A reader of one shard.
  /// - Parameters:
  ///   - index: the shard's place in its `ShardSet`, handed on in each document.
  ///   - position: where to begin; a document's `position` or an earlier reader's.
  ///   - readAhead: decoded pieces of 1 MiB made ahead on a queue of their own; 0 decodes while reading.
  public convenience init(
    _ shard: ShardFile, index: Int = 0, source: CorpusSource, from position: DocumentPosition? = nil,
    readAhead: Int = 4
  ) throws(ShardError) {
    try self.init(shard, index: index, source: source, from: position, readAhead: readAhead, indexing: nil)
  }

  init(
    _ shard: ShardFile, index: Int, source: CorpusSource, from position: DocumentPosition?, readAhead: Int,
    indexing: IndexingPass?
  ) throws(ShardError) {
    self.shard = shard
    self.index = index
    self.source = source
    if shard.format.isTable {
      maker = .table(
        try TableReader(
          shard, columns: [source.text] + (source.group.map { [$0] } ?? []), source: source, from: position,
          readAhead: readAhead, indexing: indexing))
      return
    }
    let framing: RecordReader.Framing =
      switch (shard.format, source.document) {
      case (.txt, .blankLine): .paragraphs
      case (.txt, .file): .whole
      default: .lines
      }
    let records = try RecordReader(
      shard, source: source, framing: framing, from: position, readAhead: readAhead, indexing: indexing)
    maker = shard.format == .txt ? .text(records) : .json(records)
  }

  /// The next document with text; `nil` at the end, or where a damaged shard is given up.
  /// - Throws: `ShardError`: a bad record or damage under the policy `fail`, and everything the system refuses.
  public func next() throws(ShardError) -> Document? {
    while let (content, before) = try nextContent() {
      guard content.text.hasText else {
        records.countEmpty(before)
        continue
      }
      records.countDocument(textBytes: content.text.utf8.count)
      return Document(
        text: content.text, group: content.group, shard: index, ordinal: before.ordinal, offset: before.offset,
        textOffset: before.textBytes)
    }
    return nil
  }

  /// Where the next record begins.
  public var position: DocumentPosition { records.position }

  /// The records skipped and repaired so far.
  public var skipped: RecordIssues { records.issues }

  /// Why and where a damaged shard was given up under `on_bad_shard: skip`.
  public var damage: ShardError? { records.damage }

  /// The digest of the whole file, after its end.
  func sha256() throws(ShardError) -> String? { try records.sha256() }

  private struct Content {
    var text: String
    var group: String?
  }

  private var records: RecordReader {
    switch maker {
    case .text(let records), .json(let records): records
    case .table(let table): table.records
    }
  }

  private func nextContent() throws(ShardError) -> (Content, DocumentPosition)? {
    switch maker {
    case .text(let records): return try records.next { self.plain($0, $1) }.map { ($0.value, $0.before) }
    case .json(let records): return try records.next { self.member($0, $1) }.map { ($0.value, $0.before) }
    case .table(let table):
      guard let row = try table.next() else { return nil }
      let group = source.group == nil ? nil : row.values.last
      return (Content(text: row.values.first ?? "", group: group), row.position)
    }
  }

  /// A record of a .txt shard.
  private func plain(_ record: RawRecord, _ window: ByteWindow) -> Interpretation<Content> {
    let bytes = window[record.extent]
    guard record.issue == .tooLong else {
      return bytes.text(source.onBadRecord).map { Content(text: $0) }
    }
    guard source.onBadRecord == .repair else { return .bad(.tooLong) }
    let text = String(decoding: bytes.withoutCutSequence, as: UTF8.self)
    return .repaired(Content(text: text), .tooLong)
  }

  /// A record of a .jsonl shard.
  private func member(_ record: RawRecord, _ window: ByteWindow) -> Interpretation<Content> {
    if let issue = record.issue { return .bad(issue) }
    let bytes = window[record.extent]
    do throws(JSONError) {
      return content(of: try JSONValue.parse(bytes.span))
    } catch {
      guard error.kind == .invalidUTF8 else { return .bad(.brokenJSON) }
      guard source.onBadRecord == .repair else { return .bad(.invalidUTF8) }
    }
    guard let value = try? JSONValue.parse(String(decoding: bytes, as: UTF8.self)) else { return .bad(.brokenJSON) }
    guard case .good(let content) = content(of: value) else { return content(of: value) }
    return .repaired(content, .invalidUTF8)
  }

  private func content(of value: JSONValue) -> Interpretation<Content> {
    guard let members = value.object else { return .bad(.wrongType) }
    guard let text = members[source.text] else { return .bad(.missingKey) }
    guard let text = text.string else { return .bad(.wrongType) }
    guard let key = source.group else { return .good(Content(text: text)) }
    switch members[key] {
    case .string(let group): return .good(Content(text: text, group: group))
    case .integer(let group): return .good(Content(text: text, group: String(group)))
    case nil: return .bad(.missingKey)
    default: return .bad(.wrongType)
    }
  }
}

extension Interpretation {
  func map<Other>(_ change: (Value) -> Other) -> Interpretation<Other> {
    switch self {
    case .good(let value): .good(change(value))
    case .repaired(let value, let issue): .repaired(change(value), issue)
    case .bad(let issue): .bad(issue)
    }
  }
}

/// A place in a shard between two records, from which reading can go on.
public struct DocumentPosition: Equatable, Sendable {
  /// The decoded byte the next record begins at, or a byte of white space before it.
  public var offset: UInt64
  /// Good documents before it.
  public var ordinal: Int
  /// Text bytes of the good documents before it.
  public var textBytes: UInt64
  /// Records before it, bad ones counted; only for messages.
  public var record: Int
  /// The line the next record begins on, from 1; only for messages.
  public var line: Int

  /// A place in a shard; its beginning unless said otherwise.
  public init(offset: UInt64 = 0, ordinal: Int = 0, textBytes: UInt64 = 0, record: Int = 0, line: Int = 1) {
    self.offset = offset
    self.ordinal = ordinal
    self.textBytes = textBytes
    self.record = record
    self.line = line
  }
}

/// What became of one record.
enum Interpretation<Value> {
  case good(Value)
  case repaired(Value, RecordIssue)
  case bad(RecordIssue)
}

/// Reads records from a shard and applies the policies to bad ones and to damage.
final class RecordReader {
  let shard: ShardFile
  let source: CorpusSource
  private var window: ByteWindow
  private var framer: any RecordFramer
  private let stream: ShardStream?
  private(set) var position: DocumentPosition
  private(set) var issues = RecordIssues()
  /// Where the shard was given up, if it was.
  private(set) var damage: ShardError?

  init(
    _ shard: ShardFile, source: CorpusSource, framing: Framing, from position: DocumentPosition?, readAhead depth: Int,
    indexing: IndexingPass? = nil
  ) throws(ShardError) {
    self.shard = shard
    self.source = source
    let position = position ?? DocumentPosition()
    self.position = position
    framer = framing.framer(limit: max(1, source.maximumRecordBytes), line: position.line)
    let open = { () throws(ShardError) in
      try ShardStream(shard, maximumRatio: source.maximumRatio, from: position.offset, indexing: indexing)
    }
    if depth > 0 {
      let ahead = RecordReader.ahead(try open(), depth: depth)
      stream = nil
      window = ByteWindow(offset: position.offset) { (try? ahead.next()) ?? .end(sha256: nil) }
    } else {
      let stream = try open()
      self.stream = stream
      window = ByteWindow(offset: position.offset) { stream.next() }
    }
  }

  /// The stream's pieces, decoded on a queue of their own.
  private static func ahead(_ stream: sending ShardStream, depth: Int) -> ReadAhead<StreamPart> {
    ReadAhead(depth: depth, label: "shard") { stream.next() }
  }

  /// How records are told apart.
  enum Framing {
    case lines
    case paragraphs
    case whole
    case quoted(separator: UInt8)

    func framer(limit: Int, line: Int) -> any RecordFramer {
      switch self {
      case .lines: LineFramer(limit: limit, line: line)
      case .paragraphs: ParagraphFramer(limit: limit, line: line)
      case .whole: WholeFramer(limit: limit)
      case .quoted(let separator): QuotedFramer(limit: limit, separator: separator, line: line)
      }
    }
  }

  /// The next record that `interpret` can use, and the position before it.
  /// - Parameter policy: another than the source's, for records that may not be skipped.
  func next<Value>(
    policy: BadRecordPolicy? = nil, _ interpret: (RawRecord, ByteWindow) -> Interpretation<Value>
  ) throws(ShardError) -> (value: Value, before: DocumentPosition)? {
    guard damage == nil else { return nil }
    do throws(ShardError) {
      if position.offset == 0, window.offset == 0 { try skipByteOrderMark() }
      while let record = try framer.next(&window) {
        let before = DocumentPosition(
          offset: record.offset, ordinal: position.ordinal, textBytes: position.textBytes, record: position.record,
          line: record.line)
        let outcome = interpret(record, window)
        try framer.finish(record, &window)
        position.record += 1
        position.offset = window.offset
        position.line = framer.line
        if let value = try accepted(outcome, before, policy ?? source.onBadRecord) { return (value, before) }
      }
      return nil
    } catch {
      try giveUp(error)
      return nil
    }
  }

  /// Counts a document that was made of the latest record.
  func countDocument(textBytes: Int) {
    position.ordinal += 1
    position.textBytes += UInt64(textBytes)
  }

  /// Leaves the record just read out of the count of records.
  func forgetHeader() { position.record = 0 }

  /// Counts a record that turned out to hold no text.
  func countEmpty(_ before: DocumentPosition) { issues.addSkipped(place(.emptyText, before)) }

  /// The digest of the whole file, after the end or after damage.
  func sha256() throws(ShardError) -> String? {
    if let sha256 = window.sha256 { return sha256 }
    return try stream?.digestOfRest()
  }

  private func accepted<Value>(
    _ outcome: Interpretation<Value>, _ before: DocumentPosition, _ policy: BadRecordPolicy
  ) throws(ShardError) -> Value? {
    switch outcome {
    case .good(let value): return value
    case .repaired(let value, let issue):
      issues.addRepaired(place(issue, before))
      return value
    case .bad(let issue):
      let place = place(issue, before)
      if policy == .fail, issue != .emptyText { throw .badRecord(shard: shard.name, place: place) }
      issues.addSkipped(place)
      return nil
    }
  }

  private func place(_ issue: RecordIssue, _ before: DocumentPosition) -> RecordPlace {
    RecordPlace(kind: issue, record: before.record + 1, line: before.line, offset: before.offset)
  }

  private func skipByteOrderMark() throws(ShardError) {
    while window.count < 3, try window.grow() {}
    if window.count >= 3, window[0..<3] == [0xEF, 0xBB, 0xBF] { window.consume(3) }
  }

  private func giveUp(_ error: ShardError) throws(ShardError) {
    guard case .damaged(let shard, let byte, _, let damage) = error else { throw error }
    let counted = ShardError.damaged(shard: shard, byte: byte, documents: position.ordinal, damage: damage)
    guard source.onBadShard == .skip else { throw counted }
    self.damage = counted
  }
}

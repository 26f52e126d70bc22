/// One row of a table: the values of the columns that were asked for.
public struct TableRow: Sendable, Equatable {
  /// The values, in the order of the columns asked for; of all columns if none was.
  public let values: [String]
  /// Which record of the file, from 1, the header not counted.
  public let record: Int
  /// The line it begins on, from 1.
  public let line: Int
  let position: DocumentPosition
}

/// Reads .csv and .tsv files, plain or compressed, row by row in bounded memory.
///
/// Columns are given by name, or by number from 1; a name in the header wins. Unless the source says otherwise a table
/// has a header if any column is asked for by name (or none is asked for), .csv has RFC 4180 quotes and .tsv has none,
/// as in GLUE. With quotes every row must have as many fields as the first; without, it must have those asked for.
public final class TableReader {
  /// The names in the first row, if it is a header.
  public let header: [String]?
  let records: RecordReader
  private let columns: [Int]
  private let separator: UInt8
  private let hasQuotes: Bool
  private var fieldCount: Int?

  /// A reader of one table.
  /// - Parameters:
  ///   - columns: names or numbers of the columns to read; none stands for all.
  ///   - source: policies and limits; its `text` and `group` are not looked at.
  /// - Throws: `ShardError.noColumn` if the header lacks a column, and what reading the first row throws.
  public convenience init(
    _ shard: ShardFile, columns: [String], source: CorpusSource, readAhead: Int = 0
  ) throws(ShardError) {
    try self.init(shard, columns: columns, source: source, from: nil, readAhead: readAhead, indexing: nil)
  }

  init(
    _ shard: ShardFile, columns names: [String], source: CorpusSource, from position: DocumentPosition?,
    readAhead: Int, indexing: IndexingPass?
  ) throws(ShardError) {
    let separator: UInt8 = shard.format == .tsv ? 0x09 : 0x2C
    let hasQuotes = source.quotes ?? (shard.format == .csv)
    self.separator = separator
    self.hasQuotes = hasQuotes
    let framing: RecordReader.Framing = hasQuotes ? .quoted(separator: separator) : .lines
    let numbers = names.map { name in Int(name).flatMap { $0 > 0 ? $0 - 1 : nil } }
    guard source.header ?? (names.isEmpty || numbers.contains(nil)) else {
      header = nil
      for (name, number) in zip(names, numbers) where number == nil {
        throw .noColumn(shard: shard.name, column: name, columnCount: 0)
      }
      columns = numbers.compactMap { $0 }
      if hasQuotes, let position, position.offset > 0 {
        let first = try RecordReader(shard, source: source, framing: framing, from: nil, readAhead: 0)
        fieldCount = try first.next(policy: .skip) { record, _ in
          record.issue.map { .bad($0) } ?? .good(record.fields.count)
        }?.value
      }
      records = try RecordReader(
        shard, source: source, framing: framing, from: position, readAhead: readAhead, indexing: indexing)
      return
    }
    let first = try RecordReader(
      shard, source: source, framing: framing, from: nil, readAhead: position == nil ? readAhead : 0,
      indexing: indexing)
    let row = try first.next(policy: .fail) { record, window in
      TableReader.fields(record, window, separator, hasQuotes)
    }
    header = row?.value
    columns = try TableReader.places(of: names, numbers, in: row?.value, shard.name)
    fieldCount = row?.value.count
    if let position, position.offset > first.position.offset {
      records = try RecordReader(
        shard, source: source, framing: framing, from: position, readAhead: readAhead, indexing: indexing)
    } else {
      records = first
      records.forgetHeader()
    }
  }

  /// The next row; `nil` at the end, or where a damaged file is given up.
  public func next() throws(ShardError) -> TableRow? {
    let policy = records.source.onBadRecord
    guard let (values, before) = try records.next({ self.row($0, $1, policy) }) else { return nil }
    return TableRow(values: values, record: before.record + 1, line: before.line, position: before)
  }

  /// The rows skipped and repaired so far.
  public var skipped: RecordIssues { records.issues }

  /// Why and where a damaged file was given up under `on_bad_shard: skip`.
  public var damage: ShardError? { records.damage }

  private static func places(
    of names: [String], _ numbers: [Int?], in header: [String]?, _ shard: String
  ) throws(ShardError) -> [Int] {
    guard let header else { return [] }
    var places: [Int] = []
    for (name, number) in zip(names, numbers) {
      let place = header.firstIndex { $0.utf8.elementsEqual(name.utf8) } ?? number
      guard let place, place < header.count else {
        throw .noColumn(shard: shard, column: name, columnCount: header.count)
      }
      places.append(place)
    }
    return places
  }

  private func row(_ record: RawRecord, _ window: ByteWindow, _ policy: BadRecordPolicy) -> Interpretation<[String]> {
    if let issue = record.issue { return .bad(issue) }
    let extents = TableReader.extents(record, window, separator, hasQuotes)
    if hasQuotes {
      if let fieldCount, fieldCount != extents.count { return .bad(.fieldCount) }
      fieldCount = extents.count
    }
    var values: [String] = []
    var issue: RecordIssue?
    for column in columns.isEmpty ? Array(extents.indices) : columns {
      guard column < extents.count else { return .bad(.missingKey) }
      switch TableReader.text(extents[column], window, policy) {
      case .good(let text): values.append(text)
      case .repaired(let text, let kind):
        values.append(text)
        issue = kind
      case .bad(let kind): return .bad(kind)
      }
    }
    return issue.map { .repaired(values, $0) } ?? .good(values)
  }

  private static func fields(
    _ record: RawRecord, _ window: ByteWindow, _ separator: UInt8, _ hasQuotes: Bool
  ) -> Interpretation<[String]> {
    if let issue = record.issue { return .bad(issue) }
    var values: [String] = []
    for field in extents(record, window, separator, hasQuotes) {
      guard case .good(let text) = text(field, window, .fail) else { return .bad(.invalidUTF8) }
      values.append(text)
    }
    return .good(values)
  }

  private static func extents(
    _ record: RawRecord, _ window: ByteWindow, _ separator: UInt8, _ hasQuotes: Bool
  ) -> [RawRecord.Field] {
    if hasQuotes { return record.fields }
    let bytes = window[record.extent]
    return bytes.split(separator: separator, omittingEmptySubsequences: false).map {
      RawRecord.Field(
        extent: $0.startIndex - bytes.startIndex..<$0.endIndex - bytes.startIndex, hasPairedQuotes: false)
    }
  }

  private static func text(
    _ field: RawRecord.Field, _ window: ByteWindow, _ policy: BadRecordPolicy
  ) -> Interpretation<String> {
    let bytes = window[field.extent]
    guard field.hasPairedQuotes else { return bytes.text(policy) }
    var single: [UInt8] = []
    single.reserveCapacity(bytes.count)
    var isSecond = false
    for byte in bytes {
      isSecond = byte == 0x22 && !isSecond
      if byte != 0x22 || isSecond { single.append(byte) }
    }
    return single[...].text(policy)
  }
}

import JSON
import Shards

/// Reads the rows of a .tsv, .csv, .jsonl or .txt file, plain or compressed, one after the other in bounded memory.
///
/// A .txt file has one text a line and no other columns; its blank lines are left out.
public final class LabeledTable {
  /// The file's name, for messages.
  public let name: String
  private let columns: TableColumns
  private let format: ShardFormat
  private let reader: TableReader

  /// A reader of the file at `path`.
  /// - Throws: `ShardError` if it can't be read or lacks a column, `FineTuningError.missingColumn`.
  public init(_ path: String, columns: TableColumns) throws {
    let shard = try ShardSet(paths: [path]).shards[0]
    self.columns = columns
    name = shard.path
    format = shard.format
    var source = CorpusSource(shards: [path])
    guard shard.format.isTable else {
      // Without quotes and header a line is cut at its commas, and joined with them it is the line again.
      (source.header, source.quotes) = (false, false)
      reader = try TableReader(shard, columns: [], source: source)
      return
    }
    source.header = columns.hasHeader
    if columns.hasHeader == false, let named = columns.all.first(where: \.isName) {
      throw FineTuningError.missingColumn(named.key, file: path, found: ["numbers only, for want of a header"])
    }
    do {
      reader = try TableReader(shard, columns: columns.all.map(\.readerName), source: source)
    } catch {
      guard case .noColumn(_, let column, _) = error else { throw error }
      throw FineTuningError.missingColumn(column, file: path, found: LabeledTable.header(shard))
    }
  }

  /// The next row; nil at the end.
  public func next() throws -> TextRow? {
    guard let row = try reader.next() else { return nil }
    switch format {
    case .txt: return TextRow(text: row.values.joined(separator: ","), record: row.line)
    case .jsonl:
      let line = row.values.joined(separator: ",")
      return try TextRow(jsonLine: line, columns: columns, record: row.record, file: name)
    case .csv, .tsv: return TextRow(row.values, columns: columns, record: row.record)
    }
  }

  /// All rows of a file.
  public static func rows(_ path: String, columns: TableColumns) throws -> [TextRow] {
    let table = try LabeledTable(path, columns: columns)
    var rows: [TextRow] = []
    while let row = try table.next() { rows.append(row) }
    return rows
  }

  private static func header(_ shard: ShardFile) -> [String] {
    (try? TableReader(shard, columns: [], source: CorpusSource(shards: [shard.path])))?.header ?? []
  }
}

extension TableColumn {
  fileprivate var isName: Bool { if case .name = self { true } else { false } }
}

extension TextRow {
  /// A row from the values of `columns.all`, in that order.
  init(_ values: [String], columns: TableColumns, record: Int) {
    var rest = values[...]
    func take(_ column: TableColumn?) -> String? { column == nil ? nil : rest.popFirst() }
    self.init(text: rest.popFirst() ?? "", record: record)
    pair = take(columns.pair)
    label = take(columns.label)
    id = take(columns.id)
  }

  /// A row from a tab-separated line; nil if it has too few fields.
  public init?(tabbed line: String, columns: TableColumns, header: [String]?, record: Int) {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    var values: [String] = []
    for column in columns.all {
      let place: Int? =
        switch column {
        case .name(let name): header?.firstIndex(of: name)
        case .number(let number): number
        }
      guard let place, fields.indices.contains(place) else { return nil }
      values.append(fields[place])
    }
    self.init(values, columns: columns, record: record)
  }

  /// A row from a line with a JSON object.
  /// - Throws: `FineTuningError.badRecord` or `missingColumn`.
  public init(jsonLine line: String, columns: TableColumns, record: Int, file: String) throws(FineTuningError) {
    let value: JSONValue
    do { value = try JSONValue.parse(Array(line.utf8)) } catch {
      throw .badRecord(file: file, record: record, problem: "is \(error)")
    }
    guard let object = value.object else {
      throw .badRecord(file: file, record: record, problem: "is not a JSON object")
    }
    func text(_ column: TableColumn?) throws(FineTuningError) -> String? {
      guard let column else { return nil }
      guard let value = object[column.key] else {
        throw .missingColumn(column.key, file: "\(file), record \(record)", found: object.keys)
      }
      guard let text = value.plainText else {
        throw .badRecord(file: file, record: record, problem: "has a \(value.kind) under \(column.key), not text")
      }
      return text
    }
    self.init(text: try text(columns.text) ?? "", record: record)
    pair = try text(columns.pair)
    label = try text(columns.label)
    id = try text(columns.id)
  }
}

extension JSONValue {
  /// Text, and numbers and truth values as they are written.
  fileprivate var plainText: String? {
    switch self {
    case .string(let text): text
    case .integer, .number, .bool: text()
    case .null, .array, .object: nil
    }
  }
}

import DurableFiles
import FineTuning
import Shards

/// Rows of text for the verbs: from a file, by its extension, or from standard input.
///
/// Without columns, standard input and .txt files have a text a line, empty ones too. With columns, standard input has
/// JSON objects or tab-separated fields a line, whichever the first line is.
public final class TextInput {
  /// What messages call the input.
  public let name: String
  private enum Source {
    case table(LabeledTable)
    case lines(InputLines)
    case objects(InputLines)
    case fields(InputLines, header: [String]?)
  }
  private var source: Source
  private let columns: TableColumns
  private var first: String?
  private let lines: InputLines?

  /// The rows of the file at `path`, or of standard input for `-`.
  ///
  /// - Parameter columns: where the parts of a row stand; nil for `text` in tables and for plain lines elsewhere.
  public init(_ path: String, columns: TableColumns?) throws {
    self.columns = columns ?? TableColumns(text: .name("text"))
    let kind = path == "-" ? nil : ShardFile.kind(of: path)
    if let kind, kind.format != .txt || kind.codec != .plain {
      let table = try LabeledTable(path, columns: self.columns)
      (source, name, lines) = (.table(table), path, nil)
      return
    }
    let lines = try InputLines(path)
    (self.lines, name) = (lines, lines.name)
    guard columns != nil, kind == nil else {
      source = .lines(lines)
      return
    }
    let first = try lines.next()
    if first?.first(where: { !$0.isWhitespace }) == "{" {
      source = .objects(lines)
    } else if self.columns.isNumbered {
      source = .fields(lines, header: nil)
      self.first = first
    } else {
      let header = first?.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) ?? []
      if let missing = self.columns.missing(in: header) {
        throw FineTuningError.missingColumn(missing, file: lines.name, found: header)
      }
      source = .fields(lines, header: header)
    }
    if case .objects = source { self.first = first }
  }

  /// Whether a person types the rows, who waits for each answer.
  public var isTyped: Bool { lines?.isTyped ?? false }

  /// Lines that were not UTF-8 and were repaired.
  public var repairedCount: Int { lines?.repairedCount ?? 0 }

  /// The next row; nil at the end.
  public func next() throws -> TextRow? {
    switch source {
    case .table(let table): return try table.next()
    case .lines(let lines): return try lines.next().map { TextRow(text: $0, record: lines.count) }
    case .objects(let lines):
      guard let line = try filledLine(lines) else { return nil }
      return try TextRow(jsonLine: line, columns: columns, record: lines.count, file: name)
    case .fields(let lines, let header):
      guard let line = try filledLine(lines) else { return nil }
      guard let row = TextRow(tabbed: line, columns: columns, header: header, record: lines.count) else {
        throw FineTuningError.badRecord(file: name, record: lines.count, problem: "has too few columns")
      }
      return row
    }
  }

  /// Up to `count` rows; empty at the end.
  public func next(_ count: Int) throws -> [TextRow] {
    var rows: [TextRow] = []
    while rows.count < count, let row = try next() { rows.append(row) }
    return rows
  }

  /// The next line that is not blank.
  private func filledLine(_ lines: InputLines) throws -> String? {
    if let line = first {
      first = nil
      if line.contains(where: { !$0.isWhitespace }) { return line }
    }
    while let line = try lines.next() {
      if line.contains(where: { !$0.isWhitespace }) { return line }
    }
    return nil
  }
}

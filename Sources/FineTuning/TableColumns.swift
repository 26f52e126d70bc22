/// A column of a table: by the name in its header or the key of a JSON object, or by its place.
public enum TableColumn: Sendable, Equatable {
  /// The column with this header, or this key.
  case name(String)
  /// The column at this place, counted from 0.
  case number(Int)

  /// A whole number is a place, anything else a name.
  public init(_ text: String) {
    if let number = Int(text), number >= 0, number < 100_000 { self = .number(number) } else { self = .name(text) }
  }

  /// As Shards' table reader takes it, which counts from 1.
  var readerName: String {
    switch self {
    case .name(let name): name
    case .number(let number): "\(number + 1)"
    }
  }

  /// The key of a JSON object.
  var key: String {
    switch self {
    case .name(let name): name
    case .number(let number): "\(number)"
    }
  }
}

/// Where the parts of a row stand.
public struct TableColumns: Sendable, Equatable {
  /// The text.
  public var text: TableColumn
  /// The second text of a pair.
  public var pair: TableColumn?
  /// The label.
  public var label: TableColumn?
  /// The row's own name.
  public var id: TableColumn?
  /// Whether the first line names the columns; nil: yes, unless all columns are given by number.
  public var hasHeader: Bool?

  /// Columns of a table.
  public init(
    text: TableColumn, pair: TableColumn? = nil, label: TableColumn? = nil, id: TableColumn? = nil,
    hasHeader: Bool? = nil
  ) {
    self.text = text
    self.pair = pair
    self.label = label
    self.id = id
    self.hasHeader = hasHeader
  }

  var all: [TableColumn] { [text] + [pair, label, id].compactMap { $0 } }
}

/// One row of a table, as text.
public struct TextRow: Sendable, Equatable {
  /// The text.
  public var text: String
  /// The second text.
  public var pair: String?
  /// The label.
  public var label: String?
  /// The row's own name.
  public var id: String?
  /// Which record of its file, from 1.
  public var record: Int

  /// A row.
  public init(text: String, pair: String? = nil, label: String? = nil, id: String? = nil, record: Int) {
    self.text = text
    self.pair = pair
    self.label = label
    self.id = id
    self.record = record
  }
}

extension TableColumns {
  /// Whether the first line is a row and not a header.
  public var isNumbered: Bool {
    if let hasHeader { return !hasHeader }
    return all.allSatisfy { if case .number = $0 { true } else { false } }
  }

  /// The first column by name that a header lacks.
  public func missing(in header: [String]) -> String? {
    for case .name(let name) in all where !header.contains(name) { return name }
    return nil
  }
}

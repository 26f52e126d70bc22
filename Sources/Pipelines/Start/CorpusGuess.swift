import JSON
import Shards

/// How documents are to be cut out of shards, guessed from their first records.
public struct CorpusGuess: Equatable, Sendable {
  /// The key or column of the text.
  public var text = Column.name("text")
  /// The other keys or columns, for a person who knows better.
  public var otherColumns: [String] = []
  /// What a document of plain text is.
  public var document = DocumentBreak.blankLine
  /// What was seen that led to `document`.
  public var reason = ""

  /// A guess without having looked.
  public init() {}

  /// Names that a text is likely to have, the likeliest first.
  static let usualNames = [
    "text", "body", "content", "document", "article", "raw_content", "page_content", "message", "story", "comment",
    "review", "sentence", "abstract", "description", "question",
  ]

  /// Names of columns that say which documents belong together.
  static let usualGroups = ["group", "book", "patient_id", "document_id", "doc_id", "thread_id", "author", "user"]

  /// The column that likely says which documents belong together; nil for none.
  public var groupColumn: String? { CorpusGuess.usualGroups.first { otherColumns.contains($0) } }

  /// The text among columns: one with a usual name, or the one with the most bytes.
  /// - Parameter rows: values of the columns in some records; nil where a record lacks it or has no text there.
  static func textColumn(_ names: [String], rows: [[String?]]) -> String? {
    var bytes: [String: Int] = [:]
    var filled: [String: Int] = [:]
    for row in rows {
      for (name, value) in zip(names, row) {
        guard let value, !value.isEmpty else { continue }
        bytes[name, default: 0] += value.utf8.count
        filled[name, default: 0] += 1
      }
    }
    let candidates = names.filter { 2 * (filled[$0] ?? 0) >= rows.count }
    if let usual = usualNames.first(where: { name in candidates.contains { $0.lowercased() == name } }) {
      return candidates.first { $0.lowercased() == usual }
    }
    return candidates.max { (bytes[$0] ?? 0) < (bytes[$1] ?? 0) }
  }

  /// Whether a first row names columns: short words, none of them twice, none a number.
  static func isHeader(_ row: [String]) -> Bool {
    Set(row).count == row.count
      && row.allSatisfy { name in
        !name.isEmpty && name.utf8.count <= 40 && name.split(separator: " ").count <= 4 && Double(name) == nil
      }
  }

  /// What a document is, from what plain text looks like.
  /// - Parameters:
  ///   - text: the beginning of some files.
  ///   - fileCount: how many files there are.
  ///   - meanFileBytes: their mean length in text.
  static func documentBreak(_ text: [String], fileCount: Int, meanFileBytes: Double) -> (DocumentBreak, reason: String)
  {
    var (lines, blank, bytes) = (0, 0, 0)
    for line in text.joined(separator: "\n").split(separator: "\n", omittingEmptySubsequences: false) {
      let trimmed = line.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
      if trimmed.isEmpty {
        blank += 1
        continue
      }
      lines += 1
      bytes += line.utf8.count
    }
    guard lines > 0 else { return (.blankLine, "no text") }
    let meanLine = Double(bytes) / Double(lines)
    let paragraph = Double(bytes) / Double(max(1, blank))
    if fileCount >= 20, meanFileBytes < 4e6, paragraph < 2_000 || blank == 0 {
      return (.file, "\(Figures.count(fileCount, "file")) of \(Figures.bytes(Int(meanFileBytes))) each")
    }
    if blank > 0, paragraph < 200_000 {
      return (.blankLine, "a blank line about every \(Figures.bytes(Int(paragraph)))")
    }
    // Few files would be few documents: nothing could be held out.
    return (.line, "no blank lines; lines of \(Figures.bytes(Int(meanLine))) on average")
  }
}

extension CorpusGuess {
  static let recordCount = 50

  /// A guess from the first records of a set's shards.
  /// - Throws: `ShardError` for a shard that cannot be read.
  public init(_ set: ShardSet, meanFileBytes: Double) throws(ShardError) {
    if let shard = set.shards.first(where: { $0.format == .jsonl }) {
      try look(atObjects: shard)
    } else if let shard = set.shards.first(where: { $0.format.isTable }) {
      try look(atTable: shard)
    }
    let plain = set.shards.filter { $0.format == .txt }
    if plain.isEmpty { return }
    let beginnings = try stride(from: 0, to: plain.count, by: max(1, plain.count / 4)).map { place throws(ShardError) in
      try CorpusGuess.beginning(plain[place])
    }
    (document, reason) = CorpusGuess.documentBreak(
      beginnings, fileCount: plain.count, meanFileBytes: meanFileBytes)
  }

  private static var lenient: CorpusSource {
    CorpusSource(shards: [], onBadRecord: .skip, onBadShard: .skip)
  }

  private mutating func look(atObjects shard: ShardFile) throws(ShardError) {
    // Without quotes and header a table's row is a line: its fields, joined again.
    var source = CorpusGuess.lenient
    (source.header, source.quotes) = (false, false)
    let lines = try TableReader(shard, columns: [], source: source)
    var objects: [JSONObject] = []
    while objects.count < CorpusGuess.recordCount, let row = try lines.next() {
      if let object = (try? JSONValue.parse(row.values.joined(separator: ",")))?.object { objects.append(object) }
    }
    var names: [String] = []
    for object in objects { for key in object.keys where !names.contains(key) { names.append(key) } }
    let rows = objects.map { object in names.map { object[$0]?.string } }
    take(CorpusGuess.textColumn(names, rows: rows), among: names)
  }

  private mutating func look(atTable shard: ShardFile) throws(ShardError) {
    var source = CorpusGuess.lenient
    source.header = false
    let table = try TableReader(shard, columns: [], source: source)
    var rows: [[String]] = []
    while rows.count <= CorpusGuess.recordCount, let row = try table.next() { rows.append(row.values) }
    guard let first = rows.first else { return }
    if CorpusGuess.isHeader(first), rows.count > 1 {
      return take(CorpusGuess.textColumn(first, rows: rows.dropFirst().map { $0.map { $0 } }), among: first)
    }
    let names = first.indices.map { "\($0)" }
    guard let found = CorpusGuess.textColumn(names, rows: rows.map { $0.map { $0 } }), let number = Int(found) else {
      return
    }
    text = .number(number)
    otherColumns = names.filter { $0 != found }
  }

  private mutating func take(_ name: String?, among names: [String]) {
    guard let name else { return }
    text = .name(name)
    otherColumns = names.filter { $0 != name }
  }

  /// The first 64 kB of a plain text, its blank lines kept.
  private static func beginning(_ shard: ShardFile) throws(ShardError) -> String {
    var source = lenient
    source.document = .file
    source.onBadRecord = .repair
    source.maximumRecordBytes = 65_536
    return try DocumentReader(shard, source: source, readAhead: 0).next()?.text ?? ""
  }
}

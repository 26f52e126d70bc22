import Foundation
import Shards
import Testing

@Suite struct TableReaderTests {
  /// Tables and their rows by RFC 4180, section 2.
  static let tables: [(String, [[String]])] = [
    ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]), ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
    ("\"a\",\"b\"\r\n\"c\",d\r\n", [["a", "b"], ["c", "d"]]), ("a,\"b\nb\",c", [["a", "b\nb", "c"]]),
    ("\"b\r\nb\",c", [["b\r\nb", "c"]]), ("\"say \"\"hi\"\"\",x", [["say \"hi\"", "x"]]),
    ("\"\"\"\",x", [["\"", "x"]]),
    ("\"\",x", [["", "x"]]), (",\n,", [["", ""], ["", ""]]), ("a,b\n\n\r\nc,d", [["a", "b"], ["c", "d"]]),
    ("a b, c", [["a b", " c"]]), ("5\" nail,x", [["5\" nail", "x"]]), ("\u{FEFF}a,b", [["a", "b"]]),
    ("\u{FEFF}\"a\",b", [["a", "b"]]), ("\"a,b\",\"c\"", [["a,b", "c"]]), ("\"a\",b\r\n", [["a", "b"]]), ("", []),
    ("é,\"😀\"", [["é", "😀"]]),
  ]

  @Test(arguments: tables, ["csv", "csv.gz"])
  func rowsAreThoseOfRFC4180(table: (text: String, rows: [[String]]), kind: String) throws {
    let folder = try TemporaryFolder()
    let bytes = Array(table.text.utf8)
    let shard = try folder.shard("a.\(kind)", kind == "csv" ? bytes : stored(bytes))
    let reader = try TableReader(shard, columns: [], source: CorpusSource(shards: [], header: false))
    #expect(try rows(reader).map(\.values) == table.rows)
  }

  @Test func columnsAreFoundByNameAndByNumber() throws {
    let folder = try TemporaryFolder()
    let shard = try folder.shard("a.csv", "id,text,label,2\n1,a,x,p\n2,b,y,q\n")
    let source = CorpusSource(shards: [])
    let byName = try TableReader(shard, columns: ["label", "text"], source: source)
    #expect(byName.header == ["id", "text", "label", "2"])
    #expect(try rows(byName).map(\.values) == [["x", "a"], ["y", "b"]])
    let byNumber = try TableReader(shard, columns: ["3", "1"], source: source)
    #expect(try byNumber.header == nil && rows(byNumber).map(\.values) == [["label", "id"], ["x", "1"], ["y", "2"]])
    var withHeader = source
    withHeader.header = true
    #expect(
      try rows(TableReader(shard, columns: ["3", "2"], source: withHeader)).map(\.values) == [["x", "p"], ["y", "q"]])
    #expect(throws: ShardError.noColumn(shard: "a.csv", column: "labl", columnCount: 4)) {
      try TableReader(shard, columns: ["labl"], source: source)
    }
    #expect(throws: ShardError.noColumn(shard: "a.csv", column: "5", columnCount: 4)) {
      try TableReader(shard, columns: ["text", "5"], source: source)
    }
    let everything = try rows(TableReader(shard, columns: [], source: source))
    #expect(everything.map(\.values) == [["1", "a", "x", "p"], ["2", "b", "y", "q"]])
    #expect(everything.map(\.record) == [1, 2] && everything.map(\.line) == [2, 3])
  }

  @Test func aBadHeaderIsNeverSkipped() throws {
    let folder = try TemporaryFolder()
    let shard = try folder.shard("a.csv", "id,\"te\"xt\n1,a\n")
    #expect(throws: ShardError.self) {
      try TableReader(shard, columns: ["text"], source: CorpusSource(shards: [], onBadRecord: .skip))
    }
  }

  @Test func tabSeparatedTablesHaveQuotesOnRequest() throws {
    let folder = try TemporaryFolder()
    let shard = try folder.shard("a.tsv", "\"a\tb\"\tc\n")
    let literal = try TableReader(shard, columns: [], source: CorpusSource(shards: [], header: false))
    #expect(try rows(literal).map(\.values) == [["\"a", "b\"", "c"]])
    let quoted = try TableReader(shard, columns: [], source: CorpusSource(shards: [], header: false, quotes: true))
    #expect(try rows(quoted).map(\.values) == [["a\tb", "c"]])
  }

  @Test func anUnclosedQuoteIsOneBadRecord() throws {
    let folder = try TemporaryFolder()
    let shard = try folder.shard("a.csv", "a,b\n\"c,d\ne,f\n")
    let reader = try TableReader(shard, columns: ["1"], source: CorpusSource(shards: [], onBadRecord: .skip))
    #expect(try rows(reader).map(\.values) == [["a"]])
    #expect(reader.skipped.skipped == [.brokenQuotes: 1])
  }

  @Test func fieldsAcrossPiecesAreWhole() throws {
    let folder = try TemporaryFolder()
    let cell = String(repeating: "ab\"\"c\n", count: 300_000)
    let shard = try folder.shard("a.csv", "x,\"\(cell)\"\ny,z\n")
    let values = try rows(TableReader(shard, columns: ["2"], source: CorpusSource(shards: []))).map(\.values)
    #expect(values == [[String(repeating: "ab\"c\n", count: 300_000)], ["z"]])
  }

  @Test func everySentenceOfSST2IsARow() throws {
    guard let path = sharedData("tasks/sst2/train.tsv") else { return }
    let shard = try #require(ShardFile(path: path))
    let rows = try rows(TableReader(shard, columns: ["1", "2"], source: CorpusSource(shards: [])))
    #expect(rows.count == 6920 && Set(rows.map { $0.values[1] }) == ["0", "1"], "\(rows.count) rows")
  }
}

/// All rows a reader gives.
private func rows(_ reader: TableReader) throws -> [TableRow] {
  var rows: [TableRow] = []
  while let row = try reader.next() { rows.append(row) }
  return rows
}

/// A gzip member of one stored block (RFC 1951, 3.2.4; RFC 1952), made without a compressor.
private func stored(_ bytes: [UInt8]) -> [UInt8] {
  var crc: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
  }
  func little(_ value: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }
  let length = UInt32(bytes.count)
  return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1] + little(length, 2) + little(~length, 2) + bytes + little(~crc, 4)
    + little(length, 4)
}

/// A file of the real data sets, where they are; says so where they are not.
func sharedData(_ name: String) -> String? {
  let folder = ProcessInfo.processInfo.environment["CLOZE_DATA"] ?? "../shared/data"
  let path = folder + "/" + name
  if FileManager.default.fileExists(atPath: path) { return path }
  print("skipped: no \(name) (CLOZE_DATA names the folder of the data sets)")
  return nil
}

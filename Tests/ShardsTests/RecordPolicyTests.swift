import Foundation
import Shards
import Testing

@Suite struct RecordPolicyTests {
  /// A bad record between two good ones, and its text after a repair.
  struct BadRecord: Sendable {
    let name: String
    let bytes: [UInt8]
    let kind: RecordIssue
    let repaired: String?

    init(_ name: String, _ bytes: [UInt8], _ kind: RecordIssue, _ repaired: String? = nil) {
      (self.name, self.bytes, self.kind, self.repaired) = (name, bytes, kind, repaired)
    }

    init(_ name: String, _ text: String, _ kind: RecordIssue, _ repaired: String? = nil) {
      self.init(name, Array(text.utf8), kind, repaired)
    }
  }

  static let invalidText = malformed.map { BadRecord("a.txt", [0x78] + $0 + [0x79], .invalidUTF8) }

  static let records: [BadRecord] = [
    BadRecord("a.txt", [0x61, 0xFF, 0x62], .invalidUTF8, "a\u{FFFD}b"),
    BadRecord("a.jsonl", Array("{\"text\":\"a".utf8) + [0xFF, 0x62, 0x22, 0x7D], .invalidUTF8, "a\u{FFFD}b"),
    BadRecord("a.csv", [0x37, 0x2C, 0x61, 0xC3, 0x2C], .invalidUTF8, "a\u{FFFD}"),
    BadRecord("a.jsonl", "{\"text\":\"a\"", .brokenJSON),
    BadRecord("a.jsonl", "{\"text\":\"a\",\"text\":\"b\"}", .brokenJSON),
    BadRecord("a.jsonl", "{\"text\":\"\\ud800\"}", .brokenJSON),
    BadRecord("a.jsonl", "{\"body\":\"a\"}", .missingKey),
    BadRecord("a.jsonl", "{\"text\":7}", .wrongType),
    BadRecord("a.jsonl", "[\"text\"]", .wrongType),
    BadRecord("a.csv", "7,\"a\"b,", .brokenQuotes),
    BadRecord("a.csv", "7,a", .fieldCount),
    BadRecord("a.csv", "7,a,b,c", .fieldCount),
    BadRecord("a.tsv", "7", .missingKey),
    BadRecord("a.txt", String(repeating: "é", count: 60), .tooLong, String(repeating: "é", count: 50)),
    BadRecord("a.jsonl", "{\"text\":\"" + String(repeating: "a", count: 100) + "\"}", .tooLong),
    BadRecord("a.csv", "7,\"" + String(repeating: "a\n", count: 60) + "\",", .tooLong),
    BadRecord("a.tsv", "7\t" + String(repeating: "a", count: 100), .tooLong),
  ]

  /// Stray continuation, overlong forms, a surrogate, a value above U+10FFFF, bytes no UTF-8 has, a cut sequence.
  static let malformed: [[UInt8]] = [
    [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xF0, 0x80, 0x80, 0xAF], [0xED, 0xA0, 0x80],
    [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE2, 0x82],
  ]

  func source(_ name: String, _ policy: BadRecordPolicy) -> CorpusSource {
    CorpusSource(
      shards: [], text: name == "a.tsv" ? "2" : "text", document: .line, onBadRecord: policy, maximumRecordBytes: 101)
  }

  func shard(_ folder: TemporaryFolder, _ name: String, _ bad: [UInt8]) throws -> ShardFile {
    let (good, head): (String, String) =
      switch name {
      case "a.jsonl": ("{\"text\":\"good\"}\n", "")
      case "a.csv": ("1,good,\r\n", "id,text,more\n")
      case "a.tsv": ("1\tgood\n", "")
      default: ("good\n", "")
      }
    return try folder.shard(name, Array((head + good).utf8) + bad + Array(("\n" + good).utf8))
  }

  @Test(arguments: records + invalidText)
  func badRecordsStopSkipOrAreRepaired(bad: BadRecord) throws {
    let (name, kind) = (bad.name, bad.kind)
    let folder = try TemporaryFolder()
    let shard = try shard(folder, name, bad.bytes)
    let good = try all(DocumentReader(shard, source: source(name, .skip)))
    #expect(good.map(\.text) == ["good", "good"])
    #expect(good.map(\.ordinal) == [0, 1])

    let skipping = try DocumentReader(shard, source: source(name, .skip))
    _ = try all(skipping)
    #expect(skipping.skipped.skipped == [kind: 1] && skipping.skipped.repaired.isEmpty)
    let place = try #require(skipping.skipped.places.first)
    #expect(place.kind == kind && place.record == 2)
    #expect(place.line == (name == "a.csv" ? 3 : 2))

    let failing = try DocumentReader(shard, source: source(name, .fail))
    #expect(try failing.next()?.text == "good")
    #expect(throws: ShardError.badRecord(shard: name, place: place)) { try failing.next() }

    let mending = try DocumentReader(shard, source: source(name, .repair))
    let texts = try all(mending).map(\.text)
    if let repaired = bad.repaired {
      #expect(texts == ["good", repaired, "good"])
      #expect(mending.skipped.repaired == [kind: 1] && mending.skipped.skipped.isEmpty)
    } else if kind == .invalidUTF8 {
      #expect(texts.count == 3 && texts[1].contains("\u{FFFD}"))
    } else {
      #expect(texts == ["good", "good"] && mending.skipped.skipped == [kind: 1])
    }
  }

  @Test func errorsNameThePlaceAndNeverTheText() throws {
    let folder = try TemporaryFolder()
    let shard = try shard(folder, "a.jsonl", Array("{\"text\":\"secret\"".utf8))
    let error = #expect(throws: ShardError.self) {
      try all(DocumentReader(shard, source: CorpusSource(shards: [])))
    }
    #expect(error?.description == "a.jsonl: broken JSON in record 2 (line 2, byte 16)" && error?.exitCode == 65)
  }

  @Test func overlongParagraphsEndAtTheirBlankLine() throws {
    let folder = try TemporaryFolder()
    let long = String(repeating: "long line\n", count: 300_000)
    for blank in ["\n", " \t\r\n"] {
      let shard = try folder.shard("a.txt", "good\n\n\(long)\(blank)good\n")
      var source = CorpusSource(shards: [], onBadRecord: .skip, maximumRecordBytes: 1000)
      let reader = try DocumentReader(shard, source: source)
      #expect(try all(reader).map(\.text) == ["good", "good"])
      #expect(reader.skipped.places == [RecordPlace(kind: .tooLong, record: 2, line: 3, offset: 6)])
      #expect(reader.position.line == 300_005, "\(reader.position)")
      source.onBadRecord = .repair
      let texts = try all(DocumentReader(shard, source: source)).map(\.text)
      #expect(texts == ["good", String(long.prefix(1000)), "good"])
    }
  }

  @Test func hugeLinesTakeBoundedMemory() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.jsonl.lz4"
    let writer = try ShardWriter(path: path, frameBytes: 1)
    try writer.write("good")
    try writer.write(String(repeating: "0123456789abcdefghijklmnopqrstuv", count: 5 << 20))
    try writer.write("good")
    try writer.close()
    let source = CorpusSource(shards: [], onBadRecord: .skip, maximumRecordBytes: 1 << 20, maximumRatio: 1 << 20)
    let before = peakBytes()
    let reader = try DocumentReader(try #require(ShardFile(path: path)), source: source)
    #expect(try all(reader).map(\.text) == ["good", "good"])
    #expect(reader.skipped.skipped == [.tooLong: 1])
    let grown = peakBytes() - before
    #expect(grown < 64 << 20, "\(grown >> 20) MiB more for a record of 160 MiB")
  }

  @Test func recordsWithoutTextAreCountedAndNeverAnError() throws {
    let folder = try TemporaryFolder()
    let shard = try folder.shard("a.jsonl", "{\"text\":\"\"}\n{\"text\":\" \\n\"}\n{\"text\":\"a\"}\n")
    let reader = try DocumentReader(shard, source: CorpusSource(shards: []))
    let documents = try all(reader)
    #expect(documents.map(\.text) == ["a"] && documents.map(\.ordinal) == [0])
    #expect(reader.skipped.skipped == [.emptyText: 2])
  }

  @Test func onlyTheFirstHundredPlacesAreKept() throws {
    let folder = try TemporaryFolder()
    let shard = try folder.shard("a.jsonl", String(repeating: "{\n", count: 250))
    let reader = try DocumentReader(shard, source: CorpusSource(shards: [], onBadRecord: .skip))
    #expect(try all(reader).isEmpty)
    #expect(reader.skipped.skippedCount == 250 && reader.skipped.places.count == 100)
    #expect(reader.skipped.places.last?.record == 100)
  }
}

/// The most memory this process has had resident.
private func peakBytes() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
  return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) << 10
}

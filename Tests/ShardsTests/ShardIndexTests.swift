import Digests
import Foundation
import JSON
import Shards
import Testing

@Suite struct ShardIndexTests {
  /// A corpus and the folder that lasts as long as it.
  struct Corpus {
    let folder: TemporaryFolder
    let source: CorpusSource
  }

  /// Three shards, one of them with a bad record, one cut.
  func corpus() throws -> Corpus {
    let folder = try TemporaryFolder()
    _ = try folder.write("a.txt", Array("one\n\ntwo é\n\n".utf8))
    _ = try folder.write("b.jsonl", Array("{\"text\":\"three\"}\n{\"text\":\n{\"text\":\"four\"}\n".utf8))
    let writer = try ShardWriter(path: folder.path + "/c.txt.gz", frameBytes: 1)
    for text in ["five", "six", "seven"] { try writer.write(text) }
    try writer.close()
    let bytes = try #require(FileManager.default.contents(atPath: writer.path))
    try bytes.dropLast(3).write(to: URL(fileURLWithPath: writer.path))
    let source = CorpusSource(shards: [folder.path], onBadRecord: .skip, onBadShard: .skip)
    return Corpus(folder: folder, source: source)
  }

  @Test func onePassCountsDigestsAndReports() throws {
    let corpus = try corpus()
    let set = try ShardSet(resolving: corpus.source)
    let (index, report) = try ShardIndex.build(set, source: corpus.source)
    #expect(index.entries.map(\.name) == ["a.txt", "b.jsonl", "c.txt.gz"])
    #expect(index.entries.map(\.documents) == [2, 2, 2])
    #expect(index.entries.map(\.textBytes) == [9, 9, 7] && index.textOffsets == [0, 9, 18, 25])
    #expect(index.entries.map(\.isDamaged) == [false, false, true])
    #expect(index.skippedCount == 1 && index.entries[1].skipped == [.brokenJSON: 1])
    for entry in index.entries {
      let bytes = [UInt8](try #require(FileManager.default.contents(atPath: corpus.folder.path + "/" + entry.name)))
      #expect(entry.sha256 == SHA256.hex(of: bytes) && entry.bytes == UInt64(bytes.count), "\(entry.name)")
    }
    #expect(report.lengths.count == 6 && report.lengths.total == 25 && report.samples.count == 6)
    #expect(report.lengths.minimum == 3 && report.lengths.maximum == 6 && report.lengths.percentile(0.5) == 4)
    #expect(report.damages.count == 1 && report.issues.map(\.shard) == ["b.jsonl"])
    let text = report.json.text()
    #expect(!["one", "two", "three", "four", "five"].contains { text.contains($0) })
  }

  @Test func theNumberOfWorkersChangesNothing() throws {
    let corpus = try corpus()
    let set = try ShardSet(resolving: corpus.source)
    let one = try ShardIndex.build(set, source: corpus.source, workers: 1)
    for workers in [2, 5] {
      let many = try ShardIndex.build(set, source: corpus.source, workers: workers)
      #expect(one.index == many.index && one.report == many.report)
    }
  }

  @Test func theFirstBadShardStopsTheBuild() throws {
    let corpus = try corpus()
    var strict = corpus.source
    strict.onBadShard = .fail
    let set = try ShardSet(resolving: strict)
    let error = #expect(throws: ShardError.self) { try ShardIndex.build(set, source: strict, workers: 2) }
    guard case .damaged("c.txt.gz", _, 2, .truncated) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  /// A file of zeros that takes no room, so long that only a pass that is cancelled ends soon.
  private func endless(_ folder: TemporaryFolder, _ name: String) throws {
    let path = try folder.write(name, Array("one\n".utf8))
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.truncate(atOffset: 1 << 36)
    try file.close()
  }

  @Test(arguments: [1, 2])
  func aCancelledPassEndsAfterTheBlocksUnderWay(workers: Int) throws {
    let folder = try TemporaryFolder()
    for name in ["a.txt", "b.txt", "c.txt"] { try endless(folder, name) }
    var source = CorpusSource(shards: [folder.path], document: .line, onBadRecord: .skip, onBadShard: .skip)
    source.maximumRecordBytes = 1 << 16
    let set = try ShardSet(resolving: source)
    var questions = 0
    let error = #expect(throws: ShardError.self) {
      try ShardIndex.build(
        set, source: source, workers: workers,
        isCancelled: {
          questions += 1
          return questions == 3
        })
    }
    #expect(error == .cancelled && error?.exitCode == 10 && questions >= 3, "\(String(describing: error))")
  }

  @Test func aCancelledCheckEndsAfterTheBlockUnderWay() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("a.txt", Array("one\n".utf8))
    let source = CorpusSource(shards: [folder.path])
    let set = try ShardSet(resolving: source)
    let index = try ShardIndex.build(set, source: source).index
    var questions = 0
    let error = #expect(throws: ShardError.self) {
      try index.verify(set, quick: false) {
        questions += 1
        return true
      }
    }
    #expect(error == .cancelled && questions == 1, "\(String(describing: error))")
    try index.verify(set, quick: false)
  }

  @Test func anIndexSurvivesItsFile() throws {
    let corpus = try corpus()
    let index = try ShardIndex.build(ShardSet(resolving: corpus.source), source: corpus.source).index
    let text = index.json.text(pretty: true)
    #expect(try ShardIndex(json: JSONValue.parse(text)) == index)
    let forged = text.replacingOccurrences(of: "\"documents\": 2", with: "\"documents\": 3")
    #expect(throws: ShardError.invalidIndex(reason: "the fingerprint does not agree with the shards")) {
      try ShardIndex(json: JSONValue.parse(forged))
    }
    for key in ["version", "shards", "fingerprint"] {
      var object = try #require(index.json.object)
      object[key] = nil
      #expect(throws: ShardError.self, "without \(key)") { try ShardIndex(json: .object(object)) }
    }
    let negative = text.replacingOccurrences(of: "\"bytes\": ", with: "\"bytes\": -")
    #expect(throws: ShardError.invalidIndex(reason: "shards[0] is incomplete")) {
      try ShardIndex(json: JSONValue.parse(negative))
    }
  }

  @Test(arguments: [true, false])
  func everyChangeIsNamed(quick: Bool) throws {
    let corpus = try corpus()
    let index = try ShardIndex.build(ShardSet(resolving: corpus.source), source: corpus.source).index
    try index.verify(ShardSet(resolving: corpus.source), quick: quick)

    _ = try corpus.folder.write("d.txt", [])
    try FileManager.default.removeItem(atPath: corpus.folder.path + "/c.txt.gz")
    _ = try corpus.folder.write("b.jsonl", Array("{\"text\":\"thrEe\"}\n{\"text\":\n{\"text\":\"four\"}\n".utf8))
    let changes: [ShardChange] = [
      .changed(name: "b.jsonl", recordedBytes: 42, bytes: 42), .added(name: "d.txt"), .missing(name: "c.txt.gz"),
    ]
    let error = #expect(throws: ShardError.self) { try index.verify(ShardSet(resolving: corpus.source), quick: quick) }
    #expect(error == .shardsChanged(changes) && error?.exitCode == 65, "\(String(describing: error))")
  }

  @Test func aCopyWithAnotherTimeIsTheSame() throws {
    let corpus = try corpus()
    let index = try ShardIndex.build(ShardSet(resolving: corpus.source), source: corpus.source).index
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: corpus.folder.path + "/a.txt")
    try index.verify(ShardSet(resolving: corpus.source), quick: true)
  }

  @Test func percentilesAreWithinAThirtySecond() {
    var histogram = LengthHistogram()
    var other = LengthHistogram()
    for length in 1...100_000 {
      if length % 2 == 0 { histogram.add(length) } else { other.add(length) }
    }
    histogram.add(other)
    #expect(histogram.count == 100_000 && histogram.minimum == 1 && histogram.maximum == 100_000)
    for share in [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 1] {
      let exact = share * 100_000
      let found = Double(histogram.percentile(share))
      #expect(found >= exact && found <= exact * (1 + 1.0 / 32), "\(share): \(found) for \(exact)")
    }
  }
}

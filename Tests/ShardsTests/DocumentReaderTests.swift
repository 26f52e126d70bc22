import Foundation
import Shards
import Testing

@Suite struct DocumentReaderTests {
  @Test func paragraphsAreDocumentsOfTextShards() throws {
    let folder = try TemporaryFolder()
    let shard = try folder.shard("a.txt", "\u{FEFF}\n\nOne\r\nline two\r\n\r\n \t\nTwo\n\n\n\nThree")
    let documents = try all(DocumentReader(shard, source: CorpusSource(shards: [])))
    #expect(documents.map(\.text) == ["One\r\nline two", "Two", "Three"])
    #expect(documents.map(\.ordinal) == [0, 1, 2])
  }

  @Test func linesAreDocumentsOnRequest() throws {
    let folder = try TemporaryFolder()
    let shard = try folder.shard("a.txt", "One\r\n\n  two \nthree")
    let documents = try all(DocumentReader(shard, source: CorpusSource(shards: [], document: .line)))
    #expect(documents.map(\.text) == ["One", "  two ", "three"])
    #expect(documents.map(\.offset) == [0, 6, 13])
    #expect(documents.map(\.textOffset) == [0, 3, 9])
  }

  @Test func wholeFilesKeepEveryByte() throws {
    let folder = try TemporaryFolder()
    let shard = try folder.shard("a.txt", "One\r\n\n\u{0}two\n\n")
    let documents = try all(DocumentReader(shard, source: CorpusSource(shards: [], document: .file)))
    #expect(documents.map(\.text) == ["One\r\n\n\u{0}two\n\n"])
  }

  @Test func membersOfJSONLinesAreRead() throws {
    let folder = try TemporaryFolder()
    let lines = #"{"body":"a\nb","id":7}"# + "\r\n\n" + #"{"id":"x","body":"é"}"#
    let shard = try folder.shard("a.jsonl", lines)
    let documents = try all(DocumentReader(shard, source: CorpusSource(shards: [], text: "body", group: "id")))
    #expect(documents.map(\.text) == ["a\nb", "é"])
    #expect(documents.map(\.group) == ["7", "x"])
  }

  @Test func columnsOfTablesAreRead() throws {
    let folder = try TemporaryFolder()
    let comma = try folder.shard("a.csv", "id,body\r\n1,\"a, \"\"b\"\"\nc\"\r\n\r\n2,plain \"x\"\r\n")
    let source = CorpusSource(shards: [], text: "body", group: "id")
    let documents = try all(DocumentReader(comma, source: source))
    #expect(documents.map(\.text) == ["a, \"b\"\nc", "plain \"x\""])
    #expect(documents.map(\.group) == ["1", "2"])
    let tab = try folder.shard("a.tsv", "\"a\tx\nb \"q\"\ty\n")
    let second = try all(DocumentReader(tab, source: CorpusSource(shards: [], text: "1", group: "2")))
    #expect(second.map(\.text) == ["\"a", "b \"q\""])
    #expect(second.map(\.group) == ["x", "y"])
  }

  @Test(arguments: ["a.txt", "a.jsonl", "a.csv"], [0, 4])
  func readingGoesOnFromEveryDocument(name: String, readAhead: Int) throws {
    let folder = try TemporaryFolder()
    let texts = [
      "a.txt": "one\n\ntwo\nmore\n\n\nthree\n",
      "a.jsonl": "{\"text\":\"one\"}\n\n{\"text\":\"two\"}\n{\"text\":\"x\"}\n",
      "a.csv": "id,text\n1,one\n2,\"two\n2\"\n3,three",
    ]
    let shard = try folder.shard(name, try #require(texts[name]))
    let source = CorpusSource(shards: [])
    let documents = try all(DocumentReader(shard, source: source, readAhead: readAhead))
    #expect(documents.count == 3)
    for (place, document) in documents.enumerated() {
      let reader = try DocumentReader(shard, source: source, from: document.position, readAhead: readAhead)
      #expect(try all(reader) == Array(documents[place...]))
    }
    let reader = try DocumentReader(shard, source: source, readAhead: readAhead)
    for place in 1...3 {
      _ = try reader.next()
      let later = try DocumentReader(shard, source: source, from: reader.position, readAhead: readAhead)
      #expect(try all(later) == Array(documents[place...]))
    }
  }

  @Test(arguments: Codec.allCases)
  func readingGoesOnInTheMiddleOfCompressedShards(codec: Codec) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.jsonl" + codec.pathExtension
    let writer = try ShardWriter(path: path, frameBytes: 300_000)
    for place in 0..<40 { try writer.write(String(repeating: "word \(place) ", count: 9000 + place)) }
    try writer.close()
    let shard = try #require(ShardFile(path: path))
    let documents = try all(DocumentReader(shard, source: CorpusSource(shards: [])))
    #expect(documents.count == 40)
    for place in [1, 17, 39] {
      let from = documents[place].position
      #expect(
        try all(DocumentReader(shard, source: CorpusSource(shards: []), from: from)) == Array(documents[place...]))
    }
    let end = DocumentPosition(offset: documents[39].offset + 1_000_000, ordinal: 40)
    #expect(throws: ShardError.positionBeyondEnd(shard: shard.name, offset: end.offset)) {
      try all(DocumentReader(shard, source: CorpusSource(shards: []), from: end))
    }
  }

  @Test func lineEndsInsideParagraphsStayAsWritten() throws {
    let folder = try TemporaryFolder()
    let shard = try folder.shard("a.txt", "a\r\nb\r\n\r\nc\rd\n")
    #expect(try all(DocumentReader(shard, source: CorpusSource(shards: []))).map(\.text) == ["a\r\nb", "c\rd"])
  }

  @Test func emptyShardsHaveNoDocuments() throws {
    let folder = try TemporaryFolder()
    for name in ["a.txt", "a.jsonl", "a.csv", "a.tsv"] {
      for text in ["", "\n\n", "\u{FEFF}"] {
        #expect(try all(DocumentReader(folder.shard(name, text), source: CorpusSource(shards: []))).isEmpty, "\(name)")
      }
    }
  }

  @Test func everyCodecOfTheRealDataIsRead() throws {
    var texts: [[String]] = []
    for suffix in ["", ".gz", ".lz4", ".zst"] {
      guard let path = sharedData("lm/wikitext-2/valid.txt" + suffix) else { return }
      let reader = try DocumentReader(
        try #require(ShardFile(path: path)), source: CorpusSource(shards: [], document: .file))
      texts.append(try all(reader).map(\.text))
    }
    #expect(texts[0].map(\.utf8.count) == [1_121_681])
    #expect(texts.allSatisfy { $0 == texts[0] })
  }
}

/// A folder that is gone with its last reference.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/cloze-shards-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  func shard(_ name: String, _ bytes: [UInt8]) throws -> ShardFile {
    try #require(ShardFile(path: try write(name, bytes)))
  }

  func shard(_ name: String, _ text: String) throws -> ShardFile { try shard(name, Array(text.utf8)) }
}

/// All documents a reader gives.
func all(_ reader: DocumentReader) throws -> [Document] {
  var documents: [Document] = []
  while let document = try reader.next() { documents.append(document) }
  return documents
}

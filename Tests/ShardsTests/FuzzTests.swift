import Foundation
import Randomness
import Shards
import Testing

@Suite struct FuzzTests {
  /// Bytes that mean something to one of the formats, and some that are no UTF-8.
  static let alphabet = Array("\n\n\r\t ,\"\"ab{}:é".utf8) + [0xFF, 0x00, 0xEF, 0xBB, 0xBF]
  static let wholes = ["{\"text\":\"a\"}\n", "\"a,b\",c\n", "\n\n", "text\n"].map { Array($0.utf8) }

  static func noise(_ numbers: inout RandomNumbers) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<numbers.below(60) {
      if numbers.below(6) == 0 {
        bytes += wholes[numbers.below(wholes.count)]
      } else {
        bytes.append(alphabet[numbers.below(alphabet.count)])
      }
    }
    return bytes
  }

  /// Whatever the bytes, nothing traps, records stay below their limit, and reading can go on from every document.
  @Test(arguments: [
    ("a.txt", DocumentRule.blankLine), ("a.txt", .line), ("a.jsonl", .line), ("a.csv", .line), ("a.tsv", .line),
  ])
  func noiseIsReadTheSameFromEveryDocument(name: String, rule: DocumentRule) throws {
    let folder = try TemporaryFolder()
    let key = RandomKey(seed: 5, purpose: .sampling)
    var documentCount = 0
    for sample in 0..<150 {
      var numbers = key.numbers(sample: UInt64(sample))
      let shard = try folder.shard(name, Self.noise(&numbers))
      for (policy, limit) in [(BadRecordPolicy.skip, 1 << 20), (.repair, 9), (.skip, 5)] {
        var source = CorpusSource(shards: [], text: "1", document: rule, header: false, onBadRecord: policy)
        source.maximumRecordBytes = limit
        if name == "a.jsonl" { source.text = "text" }
        let documents = try all(DocumentReader(shard, source: source, readAhead: 0))
        documentCount += documents.count
        for (place, document) in documents.enumerated() {
          let later = try DocumentReader(shard, source: source, from: document.position, readAhead: 0)
          #expect(try all(later) == Array(documents[place...]), "sample \(sample), limit \(limit), document \(place)")
          #expect(policy == .repair || document.text.utf8.count <= limit)
        }
      }
    }
    #expect(documentCount > 40, "\(documentCount) documents")
  }
}

import Foundation
import JSON
import Shards
import Testing

@Suite struct ValidationSplitTests {
  /// A corpus of two shards of documents with groups, its index and its documents.
  struct Corpus {
    let folder: TemporaryFolder
    let set: ShardSet
    let index: ShardIndex
    let documents: [Document]

    init(group: String?) throws {
      folder = try TemporaryFolder()
      for shard in 0..<2 {
        let writer = try ShardWriter(path: folder.path + "/part-\(shard).jsonl.zst")
        for place in 0..<1500 {
          let text = String(repeating: "é", count: place % 11 + 1) + "x"
          try writer.write(text, members: ["book": .string("book \(place % 300)")])
        }
        try writer.close()
      }
      let source = CorpusSource(shards: [folder.path], group: group)
      set = try ShardSet(resolving: source)
      index = try ShardIndex.build(set, source: source).index
      documents = try set.shards.enumerated().flatMap { try all(DocumentReader($1, index: $0, source: source)) }
    }

    func texts(_ split: ValidationSplit, _ side: ValidationSplit.Side) -> [String] {
      documents.compactMap { split.part(of: $0, on: side)?.text }
    }
  }

  @Test func aShareOfDocumentsIsHeldOut() throws {
    let corpus = try Corpus(group: nil)
    let split = try ValidationSplit(.share(0.1), set: corpus.set, index: corpus.index, seed: 1)
    let heldOut = corpus.documents.count { split.assignment(of: $0) == .whole(.validation) }
    // Binomial: 3000 × 0.1 ± 5 standard deviations.
    #expect(abs(heldOut - 300) < 83, "\(heldOut) of 3000")
    let other = try ValidationSplit(.share(0.1), set: corpus.set, index: corpus.index, seed: 2)
    #expect(corpus.documents.contains { split.assignment(of: $0) != other.assignment(of: $0) })
  }

  @Test func aGroupIsNeverOnBothSides() throws {
    let corpus = try Corpus(group: "book")
    let split = try ValidationSplit(.share(0.3), set: corpus.set, index: corpus.index, seed: 7)
    var sides: [String: Set<ValidationSplit.Side>] = [:]
    for document in corpus.documents {
      guard case .whole(let side) = split.assignment(of: document) else { continue }
      sides[try #require(document.group), default: []].insert(side)
    }
    #expect(sides.count == 300 && sides.values.allSatisfy { $0.count == 1 })
    let heldOut = sides.values.count { $0 == [.validation] }
    #expect(abs(heldOut - 90) < 40, "\(heldOut) of 300 groups")
  }

  @Test func theSplitOfADocumentDoesNotDependOnOtherShards() throws {
    let corpus = try Corpus(group: "book")
    let alone = try ShardSet(paths: [corpus.set.shards[1].path, corpus.folder.path + "/part-9.jsonl"])
    let split = try ValidationSplit(.share(0.3), set: corpus.set, index: corpus.index, seed: 7)
    let other = try ValidationSplit(.share(0.3), set: alone, index: corpus.index, seed: 7)
    for document in corpus.documents where document.shard == 1 {
      var moved = document
      moved.shard = 0
      #expect(split.assignment(of: document) == other.assignment(of: moved))
    }
  }

  @Test func shardsAreHeldOutByGlob() throws {
    let corpus = try Corpus(group: nil)
    let split = try ValidationSplit(.shards(["*-1.*"]), set: corpus.set, index: corpus.index, seed: 1)
    #expect(corpus.documents.allSatisfy { split.assignment(of: $0) == .whole($0.shard == 1 ? .validation : .training) })
    #expect(split.sides(ofShard: 0) == [.training] && split.sides(ofShard: 1) == [.validation])
    #expect(throws: ShardError.self) {
      try ValidationSplit(.shards(["valid*"]), set: corpus.set, index: corpus.index, seed: 1)
    }
  }

  @Test(arguments: [0, 0.1, 0.25, 0.5, 0.7303, 1])
  func theTailIsTheLastShareOfTheTextBytes(share: Double) throws {
    let corpus = try Corpus(group: nil)
    let split = try ValidationSplit(.tail(share), set: corpus.set, index: corpus.index, seed: 1)
    let (training, validation) = (corpus.texts(split, .training), corpus.texts(split, .validation))
    let all = corpus.documents.map(\.text).joined()
    #expect((training + validation).joined() == all)
    let cut = Int((Double(all.utf8.count) * (1 - share)).rounded(.down))
    let trained = training.joined().utf8.count
    #expect(cut - trained <= 1 && trained <= cut, "\(trained) bytes train, cut at \(cut)")
    #expect(!validation.contains("") && !training.contains(""))
    let divided = corpus.documents.count { if case .divided = split.assignment(of: $0) { true } else { false } }
    #expect(divided <= 1)
    for shard in 0..<2 {
      let sides = Set(
        ValidationSplit.Side.allCases.filter { side in
          corpus.documents.contains { $0.shard == shard && split.part(of: $0, on: side) != nil }
        })
      #expect(sides.isSubset(of: split.sides(ofShard: shard)))
    }
  }

  /// The usual cut of this text: the first ⌊0.9 n⌋ of its bytes train.
  @Test func theTailOfTinyShakespeareIsTheUsualOne() throws {
    guard let path = sharedData("lm/tinyshakespeare/input.txt") else { return }
    let source = CorpusSource(shards: [path], document: .file)
    let set = try ShardSet(resolving: source)
    let index = try ShardIndex.build(set, source: source).index
    let split = try ValidationSplit(.tail(0.1), set: set, index: index, seed: 1)
    let document = try #require(try DocumentReader(set.shards[0], source: source).next())
    #expect(split.assignment(of: document) == .divided(atByte: 1_003_854))
  }

  @Test func everythingTrainsWithoutARule() throws {
    let corpus = try Corpus(group: nil)
    let split = try ValidationSplit(.none, set: corpus.set, index: corpus.index, seed: 1)
    #expect(corpus.texts(split, .training).count == 3000 && corpus.texts(split, .validation).isEmpty)
  }
}

@Suite struct CorpusSourceTests {
  @Test func theKeysOfAPipelineAreRead() throws {
    let json = """
      {"shards": "x/*.jsonl", "text": "body", "document": "line", "group": "id", "validation": {"tail": 0.1},
       "on_bad_record": "repair", "on_bad_shard": "skip", "header": false, "max_record_bytes": 9}
      """
    let source = try JSONDecoder().decode(CorpusSource.self, from: Data(json.utf8))
    let expected = CorpusSource(
      shards: ["x/*.jsonl"], text: "body", group: "id", document: .line, header: false, validation: .tail(0.1),
      onBadRecord: .repair, onBadShard: .skip, maximumRecordBytes: 9)
    #expect(source == expected)
    #expect(try JSONDecoder().decode(CorpusSource.self, from: JSONEncoder().encode(source)) == source)
    let plain = try JSONDecoder().decode(CorpusSource.self, from: Data("{\"shards\": [\"a\", \"b\"]}".utf8))
    #expect(plain == CorpusSource(shards: ["a", "b"]))
  }

  @Test(arguments: [
    ("0.005", ValidationRule.share(0.005)), ("\"v*\"", .shards(["v*"])), ("[\"a\", \"b\"]", .shards(["a", "b"])),
    ("{\"tail\": 0.5}", .tail(0.5)), ("null", .none),
  ])
  func allFormsOfValidationAreRead(text: String, rule: ValidationRule) throws {
    #expect(try JSONDecoder().decode(ValidationRule.self, from: Data(text.utf8)) == rule)
    #expect(try JSONDecoder().decode(ValidationRule.self, from: JSONEncoder().encode(rule)) == rule)
  }

  @Test(arguments: ["{\"shards\": 7}", "{}", "{\"shards\": [], \"on_bad_record\": \"ignore\"}"])
  func otherFormsAreRefused(text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(CorpusSource.self, from: Data(text.utf8)) }
  }
}

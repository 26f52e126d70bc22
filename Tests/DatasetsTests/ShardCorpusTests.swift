import Datasets
import Foundation
import Shards
import Testing
import Tokenizers

@Suite struct ShardCorpusTests {
  /// Shards of blank-line separated documents in a folder of their own, removed afterwards.
  private func withShards<Result>(
    _ texts: [String], validation: ValidationRule, _ body: (ShardCorpus, String) throws -> Result
  ) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("datasets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (number, start) in stride(from: 0, to: texts.count, by: 25).enumerated() {
      let text = texts[start..<min(start + 25, texts.count)].joined(separator: "\n\n") + "\n"
      try Data(text.utf8).write(to: folder.appendingPathComponent("part\(number).txt"))
    }
    let source = CorpusSource(shards: [folder.path + "/*.txt"], validation: validation)
    let shards = try ShardSet(resolving: source)
    let index = try ShardIndex.build(shards, source: source).index
    let split = try ValidationSplit(validation, set: shards, index: index, seed: 3)
    let fingerprint = index.fingerprint(source: source, seed: 3)
    return try body(ShardCorpus(shards: shards, source: source, split: split), fingerprint)
  }

  private func all(_ corpus: ShardCorpus, from position: CorpusPosition? = nil) throws -> [CorpusDocument] {
    var stream = try corpus.documents(from: position)
    var documents: [CorpusDocument] = []
    while let document = try stream.next() { documents.append(document) }
    return documents
  }

  @Test func readingFromAnyDocumentGivesTheRest() throws {
    let texts = SmallCorpus.texts(80)
    try withShards(texts, validation: .share(0.3)) { corpus, _ in
      let documents = try all(corpus)
      #expect(documents.map(\.text) == texts)
      #expect(Set(documents.map(\.part)) == [.training, .validation])
      for start in stride(from: 0, to: documents.count, by: 7) {
        #expect(try all(corpus, from: documents[start].position) == Array(documents[start...]))
      }
    }
  }

  @Test func aTailDividesADocumentIntoItsTwoSides() throws {
    let text = SmallCorpus.texts(1, sentences: 60, seed: 4)[0]
    try withShards([text], validation: .tail(0.25)) { corpus, _ in
      let documents = try all(corpus)
      #expect(documents.map(\.part) == [.training, .validation])
      #expect(documents.map(\.text).joined() == text)
    }
  }

  @Test(arguments: RowPlan.Shape.allCases)
  func rowsOfShardsAreThoseOfTheSameDocumentsInMemory(shape: RowPlan.Shape) throws {
    let texts = SmallCorpus.texts(120)
    try withShards(texts, validation: .none) { corpus, fingerprint in
      let memory = try SmallCorpus.counted(shape, texts: texts)
      let dataset = try Dataset(corpus: corpus, tokenizer: memory.tokenizer, plan: memory.dataset.plan, threads: 2)
      let index = try dataset.countingPass(fingerprint: fingerprint)
      #expect(index.training.windows.map(\.rows) == memory.index.training.windows.map(\.rows))
      let shards = Counted(dataset: dataset, index: index, texts: texts)
      #expect(try shards.epoch(1) == memory.epoch(1))
    }
  }
}

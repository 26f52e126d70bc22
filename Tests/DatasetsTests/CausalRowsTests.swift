import Datasets
import Testing
import Tokenizers

@Suite struct CausalRowsTests {
  /// The definition, document by document: ⟨end⟩ t1 … tn is read, t1 … tn ⟨end⟩ is scored.
  private func documentPairs(_ counted: Counted) throws -> [[Int32]] {
    let end = try #require(counted.tokenizer.specials.endOfText)
    return counted.texts.flatMap { text in
      let ids = counted.tokenizer.ids(text)
      return zip([end] + ids, ids + [end]).map { [$0, $1] }
    }
  }

  private func pairs(_ rows: [Example]) -> [[Int32]] {
    rows.flatMap { zip($0.ids, $0.targets).map { [$0, $1] } }
  }

  @Test func everyTokenAndEveryEndIsScoredExactlyOnceAnEpoch() throws {
    let counted = try SmallCorpus.counted(.causal)
    let expected = try documentPairs(counted).sorted { $0.lexicographicallyPrecedes($1) }
    for epoch in 0..<2 {
      let found = pairs(try counted.epoch(epoch)).sorted { $0.lexicographicallyPrecedes($1) }
      #expect(found == expected, "epoch \(epoch): \(found.count) pairs of \(expected.count)")
    }
  }

  @Test func validationRowsAreTheDocumentsInOrder() throws {
    let texts = SmallCorpus.texts(40)
    let counted = try SmallCorpus.counted(.causal, texts: texts, heldOut: 2)
    let held = Counted(
      dataset: counted.dataset, index: counted.index,
      texts: texts.indices.filter { $0 % 2 == 1 }.map { texts[$0] })
    #expect(try pairs(counted.epoch(0, .validation)) == documentPairs(held))
  }

  @Test func rowsAreFullButTheLastOfAWindow() throws {
    let counted = try SmallCorpus.counted(.causal)
    let rows = try counted.epoch(0)
    #expect(rows.count { $0.count != 32 } <= counted.index.training.windows.count)
    #expect(rows.allSatisfy { (1...32).contains($0.count) && $0.targets.count == $0.count })
    #expect(rows.allSatisfy { $0.targets.allSatisfy { $0 >= 0 } })
  }

  @Test func aDocumentLongerThanTheRowGoesOnFromItsLastTarget() throws {
    let text = (0..<200).map { "word\($0)" }.joined(separator: " ")
    let counted = try SmallCorpus.counted(.causal, texts: [text])
    let rows = try counted.epoch(0).sorted { $0.sample < $1.sample }
    #expect(rows.count > 3)
    for (row, next) in zip(rows, rows.dropFirst()) { #expect(next.ids.first == row.targets.last) }
  }

  @Test func attentionAndPositionsRestartWhereADocumentStarts() throws {
    let counted = try SmallCorpus.counted(.causal)
    let end = try #require(counted.tokenizer.specials.endOfText)
    let rows = try counted.epoch(0)
    #expect(rows.contains { $0.segmentOffsets.count > 2 })
    for row in rows {
      let starts = row.ids.indices.filter { $0 == 0 || row.ids[$0] == end }.map { Int32($0) }
      #expect(row.segmentOffsets == starts + [Int32(row.count)])
      let positions = zip(row.segmentOffsets, row.segmentOffsets.dropFirst()).flatMap { 0..<($1 - $0) }
      #expect(row.positions == positions)
    }
  }

  @Test func rowsThatSeeAcrossAreOneSegmentWithPositionsRunningOn() throws {
    let isolated = try SmallCorpus.counted(.causal)
    let across = try SmallCorpus.counted(.causal) { $0.isolatesDocuments = false }
    let rows = try across.epoch(0)
    #expect(rows.allSatisfy { $0.segmentOffsets == [0, Int32($0.count)] })
    #expect(rows.allSatisfy { $0.positions == Array(0..<Int32($0.count)) })
    #expect(try pairs(isolated.epoch(0)) == pairs(rows))
  }

  @Test func bytesOfAnEpochAreTheBytesOfItsText() throws {
    for kind in [TokenizerKind.byteBPE, .characters] {
      let texts = SmallCorpus.texts(30) + ["Größe – 数 😀 ok"]
      let counted = try SmallCorpus.counted(.causal, texts: texts, kind: kind)
      let bytes = try counted.epoch(0).reduce(0) { $0 + $1.byteCount }
      #expect(bytes == texts.reduce(0) { $0 + $1.utf8.count })
    }
  }

  @Test func bytesOfARowAreThoseOfTheTextItScores() throws {
    let counted = try SmallCorpus.counted(.causal)
    for row in try counted.epoch(0) {
      let text = counted.tokenizer.decode(row.targets, skippingSpecialTokens: true)
      #expect(row.byteCount == text.utf8.count)
    }
  }

  @Test func withoutEndOfTextDocumentsAreOneStreamInCorpusOrder() throws {
    let lines = ["To be, or not to be,", "that is the question:", "whether 'tis nobler"]
    let counted = try SmallCorpus.counted(.causal, length: 8, texts: lines, kind: .characters) {
      $0.usesEndOfText = false
      $0.isolatesDocuments = false
      $0.documentSuffix = "\n"
    }
    let rows = try counted.epoch(3).sorted { $0.sample < $1.sample }
    let stream = lines.map { $0 + "\n" }.joined()
    let ids = counted.tokenizer.ids(stream)
    #expect(rows.flatMap(\.ids) == Array(ids.dropLast()))
    #expect(rows.flatMap(\.targets) == Array(ids.dropFirst()))
    #expect(rows.reduce(0) { $0 + $1.byteCount } == stream.utf8.count - 1)
  }
}

import Datasets
import Testing
import Tokenizers

@Suite struct PairRowsTests {
  private static let texts = SmallCorpus.texts(400, sentences: 14)

  /// The two parts of a pair, without special tokens.
  private func parts(_ row: Example) -> (a: [Int32], b: [Int32]) {
    let places = row.ids.indices.filter { !row.isSpecial[$0] }
    return (
      places.filter { row.typeIds[$0] == 0 }.map { row.ids[$0] },
      places.filter { row.typeIds[$0] == 1 }.map { row.ids[$0] }
    )
  }

  @Test func aRowIsClsASepBSepWithTypes() throws {
    let counted = try SmallCorpus.counted(.pairs, length: 48, texts: Self.texts)
    let specials = counted.tokenizer.specials
    for row in try counted.epoch(0) {
      let seps = row.ids.indices.filter { row.ids[$0] == specials.sep }
      #expect(row.ids.first == specials.cls && seps.count == 2 && seps.last == row.count - 1)
      #expect(row.typeIds == row.ids.indices.map { $0 <= seps[0] ? 0 : 1 })
      #expect(row.segmentOffsets == [0, Int32(row.count)] && row.positions == Array(0..<Int32(row.count)))
      let (a, b) = parts(row)
      #expect(!a.isEmpty && !b.isEmpty && row.count == a.count + b.count + 3 && row.count <= 48)
    }
  }

  @Test func aTrueSecondPartFollowsAndARandomOneIsOfAnotherDocument() throws {
    let texts = SmallCorpus.texts(120, sentences: 14)
    let counted = try SmallCorpus.counted(.pairs, length: 48, texts: texts)
    let tokenizer = counted.tokenizer
    let streams = texts.map { tokenizer.decode(tokenizer.ids($0)) }
    var (told, rows) = (0, 0)
    for epoch in 0..<2 {
      for row in try counted.epoch(epoch) {
        let (a, b) = parts(row)
        let (first, second) = (tokenizer.decode(a), tokenizer.decode(b))
        rows += 1
        if row.nextSentenceLabel == 1 {
          let shared = documents(in: first).intersection(documents(in: second))
          #expect(shared.isEmpty, "\(first) | \(second)")
        }
        // A first part that stands in one document tells where the row comes from.
        let origins = streams.filter { $0.contains(first) }
        #expect(!origins.isEmpty)
        guard origins.count == 1 else { continue }
        told += 1
        let follows = origins[0].contains(tokenizer.decode(a + b))
        #expect(follows == (row.nextSentenceLabel == 0), "\(first) | \(second)")
      }
    }
    #expect(told > rows / 2, "\(told) of \(rows)")
  }

  @Test func labelsAreHalfAndHalf() throws {
    let counted = try SmallCorpus.counted(.pairs, length: 48, texts: Self.texts)
    let labels = try (0..<4).flatMap { try counted.epoch($0) }.map(\.nextSentenceLabel)
    let random = Double(labels.count { $0 == 1 })
    #expect(labels.count { $0 == 0 } + Int(random) == labels.count)
    let rows = Double(labels.count)
    #expect(abs(random - rows / 2) < 4 * (rows / 4).squareRoot(), "\(random) of \(rows)")
  }

  /// χ² of label against length class, for 2 × k counts; under independence near k − 1.
  private func chiSquare(_ counts: [[Double]]) -> Double {
    let rows = counts.map { $0.reduce(0, +) }
    let columns = counts[0].indices.map { column in counts.reduce(0) { $0 + $1[column] } }
    let total = rows.reduce(0, +)
    var sum = 0.0
    for (row, values) in counts.enumerated() {
      for (column, value) in values.enumerated() where columns[column] > 0 {
        let expected = rows[row] * columns[column] / total
        sum += (value - expected) * (value - expected) / expected
      }
    }
    return sum
  }

  @Test func theLengthOfTheSecondPartDoesNotTellTheLabel() throws {
    let counted = try SmallCorpus.counted(.pairs, length: 48, texts: Self.texts, windowBytes: 40_000)
    var counts = [[Double]](repeating: [Double](repeating: 0, count: 9), count: 2)
    for epoch in 0..<6 {
      for row in try counted.epoch(epoch) {
        counts[Int(try #require(row.nextSentenceLabel))][parts(row).b.count / 5] += 1
      }
    }
    let value = chiSquare(counts)
    #expect(value < 26.1, "χ² \(value) with 8 degrees of freedom exceeds the 0.1 % point; \(counts)")
    // The checker sees a random part that is one length class shorter.
    let shifted = [counts[0], Array(counts[1].dropFirst()) + [0]]
    #expect(chiSquare(shifted) > 26.1)
  }

  @Test func anEpochDrawsOtherSplitsAndLabelsOverTheSamePieces() throws {
    let counted = try SmallCorpus.counted(.pairs, length: 48, texts: Self.texts)
    let one = try counted.epoch(0).sorted { $0.sample < $1.sample }
    let two = try counted.epoch(1).sorted { $0.sample < $1.sample }
    let changed = zip(one, two).count { $0.nextSentenceLabel != $1.nextSentenceLabel }
    #expect(changed > one.count / 3 && changed < one.count * 2 / 3, "\(changed) of \(one.count)")
  }

  @Test func documentsOfOneSentenceAreSkippedAndCounted() throws {
    let counted = try SmallCorpus.counted(.pairs, length: 64, texts: Self.texts) { $0.shortRowShare = 0 }
    let statistics = counted.index.training.statistics
    let single = Self.texts.filter { !$0.contains(". ") }
    #expect(single.count > 5)
    #expect(statistics.skippedDocuments == single.count, "\(statistics)")
    #expect(statistics.rowTokens - 3 * statistics.rows + statistics.skippedTokens == statistics.textTokens)
    #expect(Double(statistics.skippedTokens) < 0.1 * Double(statistics.textTokens), "\(statistics)")
  }

  @Test func sentencesLongerThanTheRowAreCut() throws {
    let long = (0..<3).map { "D\($0) " + (0..<90).map { "w\($0 % 13)" }.joined(separator: " ") + "." }
    let counted = try SmallCorpus.counted(.pairs, length: 24, texts: long) { $0.shortRowShare = 0 }
    let statistics = counted.index.training.statistics
    #expect(statistics.cutSentences == 3 && statistics.skippedTokens < 3 * 21, "\(statistics)")
    #expect(try counted.epoch(0).allSatisfy { $0.count <= 24 })
  }

  @Test func aShareOfThePiecesIsShorterThanTheRow() throws {
    let texts = (0..<20).map { document in
      (0..<40).map { "D\(document) one two three four five \($0)." }.joined(separator: " ")
    }
    func shortShare(_ share: Double) throws -> Double {
      let counted = try SmallCorpus.counted(.pairs, length: 64, texts: texts) { $0.shortRowShare = share }
      let rows = try counted.epoch(0)
      return Double(rows.count { $0.count < 48 }) / Double(rows.count)
    }
    let (none, all) = try (shortShare(0), shortShare(1))
    #expect(none < 0.2 && all > 0.5, "\(none) and \(all)")
  }

  @Test func aCorpusOfOneDocumentIsRefused() throws {
    let text = SmallCorpus.texts(1, sentences: 1)[0] + " D0 stone. D0 river walks. D0 under."
    #expect(throws: DatasetError.tooFewDocuments(part: .training, usable: 0)) {
      try SmallCorpus.counted(.pairs, texts: [text])
    }
    #expect(throws: DatasetError.noRows(part: .training)) {
      let held = try SmallCorpus.counted(.singles, texts: [text], heldOut: 1)
      Issue.record("an index of \(held.index.training.rowCount) rows")
    }
  }

  @Test func twinDocumentsNeverLendTheTrueSecondPart() throws {
    let twin = "D1 stone walks. D1 river speaks. D1 copper letters follow."
    let counted = try SmallCorpus.counted(
      .pairs, texts: [twin, twin, twin, "D2 lantern bright. D2 garden walks slowly under evening."])
    for epoch in 0..<40 {
      for row in try counted.epoch(epoch) where row.nextSentenceLabel == 1 {
        let (a, b) = parts(row)
        #expect(!counted.tokenizer.decode(counted.tokenizer.ids(twin)).contains(counted.tokenizer.decode(a + b)))
      }
    }
  }
}

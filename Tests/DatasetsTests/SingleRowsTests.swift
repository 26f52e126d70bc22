import Datasets
import Testing
import Tokenizers

@Suite struct SingleRowsTests {
  @Test func everySegmentIsAStretchOfOneDocumentBetweenClsAndSep() throws {
    let counted = try SmallCorpus.counted(.singles)
    let specials = counted.tokenizer.specials
    var tokens = 0
    for row in try counted.epoch(0) {
      #expect(row.count <= 32)
      for (start, end) in zip(row.segmentOffsets, row.segmentOffsets.dropFirst()) {
        let places = Int(start)..<Int(end)
        #expect(row.ids[places.lowerBound] == specials.cls && row.ids[places.upperBound - 1] == specials.sep)
        #expect(row.positions[places] == Array(0..<(end - start))[...])
        #expect(places.filter { row.isSpecial[$0] } == [places.lowerBound, places.upperBound - 1])
        #expect(documents(in: counted.tokenizer.decode(Array(row.ids[places]))).count <= 1)
        tokens += places.count - 2
      }
      #expect(row.typeIds == [Int32](repeating: 0, count: row.count) && row.targets.isEmpty)
    }
    #expect(tokens == counted.texts.reduce(0) { $0 + counted.tokenizer.ids($1).count })
  }

  @Test func shortTextsShareRowsAndRowsAreWellFilled() throws {
    let counted = try SmallCorpus.counted(.singles, length: 64, windowBytes: 20_000)
    let statistics = counted.index.training.statistics
    #expect(statistics.segments > statistics.rows)
    let share = statistics.filledShare(maximumLength: 64)
    #expect(share > 0.9, "\(share)")
    #expect(statistics.unknownShare >= 0 && statistics.bytesPerToken > 1)
  }

  @Test func wordStartsAreTheTokenizers() throws {
    let counted = try SmallCorpus.counted(.singles, length: 512, texts: ["unbelievable lanterns walking"])
    let row = try #require(try counted.epoch(0).first)
    let expected = counted.tokenizer.idsAndWordStarts("unbelievable lanterns walking")
    #expect(Array(row.ids.dropFirst().dropLast()) == expected.ids)
    #expect(Array(row.startsWord.dropFirst().dropLast()) == expected.startsWord)
  }
}

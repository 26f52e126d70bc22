import Datasets
import JSON
import Testing
import Tokenizers

@Suite struct DatasetIndexTests {
  @Test func anIndexComesBackFromItsJSON() throws {
    let index = try SmallCorpus.counted(.pairs, texts: SmallCorpus.texts(200), heldOut: 4).index
    let text = index.json.text(pretty: true)
    #expect(try DatasetIndex(JSONValue.parse(Array(text.utf8))) == index)
    #expect(index.fingerprint.count == 64)
  }

  @Test func windowsCoverEveryDocumentOfTheirPart() throws {
    let texts = SmallCorpus.texts(200)
    let index = try SmallCorpus.counted(.singles, texts: texts, heldOut: 4).index
    for part in Part.allCases {
      let own = texts.indices.filter { ($0 % 4 == 3) == (part == .validation) }.map { texts[$0] }
      let windows = index[part].windows
      #expect(windows.count > 1)
      #expect(windows.reduce(0) { $0 + $1.documents } == own.count)
      #expect(windows.reduce(0) { $0 + $1.textBytes } == own.reduce(0) { $0 + $1.utf8.count })
      #expect(windows.allSatisfy { (4000 / 2..<3 * 4000).contains($0.textBytes) })
      #expect(index[part].firstSamples.count == windows.count + 1)
    }
  }

  @Test func anIndexOfOtherDataIsRefused() throws {
    let counted = try SmallCorpus.counted(.singles)
    let plan = counted.dataset.plan
    var longer = plan
    longer.maximumLength += 1
    let prints = [
      plan.fingerprint(corpus: "list", tokenizer: "small"), plan.fingerprint(corpus: "other", tokenizer: "small"),
      plan.fingerprint(corpus: "list", tokenizer: "large"), longer.fingerprint(corpus: "list", tokenizer: "small"),
    ]
    #expect(Set(prints).count == 4 && prints[0] == counted.index.fingerprint)
    #expect(throws: DatasetError.foreignIndex(expected: prints[1], found: prints[0])) {
      try DatasetIndex(counted.index.json, expecting: prints[1])
    }
  }

  @Test func aDamagedIndexIsRefusedWithThePlace() throws {
    let json = try SmallCorpus.counted(.singles).index.json
    for key in ["version", "fingerprint", "parts"] {
      var members = try #require(json.object)
      members[key] = nil
      #expect(throws: DatasetError.self) { try DatasetIndex(.object(members)) }
    }
    let text = json.text().replacing("\"documents\":60", with: "\"documents\":-1")
    #expect(throws: DatasetError.malformedIndex(place: "parts.training.statistics.documents")) {
      try DatasetIndex(JSONValue.parse(Array(text.utf8)))
    }
  }

  @Test func aChangedCorpusIsNoticedWhenItsWindowIsRead() throws {
    let counted = try SmallCorpus.counted(.singles)
    var texts = counted.texts
    texts[30] += " more"
    let changed = try Dataset(
      corpus: ListCorpus(texts), tokenizer: counted.tokenizer, plan: counted.dataset.plan)
    let source = RowSource(
      changed, index: counted.index, plan: try SequencePlan(counted.index, batchSize: 8, seed: 7))
    var failures = 0
    for step in 0..<source.plan.stepsPerEpoch {
      do { _ = try source.examples(of: step) } catch DatasetError.changed { failures += 1 }
    }
    #expect(failures > 0 && failures < source.plan.stepsPerEpoch)
  }

  @Test func settingsThatMakeNoRowsAreRefused() throws {
    let tokenizer = try SmallCorpus.tokenizer(.wordpiece, ["abc abc"])
    for shape in RowPlan.Shape.allCases {
      for length in [Int.min, -1, 0, Int.max] {
        let plan = RowPlan(shape: shape, maximumLength: length, seed: 1)
        #expect(throws: DatasetError.self) {
          try Dataset(corpus: ListCorpus([]), tokenizer: tokenizer, plan: plan)
        }
      }
    }
    let causal = RowPlan(shape: .causal, maximumLength: 8, seed: 1)
    #expect(causal.issues(with: tokenizer) == [.missingToken(role: "end-of-text")])
    let index = try SmallCorpus.counted(.singles).index
    #expect(throws: DatasetError.self) { try SequencePlan(index, batchSize: 0, seed: 1) }
    #expect(throws: DatasetError.noRows(part: .validation)) {
      try SequencePlan(index, part: .validation, batchSize: 1, seed: 1)
    }
  }

  @Test func tokenCountsAreThoseOfTheTrainingText() throws {
    let counted = try SmallCorpus.counted(.singles)
    var counts = [Int](repeating: 0, count: counted.tokenizer.vocabularySize)
    for text in counted.texts { for id in counted.tokenizer.ids(text) { counts[Int(id)] += 1 } }
    #expect(counted.index.tokenCounts == counts)
    let most = try #require(counted.index.mostFrequentToken)
    #expect(counts[Int(most)] == counts.max())
  }

  @Test func aRowInWordsShowsItsTokensAndTargets() throws {
    let counted = try SmallCorpus.counted(.singles)
    let row = try #require(try counted.epoch(0).first)
    let masked = try Masking(tokenizer: counted.tokenizer, seed: 1).choose(row)
    let shown = DecodedExample(row, masked: masked, tokenizer: counted.tokenizer)
    #expect(shown.segments.flatMap(\.tokens).count == row.count)
    #expect(shown.segments.reduce(0) { $0 + $1.targets.count } == masked.targets.count { $0 >= 0 })
    #expect(shown.segments[0].tokens[0] == "[CLS]")
  }
}

import Testing

@testable import Tokenizers

@Suite("Training")
struct TrainingTests {
  static let documents = [
    "low lower lowest low low", "new newer newest new widest widest", "Ünïcödé wörds, and 日本 text's end.\n\n",
    "the lower the newer, the wider the lowest", "a a a b b 🙂 🙂",
  ]

  private func trained(
    _ kind: TokenizerKind, _ size: Int, _ documents: [String] = documents, lowercase: Bool = false,
    stripAccents: Bool? = nil
  ) throws -> Tokenizer {
    var trainer = TokenizerTrainer(
      kind: kind, vocabularySize: size, lowercase: lowercase, stripAccents: stripAccents)
    for document in documents { try trainer.add(document) }
    return try trainer.train()
  }

  @Test(arguments: TokenizerKind.allCases) func orderOfDocumentsDoesNotMatter(kind: TokenizerKind) throws {
    let forward = try trained(kind, 300)
    let backward = try trained(kind, 300, Self.documents.reversed())
    #expect(forward.tokenizerJSON == backward.tokenizerJSON)
  }

  /// Counted by hand: "ab" occurs 3 + 2 times, "bc" 2 times; then "abc" 2 times; "xy" once, below the minimum.
  @Test func bytePairsMergeTheMostFrequentFirst() throws {
    let tokenizer = try trained(.byteBPE, 1000, ["ab", "\nab", "\nab", "\nabc", "\nabc", "\nxy"])
    guard case .bytePairs(let model) = tokenizer.encoder.model else {
      Issue.record("not byte pairs")
      return
    }
    let spelled = model.merges.map { [$0.left, $0.right].map { tokenizer.token($0) ?? "" } }
    #expect(spelled == [["a", "b"], ["ab", "c"]])
    #expect(tokenizer.vocabularySize == 1 + 256 + 2)
    #expect(tokenizer.specials.endOfText == 0)
    #expect(tokenizer.id("!") == 1)
  }

  /// Ties: "ab" and "cd" both occur twice; the pair of the smaller ids comes first.
  @Test func tiesGoToTheSmallerIds() throws {
    let tokenizer = try trained(.byteBPE, 258, ["cd", "\ncd", "\nab", "\nab"])
    #expect(tokenizer.token(257) == "ab")
  }

  @Test func encoderSpecialsComeFirst() throws {
    let tokenizer = try trained(.wordpiece, 100, lowercase: true)
    let first = (Int32(0)..<5).map { tokenizer.token($0) ?? "" }
    #expect(first == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    #expect(tokenizer.encode("low", pair: "new").typeIds.first == 0)
    #expect(tokenizer.ids("Lower") == tokenizer.ids("lower"))
    #expect(!tokenizer.ordinaryIds.contains(4) && tokenizer.ordinaryIds.count == tokenizer.vocabularySize - 5)
  }

  @Test(
    arguments: [
      (true, nil, "unicode"), (true, true, "unicode"), (true, false, "ünïcödé"), (false, nil, "Ünïcödé"),
      (false, true, "Unicode"), (false, false, "Ünïcödé"),
    ] as [(Bool, Bool?, String)])
  func accentsAreRemovedAsAskedElseWithUpperCase(lowercase: Bool, stripAccents: Bool?, read: String) throws {
    let tokenizer = try trained(.wordpiece, 300, lowercase: lowercase, stripAccents: stripAccents)
    #expect(tokenizer.decode(tokenizer.ids("Ünïcödé")) == read)
    let written = stripAccents.map { "\($0)" } ?? "null"
    #expect(tokenizer.tokenizerJSON.contains("\"strip_accents\":\(written)"))
    let characters = try trained(.characters, 300, lowercase: lowercase, stripAccents: stripAccents)
    let kept = stripAccents == true ? read : lowercase ? "ünïcödé" : "Ünïcödé"
    #expect(characters.decode(characters.ids("Ünïcödé")) == kept, "other kinds keep accents unless told")
  }

  @Test(arguments: TokenizerKind.allCases) func aVocabularyOfLessThanNothingIsRefused(kind: TokenizerKind) throws {
    let error = #expect(throws: TokenizerError.self) { try trained(kind, .min) }
    guard case .vocabularyTooSmall = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func tooSmallAVocabularySaysTheLeastSize() throws {
    #expect(throws: TokenizerError.vocabularyTooSmall(requested: 256, least: 257)) { try trained(.byteBPE, 256) }
    #expect(throws: TokenizerError.vocabularyTooSmall(requested: 1, least: 3)) { try trained(.characters, 1) }
    // Letters a and b begin words, b continues one; five specials.
    #expect(throws: TokenizerError.vocabularyTooSmall(requested: 7, least: 8)) {
      try trained(.wordpiece, 7, ["ab b"])
    }
    #expect(try trained(.wordpiece, 8, ["ab b"]).vocabularySize == 8)
  }

  @Test(arguments: TokenizerKind.allCases) func nothingToLearnFromIsAnError(kind: TokenizerKind) {
    #expect(throws: TokenizerError.noText) { try trained(kind, 300, [""]) }
  }

  @Test(arguments: [TokenizerKind.byteBPE, .characters]) func losslessKindsGiveTheTextBack(kind: TokenizerKind) throws {
    let tokenizer = try trained(kind, 300)
    for text in Self.documents { #expect(tokenizer.decode(tokenizer.ids(text)) == text) }
  }

  @Test(arguments: [TokenizerKind.wordpiece, .byteBPE, .unigram])
  func trainingSaysHowFarItIsAndStopsWhenTold(kind: TokenizerKind) throws {
    let lines = try Fixtures.bytes("corpus.txt").split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    func trainer() throws -> TokenizerTrainer {
      var trainer = TokenizerTrainer(kind: kind, vocabularySize: 600)
      try trainer.add(lines)
      return trainer
    }
    var whole = try trainer()
    var seen: [TrainingProgress] = []
    let tokenizer = try whole.train { progress in
      seen.append(progress)
      return true
    }
    #expect(seen.count > 3 && seen.allSatisfy { (0...$0.total).contains($0.done) }, "\(seen)")
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.done <= $1.done && $0.unit == $1.unit })
    #expect(seen.last.map { $0.done == $0.total } == (tokenizer.tokenCount == 600 || kind == .unigram))
    for calls in [1, 3, seen.count] {
      var stopped = try trainer()
      var count = 0
      #expect(throws: TokenizerError.cancelled) {
        try stopped.train { _ in
          count += 1
          return count < calls
        }
      }
      #expect(count == calls)
    }
  }
}

import JSON
import Testing

@testable import Tokenizers

@Suite("Learning merges")
struct TrainingMergeTests {
  /// Words of a few symbols, so that many scores tie and symbols follow themselves.
  private static func words(seed: UInt64) -> [(word: [Int32], count: Int)] {
    var numbers = Numbers(seed: seed)
    let symbols = 2 + numbers.below(5)
    var counts: [[Int32]: Int] = [:]
    for _ in 0..<5 + numbers.below(40) {
      let word = (0..<1 + numbers.below(9)).map { _ in Int32(numbers.below(symbols)) }
      counts[word, default: 0] += 1 + numbers.below(seed % 2 == 0 ? 4 : 1_000_000_000)
    }
    return counts.map { ($0.key, $0.value) }.sorted { $0.word.lexicographicallyPrecedes($1.word) }
  }

  /// Ids by what they spell, so that two ways to a token give one id.
  private struct Spelling {
    var tokens = (Int32(0)..<7).map { [$0] }

    mutating func id(_ left: Int32, _ right: Int32) -> Int32 {
      let token = tokens[Int(left)] + tokens[Int(right)]
      if let known = tokens.firstIndex(of: token) { return Int32(known) }
      tokens.append(token)
      return Int32(tokens.count - 1)
    }
  }

  /// The definition: count everything anew before every merge.
  private static func merges(
    _ words: [(word: [Int32], count: Int)], minimumCount: Int, limit: Int,
    precedes: (_ a: (pair: Int, parts: [Int]), _ b: (pair: Int, parts: [Int])) -> Bool?
  ) -> [BytePairModel.Merge] {
    var (words, spelling, merges) = (words, Spelling(), [BytePairModel.Merge]())
    while spelling.tokens.count < limit {
      var symbols: [Int32: Int] = [:]
      var pairs: [[Int32]: Int] = [:]
      for (word, count) in words {
        for symbol in word { symbols[symbol, default: 0] += count }
        for (left, right) in zip(word, word.dropFirst()) { pairs[[left, right], default: 0] += count }
      }
      let ordered = pairs.filter { $0.value >= minimumCount }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      var best: (key: [Int32], score: (pair: Int, parts: [Int]))?
      for (key, count) in ordered {
        let score = (pair: count, parts: key.map { symbols[$0] ?? 0 })
        if let current = best, precedes(score, current.score) != true { continue }
        best = (key, score)
      }
      guard let pair = best?.key else { break }
      let merge = BytePairModel.Merge(left: pair[0], right: pair[1], result: spelling.id(pair[0], pair[1]))
      merges.append(merge)
      words = words.map { word, count in (Self.merged(word, merge), count) }
    }
    return merges
  }

  private static func merged(_ word: [Int32], _ merge: BytePairModel.Merge) -> [Int32] {
    var result: [Int32] = []
    var place = 0
    while place < word.count {
      let isPair = place + 1 < word.count && word[place] == merge.left && word[place + 1] == merge.right
      result.append(isPair ? merge.result : word[place])
      place += isPair ? 2 : 1
    }
    return result
  }

  private func learned(
    _ trainer: inout some PairTrainer, minimumCount: Int, limit: Int
  ) -> [BytePairModel.Merge] {
    var spelling = Spelling()
    return trainer.train(minimumCount: minimumCount, isFull: { spelling.tokens.count >= limit }) {
      spelling.id($0, $1)
    }
  }

  @Test func likelihoodMergesAreThoseOfCountingEverythingAnew() {
    var ties = 0
    for seed in UInt64(0)..<300 {
      let words = Self.words(seed: seed)
      var trainer = LikelihoodTrainer()
      for (word, count) in words { trainer.add(word, count: count) }
      for (minimumCount, limit) in [(1, 60), (3, 25)] {
        var copy = trainer
        let expected = Self.merges(words, minimumCount: minimumCount, limit: limit) { a, b in
          let x = Self.product([a.pair] + b.parts)
          let y = Self.product([b.pair] + a.parts)
          if x == y { ties += 1 }
          return x > y
        }
        let found = learned(&copy, minimumCount: minimumCount, limit: limit)
        let same = zip(found, expected).prefix { $0 == $1 }.count
        let (wrong, right) = (found.dropFirst(same).first, expected.dropFirst(same).first)
        #expect(found == expected, "seed \(seed): \(String(describing: wrong)) for \(String(describing: right))")
      }
    }
    #expect(ties > 1000, "without ties their order is not tried")
  }

  /// In decimal digits, lowest first: products of counts exceed every integer type.
  private static func product(_ factors: [Int]) -> Digits {
    var digits = [1]
    for factor in factors {
      var carry = 0
      for place in digits.indices {
        let value = digits[place] * factor + carry
        (digits[place], carry) = (value % 10, value / 10)
      }
      while carry > 0 {
        digits.append(carry % 10)
        carry /= 10
      }
    }
    while digits.count > 1, digits.last == 0 { digits.removeLast() }
    return Digits(lowestFirst: digits)
  }

  private struct Digits: Equatable {
    var lowestFirst: [Int]

    static func > (_ a: Self, _ b: Self) -> Bool {
      if a.lowestFirst.count != b.lowestFirst.count { return a.lowestFirst.count > b.lowestFirst.count }
      return b.lowestFirst.reversed().lexicographicallyPrecedes(a.lowestFirst.reversed())
    }
  }

  /// Where every token is come to in one way only, the definition has no second reading: symbols that spell themselves.
  @Test func frequencyMergesAreThoseOfCountingEverythingAnew() {
    var compared = 0
    for seed in UInt64(0)..<300 {
      let words = Self.words(seed: seed)
      let expected = Self.merges(words, minimumCount: 2, limit: 40) { $0.pair > $1.pair }
      guard Set(expected.map(\.result)).count == expected.count else { continue }
      var trainer = MergeTrainer()
      for (word, count) in words { trainer.add(word, count: count) }
      #expect(learned(&trainer, minimumCount: 2, limit: 40) == expected, "seed \(seed)")
      compared += 1
    }
    #expect(compared > 50)
  }

  /// "st" occurs in 3 of 3 "s" and 3 of 3 "t"; "ab" is more frequent, but "a" and "b" are often elsewhere.
  @Test func scoreChoosesFrequentPairsOrThoseThatBelongTogether() throws {
    for (score, first) in [(WordPieceScore.frequency, "ab"), (.likelihood, "st")] {
      var trainer = TokenizerTrainer(kind: .wordpiece, vocabularySize: 5 + 4 + 2 + 1, wordPieceScore: score)
      try trainer.add(["ab ab ab ab a a b b", "st st st"])
      let tokenizer = try trainer.train()
      #expect(tokenizer.token(11) == first)
    }
  }

  @Test func wordsComeByFallingCountAndThenByTheirBytes() throws {
    var trainer = TokenizerTrainer(kind: .wordpiece, vocabularySize: 9, minimumCount: 2)
    var words = WordList()
    for (word, count) in [("a", 2), ("b", 5), ("c", 1), ("d", 3), ("z", 3), ("é", 3)] {
      Array(word.utf8).withUnsafeBufferPointer { words.append($0, count: count) }
    }
    var draft = VocabularyDraft(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    try trainer.trainWords(words, &draft)
    #expect(draft.tokens[5...] == ["b", "d", "z", "é"])
    trainer = TokenizerTrainer(kind: .wordpiece, vocabularySize: 90, minimumCount: 2)
    draft = VocabularyDraft(["[UNK]"])
    try trainer.trainWords(words, &draft)
    #expect(draft.tokens == ["[UNK]", "b", "d", "z", "é", "a"])
  }

  @Test func progressCountsUpToWhatWasLearned() throws {
    var trainer = TokenizerTrainer(kind: .byteBPE, vocabularySize: 1200)
    try trainer.add([String(decoding: try Fixtures.bytes("training/corpus.txt"), as: UTF8.self)])
    var calls: [Int] = []
    let tokenizer = try trainer.train { progress in
      #expect(progress.total == 1200 - 257)
      calls.append(progress.done)
      return true
    }
    #expect(calls.first == 0 && calls.last == 943 && calls == calls.sorted() && tokenizer.vocabularySize == 1200)
    #expect(trainer.documentCount == 1 && trainer.byteCount > 50_000)
  }

  @Test func bytePairMergesAreThoseOfTheReference() throws {
    let lines = String(decoding: try Fixtures.bytes("training/corpus.txt"), as: UTF8.self)
    var trainer = TokenizerTrainer(kind: .byteBPE, vocabularySize: 4001, threads: 2)
    try trainer.add(lines.split(separator: "\n").map(String.init))
    let tokenizer = try trainer.train()
    guard case .bytePairs(let model) = tokenizer.encoder.model else {
      Issue.record("not byte pairs")
      return
    }
    let expected = try Fixtures.json("training/byte-bpe.json").array?.compactMap(\.string) ?? []
    let merges = model.merges.map { merge in
      [merge.left, merge.right].map { tokenizer.token($0) ?? "" }.joined(separator: " ")
    }
    #expect(expected.count > 3000 && trainer.distinctWordCount > 3000)
    #expect(merges == expected)
  }

  @Test func wordPieceVocabularyIsThatOfTheReference() throws {
    let lines = String(decoding: try Fixtures.bytes("training/corpus.txt"), as: UTF8.self)
    let fixture = try Fixtures.json("training/wordpiece.json")
    for (name, minimumCount, alphabetLimit) in [("plain", 2, 1000), ("limited", 5, 30)] {
      var trainer = TokenizerTrainer(
        kind: .wordpiece, vocabularySize: 3000, lowercase: true, minimumCount: minimumCount,
        alphabetLimit: alphabetLimit, threads: 2)
      try trainer.add(lines.split(separator: "\n").map(String.init))
      let tokenizer = try trainer.train()
      let expected = fixture[name]?.array?.compactMap(\.string) ?? []
      #expect(expected.count > 1000)
      #expect((Int32(0)..<Int32(tokenizer.vocabularySize)).compactMap(tokenizer.token) == expected, "\(name)")
    }
  }
}

import Glibc
import Randomness
import Testing

@testable import Tokenizers

@Suite("Unigram training")
struct UnigramTrainingTests {
  typealias Words = [(word: [UInt8], count: Int)]

  /// The words of the fixtures' corpus, each with `▁` before it, in the order of their bytes.
  static func corpus() throws -> Words {
    var counts: [[UInt8]: Int] = [:]
    for word in try Fixtures.bytes("corpus.txt").split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }) {
      counts[Array("▁".utf8) + word, default: 0] += 1
    }
    return sorted(counts)
  }

  static func sorted(_ counts: [[UInt8]: Int]) -> Words {
    counts.map { (word: $0.key, count: $0.value) }.sorted { $0.word.lexicographicallyPrecedes($1.word) }
  }

  /// Words of letters a to d, in which much repeats.
  static func letterWords(_ count: Int, seed: UInt64, length: Int = 8) -> Words {
    var random = RandomKey(seed: seed, purpose: .split).numbers(sample: 0)
    var counts: [[UInt8]: Int] = [:]
    for letter in UInt8(97)...100 { counts[[letter]] = 1 + random.below(9) }
    for _ in 0..<count {
      let word = (0..<1 + random.below(length)).map { _ in 97 + UInt8(random.below(1 + random.below(4))) }
      counts[word, default: 0] += 1 + random.below(5)
    }
    return sorted(counts)
  }

  private static func estimate(_ words: Words, _ training: UnigramTraining) -> (UnigramEstimate, UnigramText) {
    let text = UnigramText(WordList(words), training)
    return (UnigramEstimate(text, UnigramSeeds(text, training), training), text)
  }

  @Test(arguments: [2, 3, 65, 91, 300, 20_000]) func theSuffixArrayIsTheOrderOfTheSuffixes(symbolCount: Int) {
    var random = RandomKey(seed: 1, purpose: .split).numbers(sample: UInt64(symbolCount))
    for (length, depth) in [(0, 3), (1, 1), (50, 1), (400, 2), (400, 5), (400, 17), (30, 64)] {
      let used = min(symbolCount, 1 + random.below(symbolCount))
      let text = (0..<length).map { _ in UInt32(random.below(used)) }
      let keys = text.indices.map { place in text[place..<min(length, place + depth)] + [UInt32(place)] }
      // Beyond the end the text counts as zeros.
      let padded = text + [UInt32](repeating: 0, count: depth)
      let order = text.indices.sorted { a, b in
        let (one, other) = (padded[a..<a + depth], padded[b..<b + depth])
        return Array(one) == Array(other) ? a < b : one.lexicographicallyPrecedes(other)
      }
      let array = SuffixArray(text, symbolCount: symbolCount, depth: depth, threads: 2)
      #expect(array.places.map(Int.init) == order, "\(length) symbols to depth \(depth)")
      let lengths = array.commonLengths(in: text, depth: depth)
      for (rank, (a, b)) in zip(order, order.dropFirst()).enumerated() {
        let common = zip(keys[a].dropLast(), keys[b].dropLast()).prefix { $0 == $1 && $0 != 0 }.count
        #expect(Int(lengths[rank + 1]) == common)
      }
    }
  }

  /// Strings of at least two letters that occur twice or more and go on in two ways or end a word; by looking at all.
  private static func seedsByDefinition(_ words: Words, longest: Int) -> [[UInt8]: Int] {
    var counts: [[UInt8]: Int] = [:]
    var continuations: [[UInt8]: Set<[UInt8]>] = [:]
    for (word, count) in words {
      for start in word.indices {
        for end in start + 1...word.count where end - start <= longest {
          let piece = Array(word[start..<end])
          counts[piece, default: 0] += count
          let next = end < word.count ? [[word[end]]] : [word + [0], word + [1]]
          continuations[piece, default: []].formUnion(next)
        }
      }
    }
    return counts.filter { $0.key.count == 1 || $0.value > 1 && continuations[$0.key, default: []].count > 1 }
  }

  @Test func seedsAreTheRepeatedStringsThatBranchWithTheirCounts() throws {
    for (seed, longest) in [(1, 16), (2, 3), (3, 1)] as [(UInt64, Int)] {
      let words = Self.letterWords(60, seed: seed)
      var training = UnigramTraining(vocabularySize: 100)
      training.maximumPieceLength = longest
      training.characterCoverage = 1
      let text = UnigramText(WordList(words), training)
      let seeds = UnigramSeeds(text, training)
      var found: [[UInt8]: Int] = [:]
      for piece in seeds.places.indices.dropFirst() {
        let bytes = text.bytes(at: seeds.places[piece], length: seeds.lengths[piece])
        #expect(found[bytes] == nil)
        found[bytes] = Int(seeds.weights[piece]) / seeds.lengths[piece]
      }
      #expect(found == Self.seedsByDefinition(words, longest: longest))
    }
  }

  /// All ways to cut a word into pieces, with the product of their probabilities.
  private static func segmentations(
    of word: ArraySlice<UInt8>, _ pieces: [[UInt8]: Double]
  ) -> [(pieces: [[UInt8]], probability: Double)] {
    if word.isEmpty { return [([], 1)] }
    return (1...word.count).flatMap { length in
      let first = Array(word.prefix(length))
      guard let probability = pieces[first] else { return [(pieces: [[UInt8]], probability: Double)]() }
      return segmentations(of: word.dropFirst(length), pieces).map { rest in
        ([first] + rest.pieces, probability * rest.probability)
      }
    }
  }

  @Test func expectedCountsAreThoseOverAllSegmentations() throws {
    let words = Self.letterWords(80, seed: 4)
    let (estimate, text) = Self.estimate(words, UnigramTraining(vocabularySize: 100))
    let pieces = estimate.pieces(of: text)
    let probabilities = Dictionary(uniqueKeysWithValues: pieces.map { ($0.bytes, exp($0.score)) })
    var expected: [[UInt8]: Double] = [:]
    var logLikelihood = 0.0
    for (word, count) in words {
      let all = Self.segmentations(of: word[...], probabilities)
      let total = all.reduce(0) { $0 + $1.probability }
      logLikelihood += Double(count) * log(total)
      for one in all {
        for piece in one.pieces { expected[piece, default: 0] += Double(count) * one.probability / total }
      }
    }
    let found = estimate.expectation()
    #expect(abs(found.logLikelihood / logLikelihood - 1) < 1e-12)
    for (index, piece) in pieces.enumerated() {
      let wanted = expected[piece.bytes] ?? 0
      #expect(abs(found.counts[index + 1] - wanted) < 1e-9 * max(1, wanted))
    }
  }

  /// Far beyond where a product of probabilities is a number.
  @Test(arguments: [16, 63]) func longWordsHaveALikelihoodAndExpectedCounts(longest: Int) throws {
    var random = RandomKey(seed: 9, purpose: .split).numbers(sample: 0)
    let phrase = (0..<60).map { _ in 97 + UInt8(random.below(26)) }
    var word = (0..<20_000).map { _ in 97 + UInt8(random.below(26)) }
    word.replaceSubrange(7000..<7060, with: phrase)
    word.replaceSubrange(9000..<9060, with: phrase)
    var training = UnigramTraining(vocabularySize: 1000)
    training.maximumPieceLength = longest
    training.characterCoverage = 1
    let (estimate, text) = Self.estimate([(word, 3), (phrase, 1_000_000)], training)
    let pieces = estimate.pieces(of: text)
    let found = estimate.expectation()
    let covered = zip(pieces, found.counts.dropFirst()).reduce(0.0) { $0 + Double($1.0.bytes.count) * $1.1 }
    #expect(abs(covered / Double(3 * word.count + 1_000_000 * phrase.count) - 1) < 1e-9, "\(covered)")
    var scores: [[UInt8]: Double] = [:]
    for piece in pieces { scores[piece.bytes] = piece.score }
    func logProbability(_ word: [UInt8]) -> Double {
      var sums = [0.0]
      for end in 1...word.count {
        let ways = (max(0, end - longest)..<end).compactMap { start in
          scores[Array(word[start..<end])].map { sums[start] + $0 }
        }
        let largest = ways.max() ?? -.infinity
        sums.append(largest + log(ways.reduce(0) { $0 + exp($1 - largest) }))
      }
      return sums[word.count]
    }
    let wanted = 3 * logProbability(word) + 1_000_000 * logProbability(phrase)
    #expect(abs(found.logLikelihood / wanted - 1) < 1e-11, "\(found.logLikelihood), \(wanted)")
  }

  @Test func theLikelihoodNeverFallsFromStepToStep() throws {
    for seed in UInt64(1)...5 {
      var training = UnigramTraining(vocabularySize: 100)
      training.characterCoverage = 1
      var (estimate, _) = Self.estimate(Self.letterWords(200, seed: seed), training)
      var last = -Double.infinity
      for _ in 0..<30 {
        let logLikelihood = estimate.step(.likeliest)
        #expect(logLikelihood >= last - 1e-9 * abs(logLikelihood))
        last = logLikelihood
      }
    }
  }

  private static let letters: Set<Unicode.GeneralCategory> = [
    .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
  ]
  private static let marks: Set<Unicode.GeneralCategory> = [.nonspacingMark, .spacingMark, .enclosingMark]

  @Test func probabilitiesSumToOneAndFallInOrder() throws {
    let words = try Self.corpus()
    for mixes in [false, true] {
      var training = UnigramTraining(vocabularySize: 250)
      training.mixesClasses = mixes
      let pieces = try training.pieces(of: WordList(words))
      #expect(pieces.count == 250)
      #expect(Set(pieces.map(\.bytes)).count == 250)
      #expect(abs(pieces.reduce(0) { $0 + exp($1.score) } - 1) < 1e-12)
      for (a, b) in zip(pieces, pieces.dropFirst()) {
        #expect(a.score > b.score || a.score == b.score && a.bytes.lexicographicallyPrecedes(b.bytes))
      }
      func isMixed(_ piece: UnigramTraining.Piece) -> Bool {
        let scalars = String(decoding: piece.bytes, as: UTF8.self).unicodeScalars
        let inner = scalars.first == "▁" ? scalars.dropFirst() : scalars[...]
        let letters = inner.filter { Self.letters.contains($0.properties.generalCategory) }.count
        let marks = inner.filter { Self.marks.contains($0.properties.generalCategory) }.count
        return inner.contains("▁") || letters > 0 && letters + marks < inner.count
      }
      #expect(pieces.contains(where: isMixed) == mixes)
    }
  }

  @Test func allCharactersKeptAreInTheVocabularyAndNoOthers() throws {
    let words = try Self.corpus()
    var counts: [Unicode.Scalar: Int] = [:]
    for (word, count) in words {
      for scalar in String(decoding: word, as: UTF8.self).unicodeScalars { counts[scalar, default: 0] += count }
    }
    let ranked = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.map(\.key)
    for limit in [1, 20, ranked.count] {
      for bytes in [0, 256] {
        var training = UnigramTraining(vocabularySize: limit + bytes)
        training.characterCoverage = 1
        training.alphabetLimit = limit
        training.byteFallback = bytes > 0
        // No room for more: the vocabulary is the alphabet, whatever the pieces' probabilities.
        let found = try training.pieces(of: WordList(words)).map { String(decoding: $0.bytes, as: UTF8.self) }
        let kept = ranked.prefix(limit).map { String($0) }
        let fallback = (0..<bytes).map { ByteAlphabet.fallbackToken(of: UInt8($0)) }
        #expect(found.sorted() == (kept + fallback).sorted())
        training.vocabularySize -= 1
        #expect(throws: TokenizerError.vocabularyTooSmall(requested: limit + bytes - 1, least: limit + bytes)) {
          try training.pieces(of: WordList(words))
        }
      }
    }
    let total = counts.values.reduce(0, +)
    var kept: [Unicode.Scalar] = []
    var covered = 0
    while Double(covered) < 0.9 * Double(total) {
      covered += counts[ranked[kept.count]] ?? 0
      kept.append(ranked[kept.count])
    }
    var training = UnigramTraining(vocabularySize: 300)
    training.characterCoverage = 0.9
    let found = try training.pieces(of: WordList(words)).map { String(decoding: $0.bytes, as: UTF8.self) }
    #expect(Set(found.flatMap { Array($0.unicodeScalars) }) == Set(kept))
  }

  @Test func threadsChangeNothing() throws {
    let words = try Self.corpus()
    var training = UnigramTraining(vocabularySize: 350)
    let expected = try training.pieces(of: WordList(words))
    for threads in [2, 3, 8] {
      training.threads = threads
      #expect(try training.pieces(of: WordList(words)) == expected)
    }
  }

  @Test func theTrainersBestSegmentationsAreTheModels() throws {
    let words = try Self.corpus()
    var training = UnigramTraining(vocabularySize: 500)
    training.characterCoverage = 1
    var (estimate, text) = Self.estimate(words, training)
    estimate.step(.sparse)
    estimate.removeLeastUseful(keeping: 400)
    let pieces = estimate.pieces(of: text)
    #expect(pieces.count > 250 && pieces.count <= 400)
    let model = try UnigramModel(
      tokens: pieces.map { String(decoding: $0.bytes, as: UTF8.self) }, scores: pieces.map(\.score), unknown: nil,
      byteFallback: false)
    var scratch = UnigramScratch()
    var counts = [Int](repeating: 0, count: pieces.count)
    for (word, count) in words {
      var list = PieceList()
      word.withUnsafeBufferPointer { model.appendPieces(of: $0, to: &list, scratch: &scratch) }
      for id in list.ids { counts[Int(id)] += count }
    }
    #expect(Array(estimate.bestCounts(under: [0] + pieces.map(\.score)).dropFirst()) == counts)
  }

  @Test func digammaHasItsKnownValues() {
    let gamma = 0.577215664901532861
    #expect(abs(UnigramTraining.digamma(1) + gamma) < 1e-10)
    #expect(abs(UnigramTraining.digamma(0.5) + gamma + 2 * log(2)) < 1e-10)
    #expect(abs(UnigramTraining.digamma(100) - 4.600161852738087) < 1e-12)
    for x in stride(from: 0.5, to: 20, by: 0.37) {
      #expect(abs(UnigramTraining.digamma(x + 1) - UnigramTraining.digamma(x) - 1 / x) < 1e-9)
    }
  }

  @Test func nothingToLearnFromIsAnErrorAndOddSettingsEnd() throws {
    #expect(throws: TokenizerError.noText) { try UnigramTraining(vocabularySize: 10).pieces(of: WordList()) }
    let words = Self.letterWords(50, seed: 7)
    var training = UnigramTraining(vocabularySize: .max)
    let limit = TokenizerTrainer.maximumVocabularySize
    #expect(throws: TokenizerError.vocabularyTooLarge(requested: .max, limit: limit)) {
      try training.pieces(of: WordList(words))
    }
    training.vocabularySize = .min
    #expect(throws: TokenizerError.vocabularyTooSmall(requested: .min, least: 4)) {
      try training.pieces(of: WordList(words))
    }
    training.vocabularySize = 20
    training.characterCoverage = .nan
    #expect(throws: TokenizerError.noText) { try training.pieces(of: WordList(words)) }
    training.characterCoverage = 1
    let odd: [(Double, Int, Int, Int)] = [(.nan, 1, 0, 0), (5, 1000, -1, .max), (-1, -5, 1, 10)]
    for (factor, length, steps, seeds) in odd {
      training.shrinkingFactor = factor
      training.maximumPieceLength = length
      training.subIterations = steps
      training.seedSize = seeds
      let found = try training.pieces(of: WordList(words))
      #expect(found.count >= 4 && found.count <= 20)
    }
  }
}

extension WordList {
  fileprivate init(_ words: UnigramTrainingTests.Words) {
    self.init()
    for (word, count) in words { word.withUnsafeBufferPointer { append($0, count: count) } }
  }
}

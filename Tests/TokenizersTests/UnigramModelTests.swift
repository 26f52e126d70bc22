import Glibc
import JSON
import Randomness
import Testing

@testable import Tokenizers

@Suite("Unigram")
struct UnigramModelTests {
  /// The model over a file of `[piece, score]`, with a piece for each of the first bytes.
  private static func model(_ name: String, byteCount: Int = 0) throws -> UnigramModel {
    let rows = try #require(Fixtures.json("unigram/" + name).array)
    var tokens = try rows.map { try #require($0[0]?.string) }
    var scores = try rows.map { try #require($0[1]?.double) }
    for byte in 0..<byteCount {
      tokens.append(ByteAlphabet.fallbackToken(of: UInt8(byte)))
      scores.append(-2)
    }
    return try UnigramModel(tokens: tokens, scores: scores, unknown: 0, byteFallback: byteCount > 0)
  }

  private static func pieces(
    of word: String, _ model: UnigramModel, _ scratch: inout UnigramScratch
  ) -> PieceList {
    var word = word
    var pieces = PieceList()
    word.withUTF8 { model.appendPieces(of: $0, to: &pieces, scratch: &scratch) }
    return pieces
  }

  @Test func segmentationsEqualTheLibrarys() throws {
    let models = [
      "plain": try Self.model("pieces.json"), "bytes": try Self.model("pieces.json", byteCount: 256),
      "short": try Self.model("pieces.json", byteCount: 186), "positive": try Self.model("positive.json"),
    ]
    var scratch = UnigramScratch()
    let lines = try Fixtures.lines("unigram/segmentations.jsonl")
    #expect(lines.count > 500)
    for line in lines {
      let name = try #require(line["model"]?.string)
      let word = try #require(line["word"]?.string)
      let found = Self.pieces(of: word, try #require(models[name]), &scratch)
      #expect(found.ids.map(Int.init) == line["ids"]?.array?.compactMap(\.int), "\(name) \(word.debugDescription)")
      #expect(found.ends.map(Int.init) == line["ends"]?.array?.compactMap(\.int), "\(name) \(word.debugDescription)")
    }
  }

  /// Every segmentation of a word of ASCII letters into pieces, with its score.
  private static func segmentations(
    of word: String, _ pieces: [String: (id: Int32, score: Double)]
  ) -> [(ids: [Int32], score: Double)] {
    if word.isEmpty { return [([], 0)] }
    return (1...word.count).flatMap { length in
      guard let piece = pieces[String(word.prefix(length))] else { return [(ids: [Int32], score: Double)]() }
      return segmentations(of: String(word.dropFirst(length)), pieces).map { rest in
        ([piece.id] + rest.ids, piece.score + rest.score)
      }
    }
  }

  /// All words of up to four letters over three, with scores that no two sums share.
  private static let lettered: (tokens: [String?], scores: [Double]) = {
    var tokens: [String?] = [nil]
    var level = [""]
    for _ in 0..<4 {
      level = level.flatMap { word in ["a", "b", "c"].map { word + $0 } }
      tokens += level
    }
    var random = RandomKey(seed: 3, purpose: .split).numbers(sample: 0)
    let scores = tokens.map { -Double($0?.utf8.count ?? 0) * 2 - 4 * random.uniform() }
    // Some words are no pieces, but every letter is one.
    let kept = tokens.map { token in (token?.utf8.count ?? 0) > 1 && random.below(2) == 0 ? nil : token }
    return (kept, scores)
  }()

  private static func letteredModel() throws -> (UnigramModel, [String: (id: Int32, score: Double)]) {
    let (tokens, scores) = lettered
    var pieces: [String: (id: Int32, score: Double)] = [:]
    for (id, token) in tokens.enumerated() { if let token { pieces[token] = (Int32(id), scores[id]) } }
    return (try UnigramModel(tokens: tokens, scores: scores, unknown: nil, byteFallback: false), pieces)
  }

  @Test func theBestSegmentationIsFoundAmongAll() throws {
    let (model, pieces) = try Self.letteredModel()
    var scratch = UnigramScratch()
    var random = RandomKey(seed: 4, purpose: .split).numbers(sample: 0)
    for _ in 0..<300 {
      let word = String((0..<1 + random.below(11)).map { _ in ["a", "b", "c"][random.below(3)] as Character })
      let best = Self.segmentations(of: word, pieces).max { $0.score < $1.score }
      #expect(Self.pieces(of: word, model, &scratch).ids == best?.ids, "\(word)")
    }
  }

  /// Chi-square against the probabilities by enumeration; 60 above the degrees of freedom's double is beyond chance.
  @Test(arguments: [0, 0.2, 1, 3] as [Double]) func samplesComeAsOftenAsTheirProbabilities(smoothing: Double) throws {
    let (model, pieces) = try Self.letteredModel()
    var scratch = UnigramScratch()
    for (place, text) in ["ab", "abc", "cabba", "aabbcc"].enumerated() {
      var random = RandomKey(seed: 5, purpose: .sampling).numbers(sample: UInt64(place))
      let all = Self.segmentations(of: text, pieces)
      let weights = all.map { exp($0.score * smoothing) }
      let total = weights.reduce(0, +)
      let draws = 20_000
      var counts: [[Int32]: Int] = [:]
      var word = text
      for _ in 0..<draws {
        var found = PieceList()
        word.withUTF8 {
          model.appendSample(of: $0, smoothing: smoothing, random: &random, to: &found, scratch: &scratch)
        }
        counts[found.ids, default: 0] += 1
        #expect(found.ends.last == Int32(text.utf8.count))
      }
      #expect(Set(counts.keys).isSubset(of: all.map(\.ids)))
      var distance = 0.0
      for (segmentation, weight) in zip(all, weights) {
        let expected = Double(draws) * weight / total
        let difference = Double(counts[segmentation.ids] ?? 0) - expected
        distance += difference * difference / max(expected, 1)
      }
      #expect(distance < 2 * Double(all.count) + 60, "\(text): \(distance) over \(all.count)")
    }
  }

  @Test func samplesSpellUnknownTextAsTheBestSegmentationDoes() throws {
    let model = try Self.model("pieces.json", byteCount: 256)
    var random = RandomKey(seed: 6, purpose: .sampling).numbers(sample: 0)
    var scratch = UnigramScratch()
    for text in ["a\u{1F642}\u{1F642}b", "\u{65E5}", "\u{65E5}a", "\u{0416}\u{0416}"] {
      var word = text
      var found = PieceList()
      word.withUTF8 { model.appendSample(of: $0, smoothing: 1, random: &random, to: &found, scratch: &scratch) }
      #expect(found.ids == Self.pieces(of: text, model, &scratch).ids, "\(text)")
      #expect(found.ends == Self.pieces(of: text, model, &scratch).ends, "\(text)")
    }
  }

  @Test func extremeScoresAndWordsEndInPieces() throws {
    let huge = Double.greatestFiniteMagnitude
    for scores in [[-huge, -huge, -huge], [huge, huge, huge], [huge, -huge, 0]] {
      let model = try UnigramModel(tokens: ["u", "a", "aa"], scores: scores, unknown: 0, byteFallback: false)
      var scratch = UnigramScratch()
      var random = RandomKey(seed: 7, purpose: .sampling).numbers(sample: 0)
      var word = String(repeating: "a", count: 70_000) + "x\u{0301}"
      let found = Self.pieces(of: word, model, &scratch)
      #expect(found.ends.last == Int32(word.utf8.count))
      for smoothing in [0, 1, -1, huge, .infinity, .nan] {
        var sample = PieceList()
        word.withUTF8 {
          model.appendSample(of: $0, smoothing: smoothing, random: &random, to: &sample, scratch: &scratch)
        }
        #expect(sample.ends.last == Int32(word.utf8.count))
      }
    }
  }

  @Test func brokenPiecesAreRefusedByPlace() {
    func problem(_ tokens: [String?], _ scores: [Double], unknown: Int32? = nil) -> String {
      do {
        _ = try UnigramModel(tokens: tokens, scores: scores, unknown: unknown, byteFallback: false)
        return ""
      } catch {
        return error.description
      }
    }
    #expect(problem(["a", "b"], [-1, .nan]).contains("tokenizer.json, model.vocab[1]: the score"))
    #expect(problem(["a", "b"], [-.infinity, 0]).contains("model.vocab[0]: the score"))
    #expect(problem(["a", ""], [0, 0]).contains("model.vocab[1]: the piece is empty"))
    #expect(problem(["a", "b", "a"], [0, 0, 0]).contains("model.vocab[2]: the piece is that of 0 again"))
    #expect(problem(["a"], [0], unknown: 1).contains("unknown piece 1"))
    #expect(problem(["a"], [0], unknown: -1).contains("unknown piece -1"))
    #expect(problem(["a"], [0, 1]).contains("1 pieces with 2 scores"))
    // Two spellings of é are two pieces.
    #expect(problem(["\u{E9}", "e\u{301}", nil], [0, 0, .nan], unknown: 0).isEmpty)
  }

  @Test func theTrieHoldsItsKeysAndNoOthers() throws {
    var random = RandomKey(seed: 8, purpose: .split).numbers(sample: 0)
    var ids: [[UInt8]: Int32] = [:]
    for id in Int32(0)..<20_000 {
      let key = (0..<1 + random.below(5)).map { _ in UInt8(random.below(random.below(2) == 0 ? 256 : 8)) }
      if ids[key] == nil { ids[key] = id }
    }
    let trie = try PieceTrie(ids.map { ($0.key, $0.value) })
    for length in 0...4 {
      for _ in 0..<20_000 {
        let key = (0..<length).map { _ in UInt8(random.below(random.below(2) == 0 ? 256 : 8)) }
        #expect(key.withUnsafeBufferPointer { trie.id(of: $0[...]) } == ids[key])
      }
    }
    for (key, id) in ids { #expect(key.withUnsafeBufferPointer { trie.id(of: $0[...]) } == id) }
  }
}

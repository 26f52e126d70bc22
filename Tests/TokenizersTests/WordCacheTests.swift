import Testing

@testable import Tokenizers

/// The memory of words must not be seen in any result.
struct WordCacheTests {
  private static func key(_ bytes: [UInt8], followedBy rest: [UInt8] = []) -> WordKey? {
    (bytes + rest).withUnsafeBufferPointer { memory in
      WordKey(UnsafeBufferPointer(rebasing: memory[..<bytes.count]), readable: memory.count)
    }
  }

  @Test func aKeyHoldsTheWordAloneWhateverFollowsIt() throws {
    for length in 1...WordKey.maximumLength {
      let word = (1...length).map { UInt8(200 + $0 % 50) }
      for restLength in [0, 1, 7, 8, 31, 32] {
        let key = try #require(Self.key(word, followedBy: Array(repeating: 0xAA, count: restLength)))
        let parts = [key.parts.0, key.parts.1, key.parts.2, key.parts.3]
        let bytes = parts.flatMap { part in (0..<8).map { UInt8(truncatingIfNeeded: part >> UInt64(8 * $0)) } }
        #expect(bytes == word + Array(repeating: 0, count: 32 - length), "\(length) bytes before \(restLength)")
        #expect(key.length == length)
      }
    }
    #expect(Self.key([]) == nil)
    #expect(Self.key(Array(repeating: 1, count: 33)) == nil)
  }

  @Test func smallLettersInKeysAreThoseOfTheWord() throws {
    for byte in UInt8(0)..<128 {
      for place in 0..<WordKey.maximumLength {
        var word = Array("The [QUICK] brown@zebra{JUMPS}~XZ".utf8.prefix(WordKey.maximumLength))
        word[place] = byte
        let small = word.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 + 32 : $0 }
        let (found, expected) = (try #require(Self.key(word)).lowercasedASCII, try #require(Self.key(small)))
        #expect(found.parts == expected.parts, "byte \(byte) at \(place)")
      }
    }
  }

  /// Words of 1 to 80 bytes, more than are remembered, each twice in a row and all of them again.
  @Test func piecesOfRememberedWordsEqualTheModels() {
    let letters = "abcdefgh".map(String.init)
    let tokens = ["[UNK]"] + letters + letters.map { "##" + $0 } + ["abc", "##cde", "##fgh", "##ab", "head"]
    let wordPiece = WordPieceModel(
      tokens: tokens, unknown: 0, unknownToken: "[UNK]", prefix: "##", maximumWordLength: 70)
    let model = TextModel.wordPiece(wordPiece)
    var words = WordPieces()
    var wrong: [String] = []
    for round in 0..<180_000 {
      let number = round % 90_000
      var state = UInt64(number + 1)
      let length = number % 10 == 0 ? 1 + number / 10 % 80 : 5 + number % 11
      let word = (0..<length).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(ascii: "a") + UInt8(state >> 61)
      }
      word.withUnsafeBufferPointer { bytes in
        var expected = PieceList()
        wordPiece.appendPieces(of: bytes, to: &expected)
        for _ in 0..<2 {
          var found = PieceList()
          words.visit(bytes, readable: bytes.count, by: model) { id, end, isFirst in
            if isFirst != found.ids.isEmpty { wrong.append("begins \(number)") }
            found.append(id, end: end)
          }
          if found.ids != expected.ids || found.ends != expected.ends { wrong.append("\(number)") }
        }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count) words, \(wrong.prefix(5))")
  }

  @Test func wordsAtSpacesAreThePiecesOfTheSplitter() {
    let texts = [
      "", " ", "  ", "a", " a", "a ", "▁", "▁▁a ▁ b", "one two  three", " \u{A0}naïve 中文 ▁x▁", "\n a\u{301} \t", "é",
    ]
    let vocabulary = Vocabulary(["?", "▁one", "▁", "é"])
    for prepending in [PreTokenizer.Metaspace.Prepending.always, .first, .never] {
      for (splitsWords, base) in [(true, 0), (true, 3), (false, 0), (false, 3)] {
        let metaspace = PreTokenizer.Metaspace(prepending: prepending, splitsWords: splitsWords)
        let encoder = TextEncoder(
          normalizer: nil, splitter: .metaspace(metaspace),
          model: .words(WordModel(vocabulary, unknown: 0, unknownToken: "?")), vocabulary: vocabulary)
        for text in texts {
          let pieces = metaspace.pieces(of: NormalizedText(scalarsOf: text), base: base)
          var sink = TokenSink(.full)
          var copy = text
          copy.withUTF8 { encoder.append(TextStretch(bytes: $0, base: base), to: &sink) }
          let ids = pieces.map { vocabulary.modelID(of: $0.text) ?? 0 }
          let starts = pieces.map { base + ($0.sources.first ?? -1) }
          let ends = pieces.map { base + ($0.sources.last ?? -1) + 1 }
          #expect(Array(sink.ids.values) == ids, "\(text.debugDescription) \(metaspace)")
          #expect(sink.places.values.map(\.start) == starts, "\(text.debugDescription) \(metaspace)")
          #expect(sink.places.values.map(\.end) == ends, "\(text.debugDescription) \(metaspace)")
          #expect(sink.places.values.map(\.word) == Array(pieces.indices), "\(text.debugDescription) \(metaspace)")
        }
      }
    }
  }
}

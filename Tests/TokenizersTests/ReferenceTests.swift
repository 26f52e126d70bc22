import JSON
import Testing

@testable import Tokenizers

@Suite("Equal to the Hugging Face library")
struct ReferenceTests {
  static let encodings = [
    ("wordpiece-uncased", "wordpiece-uncased/encodings.jsonl"),
    ("wordpiece-cased", "wordpiece-cased/encodings.jsonl"),
    ("byte-bpe", "byte-bpe/encodings.jsonl"),
  ]

  @Test(arguments: encodings) func encodingsEqualTheLibrarys(folder: String, file: String) throws {
    try check(Fixtures.tokenizer(folder), file)
  }

  @Test func trimmedOffsetsEqualTheLibrarys() throws {
    let bytes = try Fixtures.bytes("byte-bpe/tokenizer-trimmed.json")
    try check(Tokenizer(tokenizerJSON: bytes), "byte-bpe/encodings-trimmed.jsonl")
  }

  private func check(_ tokenizer: Tokenizer, _ file: String) throws {
    let lines = try Fixtures.lines(file)
    #expect(lines.count > 50)
    for line in lines {
      let fixture = try EncodingFixture(line)
      let found = tokenizer.encode(
        fixture.text, pair: fixture.pair, addingSpecialTokens: fixture.addsSpecialTokens,
        maximumLength: fixture.maximumLength)
      let text = fixture.text.debugDescription
      #expect(found.tokens == fixture.expected.tokens, "\(text)")
      #expect(found.ids == fixture.expected.ids, "\(text)")
      #expect(found.offsets == fixture.expected.offsets, "\(text) \(found.tokens)")
      #expect(found.wordIds == fixture.expected.wordIds, "\(text) \(found.tokens)")
      #expect(found.typeIds == fixture.expected.typeIds, "\(text)")
      #expect(found.specialMask == fixture.expected.specialMask, "\(text)")
      if let decoded = fixture.decoded { #expect(tokenizer.decode(found.ids) == decoded, "\(text)") }
      if let decoded = fixture.decodedWithSpecialTokens {
        #expect(tokenizer.decode(found.ids, skippingSpecialTokens: false) == decoded, "\(text)")
      }
    }
  }

  @Test(arguments: ["wordpiece-uncased", "wordpiece-cased", "byte-bpe"])
  func decodingsEqualTheLibrarys(folder: String) throws {
    let tokenizer = try Fixtures.tokenizer(folder)
    for line in try Fixtures.lines(folder + "/decodings.jsonl") {
      let ids = try #require(line["ids"]?.array).compactMap { $0.int.map(Int32.init) }
      #expect(tokenizer.decode(ids) == line["decoded"]?.string, "\(ids)")
      let all = tokenizer.decode(ids, skippingSpecialTokens: false)
      #expect(all == line["decoded_with_special_tokens"]?.string, "\(ids)")
      var decoder = StreamingDecoder(tokenizer)
      let streamed = ids.map { decoder.append($0) }.joined() + decoder.finish()
      #expect(streamed == line["decoded"]?.string, "\(ids) streamed")
    }
  }

  @Test func normalizationsEqualTheLibrarys() throws {
    for line in try Fixtures.lines("normalizations.jsonl") {
      let normalizer = BertNormalizer(
        cleansText: line["clean_text"]?.bool ?? true, spacesIdeographs: line["handle_chinese_chars"]?.bool ?? true,
        stripsAccents: line["strip_accents"]?.bool, lowercases: line["lowercase"]?.bool ?? true)
      for pair in try #require(line["texts"]?.array) {
        var text = try #require(pair[0]?.string)
        let scalars = text.withUTF8 { NormalizedText($0, normalizer: .bert(normalizer)).scalars }
        let found = UTF8Text.bytes(of: scalars)
        let expected = try #require(pair[1]?.string)
        #expect(found == Array(expected.utf8), "\(text.debugDescription), \(normalizer)")
      }
    }
  }

  @Test func splitsEqualTheLibrarys() throws {
    for line in try Fixtures.lines("splits.jsonl") {
      let splitter = try #require(line["splitter"]?.string)
      var text = try #require(line["text"]?.string)
      let expected = try #require(line["pieces"]?.array)
      let found = text.withUTF8 { splitter == "bert" ? Self.bertWords($0) : Self.bytePairWords($0) }
      #expect(found.map(\.text) == expected.map { $0[0]?.string ?? "" }, "\(splitter) \(text.debugDescription)")
      #expect(found.map(\.start) == expected.map { $0[1]?.int ?? -1 }, "\(splitter) \(text.debugDescription)")
    }
  }

  private static func bertWords(_ text: UnsafeBufferPointer<UInt8>) -> [(text: String, start: Int)] {
    var reader = BertWordReader(text, map: BertCharacterMap(.identity))
    var word = WordBuffer()
    word.prepare(tracksSources: true)
    var words: [(String, Int)] = []
    while reader.next(into: &word) { words.append((String(decoding: word.bytes, as: UTF8.self), word.sources[0])) }
    return words
  }

  private static func bytePairWords(_ text: UnsafeBufferPointer<UInt8>) -> [(text: String, start: Int)] {
    var split = WordScanner(text)
    var words: [(String, Int)] = []
    while let range = split.next() {
      let before = String(decoding: text[..<range.lowerBound], as: UTF8.self).unicodeScalars.count
      words.append((ByteAlphabet.token(of: text[range]), before))
    }
    return words
  }
}

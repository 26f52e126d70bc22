import JSON
import Testing

@testable import Tokenizers

@Suite("Texts")
struct TextTests {
  @Test func corpusTextCannotSpellSpecialTokens() throws {
    let tokenizer = try Fixtures.tokenizer("wordpiece-uncased")
    let mask = try #require(tokenizer.specials.mask)
    #expect(tokenizer.encode("a [MASK] b").ids.contains(mask))
    #expect(!tokenizer.ids("a [MASK] b").contains(mask))
  }

  /// Found at random: BERT's pre-tokenizer does not split these, so WordPiece found them by itself.
  @Test func corpusTextCannotSpellASpecialTokenThatIsAWordOrAMark() throws {
    let file = """
      {"version":"1.0","added_tokens":[{"id":1,"content":"s","special":true},{"id":2,"content":"!","special":true}],
      "normalizer":null,"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":null,"decoder":null,
      "model":{"type":"WordPiece","unk_token":"[UNK]","vocab":{"[UNK]":0,"s":1,"!":2,"a":3,"##s":4}}}
      """
    let tokenizer = try Tokenizer(tokenizerJSON: Array(file.utf8))
    #expect(tokenizer.encode("a s !").ids == [3, 1, 2])
    #expect(tokenizer.ids("a s as !") == [3, 0, 3, 4, 0])
  }

  @Test(arguments: ["wordpiece-uncased", "wordpiece-cased", "byte-bpe"])
  func fastAndFullEncodingsAgree(folder: String) throws {
    let tokenizer = try Fixtures.tokenizer(folder)
    for line in try Fixtures.lines(folder + "/encodings.jsonl") {
      let text = try #require(line["text"]?.string)
      let full = tokenizer.encode(text, addingSpecialTokens: false)
      if full.ids.contains(where: tokenizer.isSpecial) { continue }
      let fast = tokenizer.idsAndWordStarts(text)
      #expect(fast.ids == full.ids && tokenizer.ids(text) == full.ids, "\(text.debugDescription)")
      let starts = full.wordIds.indices.map { $0 == 0 || full.wordIds[$0] != full.wordIds[$0 - 1] }
      #expect(fast.startsWord == starts, "\(text.debugDescription)")
    }
  }

  /// The fused reader against the staged normalizer, on every scalar between letters and before a mark.
  @Test func fusedAndStagedNormalizersAgree() {
    for normalizer in [BertNormalizer(), BertNormalizer(stripsAccents: false), BertNormalizer(lowercases: false)] {
      let map = BertCharacterMap(normalizer)
      var wrong: [UInt32] = []
      for scalar in UInt32(1)..<0x30000 where !(0xD800...0xDFFF).contains(scalar) {
        let text = UTF8Text.bytes(of: [0x41, scalar, 0x0301, 0x62])
        let (fused, isWhole) = text.withUnsafeBufferPointer { words($0, map) }
        let staged = text.withUnsafeBufferPointer { NormalizedText($0, normalizer: .bert(normalizer)).scalars }
        let expected = UTF8Text.bytes(of: staged).withUnsafeBufferPointer { words($0, BertCharacterMap.identity) }
        if isWhole, fused != expected.words { wrong.append(scalar) }
      }
      #expect(wrong.isEmpty, "\(normalizer): \(wrong.prefix(5))")
    }
  }

  private func words(_ text: UnsafeBufferPointer<UInt8>, _ map: BertCharacterMap) -> (words: [[UInt8]], isWhole: Bool) {
    var reader = BertWordReader(text, map: map)
    var word = WordBuffer()
    var words: [[UInt8]] = []
    while reader.next(into: &word) { words.append(Array(word.bytes)) }
    return (words, !reader.needsStages)
  }

  /// The reference library's rule, from its definition: the shorter keeps its tokens, then both get halves.
  @Test func theLongerTextIsCutFirst() {
    #expect(Encoding.longestFirst(3, 10, limit: 8) == (3, 5))
    #expect(Encoding.longestFirst(10, 3, limit: 8) == (5, 3))
    #expect(Encoding.longestFirst(10, 10, limit: 7) == (3, 4))
    #expect(Encoding.longestFirst(2, 2, limit: 8) == (2, 2))
    #expect(Encoding.longestFirst(4, 4, limit: 0) == (0, 0))
  }

  @Test(arguments: 0..<6) func aLimitIsNeverExceeded(limit: Int) throws {
    let tokenizer = try Fixtures.tokenizer("wordpiece-uncased")
    #expect(tokenizer.encode("one two", pair: "three four", maximumLength: limit).count <= limit)
  }

  @Test(arguments: [Int.min, -1, .max]) func anyNumberIsALimit(limit: Int) throws {
    let tokenizer = try Fixtures.tokenizer("wordpiece-uncased")
    let whole = tokenizer.encode("one two", pair: "three four")
    let cut = tokenizer.encode("one two", pair: "three four", maximumLength: limit)
    #expect(cut.count == (limit < 0 ? 0 : whole.count))
  }

  @Test func streamedTextNeverHoldsHalfAScalar() throws {
    let tokenizer = try Fixtures.tokenizer("byte-bpe")
    for text in ["naïve 🙂🙂 日本語", "e\u{301}", "plain"] {
      var decoder = StreamingDecoder(tokenizer)
      let parts = tokenizer.ids(text).map { decoder.append($0) }
      #expect(!parts.joined().unicodeScalars.contains("\u{FFFD}"), "\(parts)")
      #expect(parts.joined() + decoder.finish() == text)
    }
    var decoder = StreamingDecoder(tokenizer)
    let half = try #require(tokenizer.ids("🙂").first)
    if tokenizer.ids("🙂").count > 1 { #expect(decoder.append(half).isEmpty && decoder.finish() == "\u{FFFD}") }
  }

  @Test(arguments: [["\u{F0}"], ["\u{138}", "a"], ["\u{EF}", "\u{BF}", "\u{BD}"], ["\u{138}", "\u{F0}", "\u{EF}"]])
  func idsThatNeverEndAScalarAreStreamedInBoundedMemory(spellings: [String]) throws {
    let tokenizer = try Fixtures.tokenizer("byte-bpe")
    let some = try spellings.map { try #require(tokenizer.id($0)) }
    let ids = (0..<2000).map { some[$0 % some.count] }
    var decoder = StreamingDecoder(tokenizer)
    var text = ""
    for id in ids {
      text += decoder.append(id)
      #expect(decoder.ids.count <= 32)
    }
    text += decoder.finish()
    #expect(text == tokenizer.decode(ids))
  }

  /// Steps in orders that no published tokenizer has; `isSteady` says which text can be given out as it comes.
  @Test(arguments: [
    (#"{"type":"Fuse"},{"type":"ByteLevel"}"#, false), (#"{"type":"ByteLevel"},{"type":"Fuse"}"#, true),
    (#"{"type":"Fuse"},{"type":"Strip","content":"a","start":2,"stop":0}"#, true),
    (#"{"type":"Fuse"},{"type":"Strip","content":"a","start":0,"stop":1}"#, false),
    (#"{"type":"Fuse"},{"type":"Replace","pattern":{"String":"ab"},"content":"c"}"#, false),
    (#"{"type":"Replace","pattern":{"String":"ab"},"content":"c"},{"type":"Fuse"}"#, true),
    (#"{"type":"ByteFallback"},{"type":"WordPiece","prefix":"\u00e9","cleanup":false}"#, false),
    (#"{"type":"ByteLevel"},{"type":"Replace","pattern":{"String":"\ufffd"},"content":"?"}"#, false),
    (#"{"type":"BPEDecoder","suffix":"a"}"#, false), (#"{"type":"BPEDecoder","suffix":"</w>"}"#, true),
  ]) func streamedTextIsTheWholeTextWhateverTheDecoder(steps: String, isSteady: Bool) throws {
    let tokens = [
      "a", "b", "ab", "\u{120}a", "\u{E2}", "\u{AC}", "\u{82}", " a", "</w>", "b</w>", "aab", "<0xC3>", "<0xA9>",
    ]
    let vocabulary = JSONValue.object(JSONObject(tokens.enumerated().map { ($1, JSONValue($0)) }))
    let model: JSONValue = ["type": "WordLevel", "vocab": vocabulary, "unk_token": "a"]
    let decoder = try JSONValue.parse(Array(#"{"type":"Sequence","decoders":[\#(steps)]}"#.utf8))
    let file: JSONValue = ["version": "1.0", "added_tokens": [], "decoder": decoder, "model": model]
    let tokenizer = try Tokenizer(tokenizerJSON: file.bytes())
    #expect(tokenizer.decodesSteadily == isSteady)
    var random = SplitMix(state: 7)
    for _ in 0..<400 {
      let ids = (0..<Int.random(in: 0..<90, using: &random)).map { _ in
        Int32.random(in: 0..<Int32(tokens.count), using: &random)
      }
      var stream = StreamingDecoder(tokenizer)
      let text = ids.map { stream.append($0) }.joined() + stream.finish()
      let whole = tokenizer.decode(ids)
      if steps.contains("ByteFallback"), whole.unicodeScalars.contains("\u{FFFD}") { continue }
      #expect(text.utf8.elementsEqual(whole.utf8), "\(ids)")
    }
  }

  /// What they give out must not wait for the end.
  @Test func publishedShapesAreSteady() throws {
    for name in try Exactness.names() {
      #expect(try Exactness.tokenizer(name).decodesSteadily, "\(name)")
    }
  }

  @Test func threadsShareATokenizer() async throws {
    let tokenizer = try Fixtures.tokenizer("byte-bpe")
    let texts = try Fixtures.lines("byte-bpe/encodings.jsonl").compactMap { $0["text"]?.string }
    let expected = texts.map(tokenizer.ids)
    let all = await withTaskGroup(of: [[Int32]].self) { group in
      for _ in 0..<4 { group.addTask { texts.map(tokenizer.ids) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(all.count == 4 && all.allSatisfy { $0 == expected })
  }
}

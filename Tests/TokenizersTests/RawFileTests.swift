import JSON
import Testing

@testable import Tokenizers

/// SentencePiece models and tiktoken ranks against the ids of the libraries they belong to.
@Suite("Vocabulary files") struct RawFileTests {
  static let names = [
    "sentencepiece-unigram", "sentencepiece-unigram-bytes", "sentencepiece-bpe", "tiktoken",
  ]

  /// Where the parts of the Hugging Face library, of which the tokenizer is made, do otherwise than SentencePiece.
  private static func isException(_ text: String, _ name: String) -> Bool {
    // The mark itself at the end of a text is no space.
    if name.contains("unigram"), text == "\u{2581}a \u{2581}\u{2581}" { return true }
    // Of two rules that begin alike the library applies the shorter to a cluster, SentencePiece the longer.
    return name == "sentencepiece-unigram" && text.contains { $0.unicodeScalars.count > 1 }
  }

  @Test(arguments: names) func idsEqualThoseOfTheFilesLibrary(_ name: String) throws {
    let tokenizer = try Tokenizer(folder: Fixtures.folder + "/../rawfiles/\(name)")
    for line in try Fixtures.lines("../rawfiles/\(name)/cases.jsonl") {
      let text = try #require(line["text"]?.string)
      if Self.isException(text, name) { continue }
      let expected = try #require(line["ids"]?.array).compactMap { $0.int.map(Int32.init) }
      #expect(tokenizer.ids(text) == expected, "\(name): \(text.debugDescription)")
    }
    let digests = try ExactnessDigests("../rawfiles/\(name)/digests.txt")
    try digests.check(name, except: { Self.isException($0, name) }) { ExactnessDigest(tokenizer.ids($0)) }
  }

  @Test func marksAtTheEndOfWordsAreRefused() throws {
    let error = #expect(throws: TokenizerError.self) {
      try Tokenizer(folder: Fixtures.folder + "/../rawfiles/sentencepiece-bpe-suffix")
    }
    guard case .unsupported(_, "treat_whitespace_as_suffix", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func aRankFileWithAnEndlessTokenIsRefused() throws {
    var lines = (UInt8.min...UInt8.max).map { "\(Base64.text(of: [$0])) \($0)\n" }.joined()
    lines += "YWE= 256\n\(Base64.text(of: [UInt8](repeating: 0x61, count: 200_000))) 257\n"
    let settings = TokenizerSettings(config: nil, map: nil)
    let error = #expect(throws: TokenizerError.self) {
      try TiktokenFile.tokenizer(Array(lines.utf8), file: "cl100k_base.tiktoken", pattern: .cl100k, settings)
    }
    guard case .malformed("cl100k_base.tiktoken", "line 258", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func aLongPieceIsReadAsFastAsShortOnes() throws {
    func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      var length = bytes.count
      var head = [number << 3 | 2]
      while length > 0x7F {
        head.append(UInt8(length & 0x7F) | 0x80)
        length >>= 7
      }
      return head + [UInt8(length)] + bytes
    }
    let texts = ["<unk>", "a", "b", "ab", String(repeating: "ab", count: 100_000)]
    let pieces = texts.enumerated().flatMap { place, text in
      field(1, field(1, Array(text.utf8)) + (place == 0 ? [0x18, 2] : []))
    }
    let start = ContinuousClock.now
    let settings = TokenizerSettings(config: nil, map: nil)
    let tokenizer = try SentencePieceFile(pieces + field(2, [0x18, 2]), file: "m").tokenizer(settings)
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(tokenizer.ids("abab").suffix(2) == [3, 3])
  }
}

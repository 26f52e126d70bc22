import Testing

@testable import Tokenizers

@Suite("Word patterns")
struct WordPatternTests {
  static let pieces = [
    "a", "Zq", "ſ", "é", "e\u{301}", "\u{301}", "ǅ", "ʰ", "中", "か", "1", "23", "٣", "½", "Ⅷ", " ", "  ", "\n", "\r\n",
    "\t",
    "\u{A0}", "\u{3000}", "\u{85}", "'", "'s", "'S", "'ſ", "'re", "'RE", "'vE", "'ll", "'lL", "'d", "'M", "'t", "'r",
    "'l", "!",
    "/", "//", "...", "-", "😀", "\u{200D}", "\u{FE0F}", "\u{378}", "\u{0}", "HelloWorld", "iPhone", "XMLHttp",
  ]

  private func words(_ text: String, _ pattern: WordPattern) -> [Range<Int>] {
    var text = text
    return text.withUTF8 { text in
      var split = WordScanner(text, pattern: pattern)
      var found: [Range<Int>] = []
      while let word = split.next() { found.append(word) }
      return found
    }
  }

  @Test(arguments: WordPattern.allCases) func scannersEqualTheirPatterns(word: WordPattern) throws {
    let pattern = try Pattern(word.source)
    var random = SplitMix(state: 11)
    for _ in 0..<4000 {
      let count = Int.random(in: 0...12, using: &random)
      let text = (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
      #expect(words(text, word) == PatternTests.matches(of: pattern, in: text), "\(text.debugDescription)")
    }
  }

  @Test(arguments: WordPattern.allCases) func scannersEqualTheirPatternsOnEveryScalar(word: WordPattern) throws {
    let pattern = try Pattern(word.source)
    for start in stride(from: UInt32(0), to: 0x110000, by: 0x400) where start < 0x33480 || start >= 0xE0000 {
      var text = ""
      for scalar in (start..<start + 0x400).compactMap(Unicode.Scalar.init) {
        text += "\(Character(scalar))a \(Character(scalar))B"
      }
      #expect(words(text, word) == PatternTests.matches(of: pattern, in: text), "from U+\(String(start, radix: 16))")
    }
  }

  @Test func patternsAreRecognizedByTheirText() {
    for word in WordPattern.allCases { #expect(WordPattern(source: word.source) == word) }
    #expect(WordPattern(source: #"\p{L}+"#) == nil)
    #expect(WordPattern(source: WordPattern.gpt2.source + " ") == nil)
  }
}

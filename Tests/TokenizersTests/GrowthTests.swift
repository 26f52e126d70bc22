import JSON
import Testing

@testable import Tokenizers

/// Chains of parts that make many characters of one are refused before they are run.
@Suite("Growth of text")
struct GrowthTests {
  private func replace(_ pattern: String, _ content: String, isRegex: Bool = false) -> JSONValue {
    ["type": "Replace", "pattern": [isRegex ? "Regex" : "String": .string(pattern)], "content": .string(content)]
  }

  private func read(_ key: String, _ parts: [JSONValue]) throws(TokenizerError) -> Tokenizer {
    let names = ["normalizer": "normalizers", "pre_tokenizer": "pretokenizers", "decoder": "decoders"]
    let sequence: JSONValue = .object(["type": "Sequence", names[key] ?? "": .array(parts)] as JSONObject)
    let file: JSONValue = .object(
      [
        "version": "1.0", "added_tokens": [], key: sequence,
        "model": ["type": "WordLevel", "vocab": ["?": 0, "aa": 1], "unk_token": "?"],
      ] as JSONObject)
    return try Tokenizer(tokenizerJSON: file.bytes())
  }

  private func growth(_ parts: [Normalizer]) -> Double { TextGrowth(.sequence(parts)).factor }

  @Test(arguments: ["normalizer", "decoder"]) func aChainThatDoublesThirtyTimesIsRefused(key: String) throws {
    for part in [replace("a", "aa"), replace("[a-z]", "xy", isRegex: true), replace("b?", "b", isRegex: true)] {
      let error = #expect(throws: TokenizerError.self) { try read(key, [JSONValue](repeating: part, count: 30)) }
      guard case .unsupported(_, let place, let problem) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(place == key && problem.contains("1024"))
    }
  }

  @Test func bytesSpelledAgainAndAgainAreRefused() throws {
    let part: JSONValue = ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false]
    #expect(throws: TokenizerError.self) { try read("pre_tokenizer", [JSONValue](repeating: part, count: 30)) }
    #expect(try read("pre_tokenizer", [JSONValue](repeating: part, count: 3)).ids("aa") == [1])
  }

  @Test func longContentsAreRefusedAndShortOnesRead() throws {
    #expect(throws: TokenizerError.self) { try read("normalizer", [replace("a", String(repeating: "b", count: 1025))]) }
    #expect(try read("normalizer", [replace("a", String(repeating: "b", count: 1024))]).ids("aa") == [0])
    let ten = try read("normalizer", [JSONValue](repeating: replace("a", "aa"), count: 10))
    #expect(ten.encode("a").offsets == [0..<1])
  }

  /// Parts that replace different things cost nothing, however many they are.
  @Test func partsThatDoNotFeedEachOtherGrowOnlyOnce() throws {
    let letters = (0x61..<0x7B).map { String(UnicodeScalar(UInt8($0))) }
    #expect(growth(letters.map { .replace(.text($0), with: $0.uppercased() + "-") }) == 2)
    // Each is replaced by what the next looks for.
    let chain = zip(letters, letters.dropFirst()).map { Normalizer.replace(.text($0), with: $1 + $1) }
    #expect(growth(chain) == 33_554_432)
    #expect(growth(chain.reversed()) == 2)
    #expect(growth([.replace(.text("aaaa"), with: "aa"), .replace(.text("aa"), with: "aaaa")]) == 2)
    let cleaning = Normalizer.replace(.regex(.spaces), with: " ")
    #expect(growth([Normalizer](repeating: cleaning, count: 40)) == 1)
  }

  /// The factor is never below what a text shows.
  @Test func noTextGrowsMoreThanTheFactor() throws {
    var random = SplitMix(state: 11)
    let texts = ["a", "b", "ab", "ba", "aab", "c", ""]
    for _ in 0..<500 {
      let parts = (0..<Int.random(in: 1..<6, using: &random)).map { _ -> Normalizer in
        let pattern = texts[Int.random(in: 0..<6, using: &random)]
        let content = texts[Int.random(in: 0..<7, using: &random)]
        if Bool.random(using: &random) { return .replace(.text(pattern), with: content) }
        return .replace(.regex(.known("[\(pattern)]" + (Bool.random(using: &random) ? "?" : ""))), with: content)
      }
      let factor = growth(parts)
      for text in ["aabbc", "abcabc", "cccccc", "bababa", "dddd"] {
        var normalized = NormalizedText(scalarsOf: text)
        normalized.normalize(.sequence(parts))
        // A match of nothing stands at the end as well.
        #expect(Double(normalized.scalars.count) <= factor * Double(text.utf8.count + 1), "\(parts)")
      }
    }
  }
}

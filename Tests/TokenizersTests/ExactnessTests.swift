import Foundation
import JSON
import Testing

@testable import Tokenizers

/// Every tokenizer of `Fixtures/exactness` against what the Hugging Face library made of the same texts.
@Suite("Exact on tricky lines")
struct ExactnessTests {
  static let names = (try? Exactness.names()) ?? []

  @Test func theFixturesHoldEveryTokenizerAndLine() throws {
    #expect(try Exactness.names().count >= 69)
    #expect(try Exactness.lines().count >= 3_000)
  }

  @Test(arguments: names) func fullEncodingsEqualTheLibrarys(_ name: String) throws {
    let tokenizer = try Exactness.tokenizer(name)
    var problems: [String] = []
    for line in try Exactness.json("\(name)/cases.jsonl") {
      if let ids = line["decode"]?.array {
        problems += decodingProblems(tokenizer, ids.compactMap { $0.int.map(Int32.init) }, line)
      } else {
        problems += try encodingProblems(tokenizer, line)
      }
    }
    #expect(problems.isEmpty, "\(name): \(problems.count) differ\n\(problems.prefix(6).joined(separator: "\n"))")
  }

  @Test(arguments: names) func everyTrickyLineHasTheLibrarysDigest(_ name: String) throws {
    let tokenizer = try Exactness.tokenizer(name)
    try ExactnessDigests("../exactness/\(name)/digests.txt").check(name) { ExactnessDigest(tokenizer, $0) }
  }

  @Test func theDigestSeesEveryField() throws {
    var encoding = Encoding()
    encoding.ids = [7, 8]
    encoding.offsets = [0..<1, 1..<3]
    encoding.wordIds = [0, nil]
    let digest = { ExactnessDigest($0, $1, $2).value }
    let right = digest(encoding, "ab", "a b")
    var (id, offset, word) = (encoding, encoding, encoding)
    id.ids[1] = 9
    offset.offsets[1] = 1..<4
    word.wordIds[1] = 0
    // 2; 7 0 1 0; 8 1 3 none; 2 "ab"; 3 "a b": computed with the recipe.
    #expect(right == 0xEC9D_A66B_3FE0_0DC9)
    let others = [
      digest(id, "ab", "a b"), digest(offset, "ab", "a b"), digest(word, "ab", "a b"), digest(encoding, "aba", " b"),
      digest(encoding, "ab", "a  b"),
    ]
    #expect(Set(others + [right]).count == 6)
  }

  private func encodingProblems(_ tokenizer: Tokenizer, _ line: JSONValue) throws -> [String] {
    let fixture = try EncodingFixture(line)
    let found = tokenizer.encode(
      fixture.text, pair: fixture.pair, addingSpecialTokens: fixture.addsSpecialTokens,
      maximumLength: fixture.maximumLength)
    var expected = fixture.expected
    if line["tokens"] == nil { expected.tokens = expected.ids.map { tokenizer.token($0) ?? "" } }
    if line["type_ids"] == nil { expected.typeIds = expected.ids.map { _ in 0 } }
    if line["special_tokens_mask"] == nil { expected.specialMask = expected.ids.map { _ in false } }
    let differences = [
      found.ids == expected.ids ? nil : "ids \(found.ids) instead of \(expected.ids)",
      found.tokens.map { Array($0.utf8) } == expected.tokens.map { Array($0.utf8) }
        ? nil : "tokens \(found.tokens) instead of \(expected.tokens)",
      found.offsets == expected.offsets ? nil : "offsets \(found.offsets) instead of \(expected.offsets)",
      found.wordIds == expected.wordIds ? nil : "word ids \(found.wordIds) instead of \(expected.wordIds)",
      found.typeIds == expected.typeIds ? nil : "type ids \(found.typeIds) instead of \(expected.typeIds)",
      found.specialMask == expected.specialMask ? nil : "special mask \(found.specialMask)",
    ]
    let asked = (fixture.text + (fixture.pair.map { " + " + $0 } ?? "")).debugDescription
    return differences.compactMap(\.self).prefix(1).map { "\(asked): \($0)" }
      + decodingProblems(tokenizer, expected.ids, line)
  }

  private func decodingProblems(_ tokenizer: Tokenizer, _ ids: [Int32], _ line: JSONValue) -> [String] {
    let plain = line["decoded"]?.string ?? ""
    return [(true, plain), (false, line["decoded_with_special_tokens"]?.string ?? plain)].compactMap {
      skips, expected in
      let found = tokenizer.decode(ids, skippingSpecialTokens: skips)
      guard !found.utf8.elementsEqual(expected.utf8) else { return nil }
      return "decoding \(ids): \(found.debugDescription) instead of \(expected.debugDescription)"
    }
  }
}

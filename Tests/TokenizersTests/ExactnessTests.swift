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
    let problems = try Exactness.json("\(name)/cases.jsonl").flatMap { try Exactness.problems(tokenizer, $0) }
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
}

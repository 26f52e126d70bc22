import Foundation
import JSON
import TestSupport
import Testing
import Tokenizers

@testable import Pipelines

@Suite struct TokenizationReportTests {
  /// A vocabulary that knows all words here but one.
  private static func withTokenizer(_ body: (Tokenizer) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "##s", "дом", "1", "never"]
      try Data((words.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: folder + "/vocab.txt"))
      try body(Tokenizer(folder: folder))
    }
  }

  @Test func bytesTokensWordsAndUnknownOnesAreCountedBySourceAndScript() throws {
    try Self.withTokenizer { tokenizer in
      var report = TokenizationReport(tokenizer)
      report.add("the cats дом 1 dog", source: "a.txt")
      report.add("the", source: "b.txt")
      #expect(counts(report.total) == [24, 7, 6, 1])
      #expect(report.sources.map(\.name) == ["a.txt", "b.txt"])
      #expect(counts(report.sources[0].part) == [21, 6, 5, 1] && counts(report.sources[1].part) == [3, 1, 1, 0])
      // A blank belongs to the token behind it: the, ⎵cat, s, ⎵dog and the.
      let scripts = report.byScript
      #expect(scripts.map(\.script) == [.latin, .cyrillic, nil])
      #expect(scripts.map { counts($0.part) } == [[15, 5, 4, 1], [7, 1, 1, 0], [2, 1, 1, 0]])
      #expect(report.use == (used: 5, of: 6))
      #expect(report.longest(2).map(\.token) == ["the", "##s"] || report.longest(2).map(\.token) == ["the", "cat"])
      #expect(report.longest(1)[0].count == 2)
      #expect(abs(report.total.bytesPerToken - 24.0 / 7) < 1e-12 && abs(report.total.tokensPerWord - 7.0 / 6) < 1e-12)
    }
  }

  @Test func aCharacterOfSeveralTokensCountsItsBytesOnce() throws {
    let tokenizer = try Tokenizer(folder: Fixtures.path("tokenizers/byte-bpe"))
    var report = TokenizationReport(tokenizer)
    report.add("𝔘𝔘 ok", source: "a")
    #expect(report.total.bytes == 11 && report.total.tokens >= 4)
    #expect(report.byScript.reduce(0) { $0 + $1.part.bytes } == 11)
  }

  @Test func bordersStandBetweenTokensThatTouch() throws {
    try Self.withTokenizer { tokenizer in
      let borders = TokenBorders("the cats  дом\u{1B}[31m 1 dog.", tokenizer)
      let plain = TerminalStyle(width: 80, hasColor: false)
      #expect(borders.rendered(plain).hasPrefix("the cat|s  дом"), "\(borders.rendered(plain))")
      #expect(!borders.rendered(plain).contains("\u{1B}"), "a text may not steer the terminal")
      #expect(borders.rendered(plain).hasSuffix("1 [dog]|[.]"), "\(borders.rendered(plain))")
      let colored = TokenBorders("the cats dog", tokenizer).rendered(TerminalStyle(width: 80, hasColor: true))
      #expect(colored == "the \u{1B}[36mcat\u{1B}[0ms \u{1B}[31mdog\u{1B}[0m", "\(colored)")
    }
  }

  @Test func twoTokenizersStandSideBySide() throws {
    try Self.withTokenizer { tokenizer in
      var reports = ["one", "two"].map { (name: $0, report: TokenizationReport(tokenizer)) }
      for index in 0..<2 { reports[index].report.add("the cats", source: "a") }
      let lines = TokenizationReportText(reports).lines(width: 200)
      #expect(lines[0].split(separator: " ") == ["bytes/token", "tokens/word", "unknown"], "\(lines[0])")
      #expect(lines[1].split(separator: " ") == ["one", "two", "one", "two", "one", "two"], "\(lines[1])")
      #expect(lines[2].split(separator: " ").prefix(3) == ["all", "2.67", "2.67"], "\(lines[2])")
    }
  }

  private func counts(_ part: TokenizationReport.Part) -> [Int] { [part.bytes, part.tokens, part.words, part.unknown] }
}

import Foundation
import Testing

/// The pages with worked examples quote code that is compiled and tested here, word for word.
@Suite struct QuotationTests {
  @Test(arguments: ["AddingALayer", "AddingAnOp", "AddingAModel"])
  func everyPieceOfSwiftStandsInTheExampleFile(_ page: String) throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let documentation = tests.appendingPathComponent("../../Documentation/\(page).md")
    let pieces = Self.swift(in: try String(contentsOf: documentation, encoding: .utf8))
    let example = try String(contentsOf: tests.appendingPathComponent("\(page)ExampleTests.swift"), encoding: .utf8)
    #expect(pieces.count >= 2, "\(page).md quotes \(pieces.count) pieces")
    for piece in pieces { #expect(example.contains(piece), "not in \(page)ExampleTests.swift:\n\(piece)") }
  }

  @Test func aChangedQuotationIsFound() {
    let page = "text\n```swift\nlet x = 1\n```\n```\nlet y = 2\n```\n"
    #expect(Self.swift(in: page) == ["let x = 1\n"])
    #expect(!"let x = 2\n".contains(Self.swift(in: page)[0]))
  }

  /// The fenced blocks of a page that are marked as Swift.
  private static func swift(in page: String) -> [String] {
    page.components(separatedBy: "```swift\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
  }
}

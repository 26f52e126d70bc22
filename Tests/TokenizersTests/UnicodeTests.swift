import JSON
import Testing

@testable import Tokenizers

@Suite("Unicode tables")
struct UnicodeTests {
  static let classes: [(group: String, name: String, flag: UnicodeClass)] = [
    ("gpt2", "letter", .letter), ("gpt2", "number", .number), ("gpt2", "whitespace", .patternSpace),
    ("bert", "whitespace", .space), ("bert", "punctuation", .punctuation), ("bert", "removed", .control),
    ("bert", "chinese", .ideograph),
  ]

  @Test func classesEqualTheLibrarysOnEveryScalar() throws {
    let classes = try Fixtures.json("classes.json")
    for (group, name, flag) in Self.classes {
      var expected = Set<UInt32>()
      for range in try #require(classes[group]?[name]?.array, "\(group).\(name)") {
        let (first, last) = (try #require(range[0]?.int), try #require(range[1]?.int))
        expected.formUnion(UInt32(first)...UInt32(last))
      }
      #expect(expected.count > 5)
      var wrong: [UInt32] = []
      for scalar in UInt32(0)..<0x110000 where !(0xD800...0xDFFF).contains(scalar) {
        if UnicodeTables.shared.properties(of: scalar).contains(flag) != expected.contains(scalar) {
          wrong.append(scalar)
        }
      }
      #expect(wrong.isEmpty, "\(group).\(name): \(wrong.count) wrong, first \(wrong.prefix(10))")
    }
  }

  /// What the uncased normalizer makes of each single scalar, in hexadecimal; scalars not listed stay.
  @Test func uncasedImagesEqualTheLibrarys() throws {
    let table = try #require(Fixtures.json("uncased-table.json").object)
    #expect(table.count > 2000)
    for (scalar, image) in table.pairs {
      let value = try #require(UInt32(scalar, radix: 16))
      let expected = try #require(image.string).split(separator: " ").compactMap { UInt32($0, radix: 16) }
      let found = UTF8Text.bytes(of: [value]).withUnsafeBufferPointer {
        NormalizedText($0, normalizer: .bert(BertNormalizer(spacesIdeographs: false))).scalars
      }
      #expect(found == expected, "U+\(scalar)")
    }
  }

  @Test func unpackingTakesMilliseconds() {
    let clock = ContinuousClock()
    let elapsed = clock.measure { _ = BertCharacterMap(BertNormalizer()) }
    #expect(elapsed < .milliseconds(100), "\(elapsed)")
  }
}

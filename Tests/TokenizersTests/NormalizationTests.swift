import JSON
import Testing

@testable import Tokenizers

@Suite("Normalization forms")
struct NormalizationTests {
  static let forms: [(name: String, form: NormalizationForm)] = [
    ("NFC", .nfc), ("NFD", .nfd), ("NFKC", .nfkc), ("NFKD", .nfkd),
  ]

  private func normalized(_ text: String, _ form: NormalizationForm) -> NormalizedText {
    var text = text
    return text.withUTF8 {
      var normalized = NormalizedText($0, normalizer: nil)
      normalized.normalize(form)
      return normalized
    }
  }

  @Test(arguments: forms) func formsAndPlacesEqualTheLibrarys(name: String, form: NormalizationForm) throws {
    let rows = try Fixtures.lines("patterns/forms.jsonl")
    #expect(rows.count > 100)
    for row in rows {
      let text = try #require(row["text"]?.string)
      let expected = try #require(row[name]?[0]?.string)
      let found = normalized(text, form)
      #expect(found.scalars == expected.unicodeScalars.map(\.value), "\(text.debugDescription)")
      #expect(found.sources == row[name]?[1]?.array?.compactMap(\.int), "\(text.debugDescription)")
    }
  }

  @Test(arguments: forms) func formsOfEveryScalarEqualTheLibrarys(name: String, form: NormalizationForm) throws {
    let expected = try #require(Fixtures.json("patterns/classes.json")["forms"]?[name]?.array).compactMap(\.int)
    #expect(expected.count == 48)
    for (block, sum) in expected.enumerated() {
      let start = UInt32(block) << 12
      let scalars = (start..<start + 0x1000).compactMap(Unicode.Scalar.init)
      let text = scalars.map { String(Character($0)) }.joined(separator: "\n")
      var found: UInt64 = 0
      for (place, scalar) in normalized(text, form).scalars.enumerated() {
        found &+= UInt64(place + 1) * UInt64(scalar)
      }
      #expect(Int(found % (1 << 53)) == sum, "from U+\(String(start, radix: 16))")
    }
  }

  @Test(arguments: forms) func quickAnswersAreNeverWrong(name: String, form: NormalizationForm) throws {
    var quick = 0
    for row in try Fixtures.lines("patterns/forms.jsonl") {
      for other in Self.forms {
        var text = try #require(row[other.name]?[0]?.string)
        let isUnchanged = text.withUTF8 { NormalizedText.isUnchanged($0, by: form) }
        if isUnchanged { quick += 1 }
        let expected = text.unicodeScalars.map(\.value)
        if isUnchanged { #expect(normalized(text, form).scalars == expected, "\(text.debugDescription)") }
      }
    }
    #expect(quick > 20)
    for text in ["plain", "Übergröße, naïve", "日本語 и русский", "한글", "שלום"] {
      var text = text
      let isComposed = text.withUTF8 { NormalizedText.isUnchanged($0, by: form) }
      #expect(isComposed == (form.composes || text != "Übergröße, naïve" && text != "한글" && text != "日本語 и русский"))
    }
  }

  @Test(arguments: forms) func runsTakenApartGiveTheWholesForm(name: String, form: NormalizationForm) throws {
    for var text in try Exactness.lines() {
      let bytes = text.withUTF8 { NormalizedText.bytes(of: $0, in: form) }
      #expect(bytes == UTF8Text.bytes(of: normalized(text, form).scalars), "\(text.debugDescription)")
    }
  }
}

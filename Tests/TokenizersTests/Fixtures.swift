import Foundation
import JSON
import Testing

@testable import Tokenizers

/// Files made by the Hugging Face libraries, beside the tests.
enum Fixtures {
  static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/tokenizers").path

  static func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
  }

  static func json(_ name: String) throws -> JSONValue { try JSONValue.parse(bytes(name)) }

  static func lines(_ name: String) throws -> [JSONValue] {
    try bytes(name).split(separator: 0x0A).map { try JSONValue.parse(Array($0)) }
  }

  static func tokenizer(_ name: String) throws -> Tokenizer { try Tokenizer(folder: folder + "/" + name) }
}

/// One line of `encodings.jsonl`.
struct EncodingFixture {
  let text: String
  let pair: String?
  let addsSpecialTokens: Bool
  let maximumLength: Int?
  let expected: Encoding
  let decoded: String?
  let decodedWithSpecialTokens: String?

  init(_ line: JSONValue) throws {
    text = try #require(line["text"]?.string)
    pair = line["pair"]?.string
    addsSpecialTokens = line["add_special_tokens"]?.bool ?? true
    maximumLength = line["max_length"]?.int
    decoded = line["decoded"]?.string
    decodedWithSpecialTokens = line["decoded_with_special_tokens"]?.string
    var encoding = Encoding()
    encoding.ids = line["ids"]?.array?.compactMap { $0.int.map(Int32.init) } ?? []
    encoding.tokens = line["tokens"]?.array?.compactMap(\.string) ?? []
    encoding.offsets = line["offsets"]?.array?.map { ($0[0]?.int ?? -1)..<($0[1]?.int ?? -1) } ?? []
    encoding.wordIds = line["word_ids"]?.array?.map(\.int) ?? []
    encoding.typeIds = line["type_ids"]?.array?.compactMap { $0.int.map(Int32.init) } ?? []
    encoding.specialMask = line["special_tokens_mask"]?.array?.map { $0.int == 1 } ?? []
    expected = encoding
  }
}

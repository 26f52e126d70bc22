import Foundation
import JSON
import Testing

@testable import Tokenizers

@Suite("Files")
struct FileTests {
  private func folder(_ files: [(name: String, bytes: [UInt8])]) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID())").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for file in files { try Data(file.bytes).write(to: URL(fileURLWithPath: path + "/" + file.name)) }
    return path
  }

  @Test(arguments: ["wordpiece-uncased", "wordpiece-cased", "byte-bpe"])
  func whatIsWrittenReadsBackTheSame(name: String) throws {
    var tokenizer = try Fixtures.tokenizer(name)
    tokenizer.modelMaximumLength = 128
    let path = try folder(tokenizer.files())
    defer { try? FileManager.default.removeItem(atPath: path) }
    let again = try Tokenizer(folder: path)
    #expect(again.tokenizerJSON == tokenizer.tokenizerJSON)
    #expect(again.specials == tokenizer.specials)
    #expect(again.modelMaximumLength == 128)
    let simple = try folder(tokenizer.files().filter { $0.name != "tokenizer.json" })
    defer { try? FileManager.default.removeItem(atPath: simple) }
    let fromVocabulary = try Tokenizer(folder: simple)
    for line in try Fixtures.lines(name + "/encodings.jsonl") {
      let text = try #require(line["text"]?.string)
      #expect(fromVocabulary.ids(text) == tokenizer.ids(text), "\(text.debugDescription)")
    }
  }

  static let wordPiece = """
    {"version":"1.0","added_tokens":[{"id":0,"content":"[UNK]","special":true}],"normalizer":null,
    "pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":null,"decoder":null,
    "model":{"type":"WordPiece","unk_token":"[UNK]","vocab":{"[UNK]":0,"a":1,"##b":2}}}
    """
  static let bytePairs = """
    {"version":"1.0","added_tokens":[],"normalizer":null,
    "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"post_processor":null,"decoder":{"type":"ByteLevel"},
    "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}}
    """

  private func read(_ text: String) throws(TokenizerError) -> Tokenizer {
    try Tokenizer(tokenizerJSON: Array(text.utf8))
  }

  @Test func theMinimalFilesAreRead() throws {
    #expect(try read(Self.wordPiece).ids("ab c") == [1, 2, 0])
    #expect(try read(Self.bytePairs).ids("abz") == [2])
  }

  /// One edit of a valid file each; the edit is checked to have happened.
  static let hostile: [(file: String, from: String, to: String)] = [
    (wordPiece, "\"##b\":2", "\"##b\":1"), (wordPiece, "\"##b\":2", "\"##b\":-1"),
    (wordPiece, "\"##b\":2", "\"##b\":9223372036854775807"), (wordPiece, "\"##b\":2", "\"##b\":1e300"),
    (wordPiece, "\"##b\":2", "\"##b\":\"2\""), (wordPiece, "\"##b\":2", "\"a\":2"),
    (wordPiece, "{\"id\":0,", "{\"id\":4294967296,"), (wordPiece, "{\"id\":0,", "{\"id\":-5,"),
    (wordPiece, "\"content\":\"[UNK]\"", "\"content\":\"\""), (wordPiece, "\"content\":\"[UNK]\"", "\"content\":7"),
    (wordPiece, "\"unk_token\":\"[UNK]\"", "\"unk_token\":\"[NO]\""), (wordPiece, "\"vocab\":{", "\"vocab\":7,\"x\":{"),
    (wordPiece, "{\"[UNK]\":0,\"a\":1,\"##b\":2}", "{}"), (wordPiece, "\"version\"", "version"),
    (bytePairs, "[\"a b\"]", "[\"a c\"]"), (bytePairs, "[\"a b\"]", "[\"b a\"]"), (bytePairs, "[\"a b\"]", "[\"a\"]"),
    (bytePairs, "[\"a b\"]", "[[\"a\"]]"), (bytePairs, "[\"a b\"]", "[7]"), (bytePairs, "[\"a b\"]", "7"),
  ]

  @Test(arguments: hostile) func brokenFilesAreRefused(file: String, from: String, to: String) throws {
    let edited = file.replacingOccurrences(of: from, with: to)
    #expect(edited != file)
    let error = #expect(throws: TokenizerError.self) { try read(edited) }
    guard case .malformed = error else {
      Issue.record("\(from) → \(to): \(String(describing: error))")
      return
    }
  }

  static let unsupported: [(file: String, from: String, to: String, part: String)] = [
    (wordPiece, "\"type\":\"WordPiece\"", "\"type\":\"Hashed\"", "Hashed"),
    (wordPiece, "\"normalizer\":null", "\"normalizer\":{\"type\":\"ByteLevel\"}", "ByteLevel"),
    (wordPiece, "BertPreTokenizer", "UnicodeScripts", "UnicodeScripts"),
    (
      wordPiece, "{\"type\":\"BertPreTokenizer\"}",
      "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a)\\\\1\"},\"behavior\":\"Isolated\"}", "(a)\\1"
    ),
    (wordPiece, "\"post_processor\":null", "\"post_processor\":{\"type\":\"Unheard\"}", "Unheard"),
    (wordPiece, "\"decoder\":null", "\"decoder\":{\"type\":\"CTC\"}", "CTC"),
    (bytePairs, "\"merges\"", "\"dropout\":0.1,\"merges\"", "dropout"),
    (wordPiece, "\"##b\":2", "\"##b\":1048579", "id 1048579 with 3 tokens"),
    (wordPiece, "\"##b\":2", "\"##b\":4294967295", "id 4294967295"),
  ]

  @Test(arguments: unsupported)
  func unsupportedPartsAreRefusedByName(file: String, from: String, to: String, part: String) throws {
    let error = #expect(throws: TokenizerError.self) {
      try read(file.replacingOccurrences(of: from, with: to))
    }
    guard case .unsupported(_, _, let named) = error else {
      Issue.record("\(part): \(String(describing: error))")
      return
    }
    #expect(named.contains(part))
  }

  @Test func vocabularyTextWithADuplicateLineIsRefused() throws {
    let path = try folder([("vocab.txt", Array("[UNK]\na\na\n".utf8))])
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: TokenizerError.self) { try Tokenizer(folder: path) }
  }

  @Test func anEmptyFolderIsNamed() throws {
    let path = try folder([])
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: TokenizerError.noTokenizer(folder: path)) { try Tokenizer(folder: path) }
  }

  /// Two spellings of é are two tokens, as they are two byte strings.
  @Test func tokensAreToldApartByTheirBytes() throws {
    let text = Self.wordPiece.replacingOccurrences(of: "\"##b\":2", with: "\"##b\":2,\"\u{E9}\":3,\"e\u{301}\":4")
    let tokenizer = try read(text)
    #expect(tokenizer.ids("\u{E9} e\u{301}") == [3, 4])
    #expect(tokenizer.id("e\u{301}") == 4)
  }
}

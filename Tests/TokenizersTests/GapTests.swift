import Foundation
import JSON
import Testing

@testable import Tokenizers

/// Files whose ids have gaps, or whose added tokens are numbered otherwise than they say, against the Hugging Face
/// library: `Fixtures/gaps`.
@Suite("Ids with gaps")
struct GapTests {
  static let folder = Fixtures.folder + "/../gaps"
  static let names = (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? []

  private func read(_ name: String) throws -> (tokenizer: Tokenizer, library: JSONValue) {
    let tokenizer = try Tokenizer(tokenizerJSON: Fixtures.bytes("../gaps/\(name)/tokenizer.json"))
    return (tokenizer, try Fixtures.json("../gaps/\(name)/library.json"))
  }

  @Test func theFixturesAreThere() { #expect(Self.names.count >= 14) }

  @Test(arguments: names) func tokensHaveTheLibrarysIds(_ name: String) throws {
    let (tokenizer, library) = try read(name)
    #expect(tokenizer.tokenCount == library["size"]?.int)
    let tokens = try #require(library["tokens"]?.array)
    for entry in tokens {
      let token = try #require(entry[0]?.string)
      #expect(tokenizer.id(token).map(Int.init) == entry[1]?.int, "\(token)")
    }
    #expect(tokenizer.vocabularySize == 1 + (tokens.compactMap { $0[1]?.int }.max() ?? 0))
    for entry in try #require(library["spelled"]?.array) {
      let id = try #require(entry[0]?.int)
      #expect(tokenizer.token(Int32(id)) == entry[1]?.string, "\(id)")
    }
  }

  @Test(arguments: names) func textsAndIdsBecomeWhatTheLibraryMakesOfThem(_ name: String) throws {
    let (tokenizer, library) = try read(name)
    let rows = try #require(library["rows"]?.array)
    #expect(rows.count == 10)
    let problems = try rows.flatMap { try Exactness.problems(tokenizer, $0) }
    #expect(problems.isEmpty, "\(name): \(problems.joined(separator: "\n"))")
  }

  @Test(arguments: names) func whatIsWrittenIsWhatTheLibraryWrites(_ name: String) throws {
    let (tokenizer, library) = try read(name)
    let written = try JSONValue.parse(Array(tokenizer.tokenizerJSON.utf8))
    func byToken(_ value: JSONValue?) -> [String: JSONValue] {
      Dictionary(uniqueKeysWithValues: value?.object?.pairs.map { ($0.0, $0.1) } ?? [])
    }
    #expect(byToken(written["model"]?["vocab"]) == byToken(library["vocab"]))
    if library["vocab"]?.array != nil { #expect(written["model"]?["vocab"] == library["vocab"]) }
    func byID(_ value: JSONValue?) -> [[String: JSONValue]] {
      (value?.array ?? []).sorted { ($0["id"]?.int ?? 0) < ($1["id"]?.int ?? 0) }.map(byToken)
    }
    #expect(byID(written["added_tokens"]) == byID(library["added_tokens"]))
    let again = try Tokenizer(tokenizerJSON: written.bytes())
    #expect(again.tokenizerJSON == tokenizer.tokenizerJSON && again.tokenCount == tokenizer.tokenCount)
  }

  /// The library forgets the first of the two.
  @Test func twoAddedTokensWithOneIdAreRefused() throws {
    let file = try String(decoding: Fixtures.bytes("../gaps/shared/tokenizer.json"), as: UTF8.self)
    let edited = file.replacingOccurrences(of: "\"content\":\"<x>\"", with: "\"content\":\"b\"")
    let both = edited.replacingOccurrences(of: "\"b\":4,", with: "\"b\":4,\"c\":7,")
    #expect(both != edited && edited != file)
    // "b" has 4 already; four tokens of the model give the new one 4 as well.
    let error = #expect(throws: TokenizerError.self) { try Tokenizer(tokenizerJSON: Array(edited.utf8)) }
    guard case .unsupported(_, _, let part) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(part.contains("two added tokens"))
    #expect(try Tokenizer(tokenizerJSON: Array(both.utf8)).id("<y>") == 5)
  }

  @Test func aGapIsNoLineOfAVocabularyText() throws {
    let files = try read("pieces").tokenizer.files().map(\.name)
    #expect(files.contains("tokenizer.json") && !files.contains("vocab.txt"))
    #expect(try Fixtures.tokenizer("wordpiece-cased").files().map(\.name).contains("vocab.txt"))
  }

  /// Text in which special tokens are plain text has the model's token of a shared id, never the special one.
  @Test func plainTextNeverBecomesASpecialTokenOfASharedId() throws {
    let (tokenizer, _) = try read("shared")
    #expect(tokenizer.ids("b") == [4] && tokenizer.ids("<x>") == [0])
    #expect(tokenizer.isSpecial(4) && !tokenizer.ordinaryIds.contains(4) && !tokenizer.ordinaryIds.contains(2))
  }

  /// As GPT-4's: of the ids behind the ranks only some are used.
  @Test func specialTokensOfARankFileKeepTheirIds() throws {
    let ranks = try Fixtures.bytes("../rawfiles/tiktoken/cl100k_base.tiktoken")
    let count = ranks.count { $0 == 0x0A }
    let path = FileManager.default.temporaryDirectory.appending(path: "gaps-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    func write(_ name: String, _ bytes: [UInt8]) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    }
    try write("cl100k_base.tiktoken", ranks)
    func special(_ token: String) -> JSONValue { ["content": .string(token), "special": true] }
    let config: JSONValue = [
      "added_tokens_decoder": .object(
        [
          "\(count + 20)": special("<|endofprompt|>"), "\(count + 1)": special("<|endoftext|>"),
        ] as JSONObject)
    ]
    try write("tokenizer_config.json", config.bytes())
    let tokenizer = try Tokenizer(folder: path)
    let again = try Tokenizer(tokenizerJSON: Array(tokenizer.tokenizerJSON.utf8))
    for tokenizer in [tokenizer, again] {
      #expect(tokenizer.tokenCount == count + 2 && tokenizer.vocabularySize == count + 21)
      #expect(tokenizer.encode("<|endofprompt|>a<|endoftext|>").ids.first == Int32(count + 20))
      #expect(tokenizer.ids("<|endofprompt|>").count > 1)
      #expect(tokenizer.decode([Int32(count), Int32(count + 1)], skippingSpecialTokens: false) == "<|endoftext|>")
    }
  }
}

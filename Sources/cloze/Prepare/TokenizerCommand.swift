import ArgumentParser
import DurableFiles
import JSON
import Pipelines
import Randomness
import Shards
import Tokenizers

/// Tokenizers.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer", abstract: "Train a tokenizer, use it, look at it.",
    subcommands: [TokenizerTrain.self, TokenizerEncode.self, TokenizerDecode.self, TokenizerInspect.self])
}

/// Where a tokenizer is.
struct TokenizerOption: ParsableArguments {
  @Option(help: "A folder with tokenizer files, a run folder, or a model.", completion: .directory)
  var tokenizer: String

  func load() throws -> Tokenizer { try Tokenizer(folder: ModelReference.tokenizerFolder(tokenizer)) }
}

/// Text to ids.
struct TokenizerEncode: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode", abstract: "Turn lines of text into ids.",
    discussion: """
      Reads standard input. With --json a line in is {"text": …}, for pairs also "pair", and a line out has ids, tokens, \
      offsets (code points), word_ids and type_ids.
      """)

  @OptionGroup var tokenizer: TokenizerOption
  @Flag(help: "Leave out [CLS], [SEP] and the like.")
  var noSpecialTokens = false
  @Option(help: "Cut at so many tokens, special ones included; the longer text of a pair first.")
  var maxLength: Int?
  @Option(help: "Cut at random: pass over each merge of byte pairs with this probability.")
  var dropout: Double?
  @Option(help: "Cut at random: a unigram cut of probability P is drawn as often as P to this power.")
  var smoothing: Double?
  @Option(help: "The seed of random cuts.")
  var seed: UInt64 = 0
  @Flag(help: "JSON in and out.")
  var json = false

  func validate() throws {
    if let maxLength, maxLength < 1 { throw ValidationError("--max-length must be at least 1") }
    if let dropout, !(dropout >= 0 && dropout < 1) { throw ValidationError("--dropout must be from 0 to below 1") }
    if let smoothing, !(smoothing >= 0 && smoothing.isFinite) { throw ValidationError("--smoothing must be 0 or more") }
    if dropout != nil, smoothing != nil { throw ValidationError("give --dropout or --smoothing, not both") }
  }

  /// What is asked for, if the tokenizer's model can do it.
  private func sampling(_ tokenizer: Tokenizer) throws -> SubwordSampling? {
    guard let sampling: SubwordSampling = dropout.map({ .dropout($0) }) ?? smoothing.map({ .smoothing($0) }) else {
      return nil
    }
    guard tokenizer.supports(sampling) else {
      throw UserError("this \(tokenizer.kind.rawValue) tokenizer can't be sampled this way", .usage)
        .action("--dropout is for byte_bpe, --smoothing for unigram")
    }
    return sampling
  }

  func run() throws {
    let tokenizer = try tokenizer.load()
    let sampling = try sampling(tokenizer)
    let key = RandomKey(seed: seed, purpose: .sampling)
    let lines = try InputLines("-")
    while let line = try lines.next() {
      let asked = json ? try JSONLine(line, lines) : nil
      if json, asked == nil { continue }
      let text = try asked?.text("text") ?? line
      let pair = try asked?.optionalText("pair")
      let random = key.numbers(sample: UInt64(lines.count))
      let encoding = tokenizer.encode(
        text, pair: pair, addingSpecialTokens: !noSpecialTokens, maximumLength: maxLength,
        sampler: sampling.map { SubwordSampler($0, random) })
      if json {
        try Console.line(encoding.json)
      } else {
        try Console.line(encoding.ids.map(String.init).joined(separator: " "))
      }
      if lines.isTyped { try Console.flush() }
    }
    Console.talk(lines.repairedCount, "line", "repaired: not UTF-8")
  }
}

/// Ids to text.
struct TokenizerDecode: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode", abstract: "Turn lines of ids into text.",
    discussion:
      "Reads standard input: ids separated by spaces, or with --json {\"ids\": […]}; then out comes {\"text\": …}.")

  @OptionGroup var tokenizer: TokenizerOption
  @Flag(help: "Keep [CLS], [SEP] and the like.")
  var keepSpecialTokens = false
  @Flag(help: "JSON in and out.")
  var json = false

  func run() throws {
    let tokenizer = try tokenizer.load()
    let lines = try InputLines("-")
    while let line = try lines.next() {
      let asked = json ? try JSONLine(line, lines) : nil
      if json, asked == nil { continue }
      let ids = try asked?.ids("ids") ?? TokenizerDecode.ids(line, lines)
      let text = tokenizer.decode(ids, skippingSpecialTokens: !keepSpecialTokens)
      if json { try Console.line(["text": .string(text)] as JSONValue) } else { try Console.line(text) }
      if lines.isTyped { try Console.flush() }
    }
  }

  private static func ids(_ line: String, _ lines: InputLines) throws -> [Int32] {
    try line.split(whereSeparator: \.isWhitespace).map { word in
      guard let id = Int32(word) else {
        throw UserError("\(lines.name), line \(lines.count) is not a list of ids", .data)
      }
      return id
    }
  }
}

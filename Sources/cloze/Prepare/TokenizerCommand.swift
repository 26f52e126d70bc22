import ArgumentParser
import DurableFiles
import JSON
import Pipelines
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

/// Learns a vocabulary.
struct TokenizerTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Learn a vocabulary from text shards.",
    discussion: """
        cloze tokenizer train "letters/*.jsonl.zst" --text body --kind wordpiece --vocab-size 16384 --output tokenizer
      """)

  @Argument(help: "Files, folders or globs: .txt .jsonl .csv .tsv, plain or .gz .lz4 .zst.", completion: .file())
  var shards: [String]
  @Option(help: "wordpiece, byte_bpe or characters.")
  var kind = "wordpiece"
  @Option(help: "How many token ids at most.")
  var vocabSize = 16_384
  @Flag(inversion: .prefixedNo, help: "Fold upper case; on for wordpiece if not given.")
  var lowercase: Bool?
  @Flag(inversion: .prefixedNo, help: "Remove accents; for wordpiece as --lowercase if not given, else off.")
  var stripAccents: Bool?
  @Option(help: "Least count of a pair that becomes a token.")
  var minFrequency: Int?
  @Option(help: ArgumentHelp("JSONL key or column that holds the text.", valueName: "column"))
  var text = "text"
  @Option(help: "For .txt: what a document is, blank_line, line or file.")
  var document = "blank_line"
  @Option(help: "Bad records: fail, skip or repair.")
  var onBadRecord = "fail"
  @Option(name: .shortAndLong, help: "The folder for the tokenizer's files.", completion: .directory)
  var output: String
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if shards.isEmpty { throw ValidationError("name at least one shard") }
    if Tokenizers.TokenizerKind(rawValue: kind) == nil {
      throw ValidationError("--kind must be wordpiece, byte_bpe or characters, not \(kind)")
    }
    if vocabSize < 1 { throw ValidationError("--vocab-size must be at least 1") }
    if let minFrequency, minFrequency < 1 { throw ValidationError("--min-frequency must be at least 1") }
    if DocumentRule(rawValue: document) == nil {
      throw ValidationError("--document must be blank_line, line or file, not \(document)")
    }
    if Shards.BadRecordPolicy(rawValue: onBadRecord) == nil {
      throw ValidationError("--on-bad-record must be fail, skip or repair, not \(onBadRecord)")
    }
  }

  func run() throws {
    let kind = Tokenizers.TokenizerKind(rawValue: kind) ?? .wordpiece
    var trainer = TokenizerTrainer(
      kind: kind, vocabularySize: vocabSize, lowercase: lowercase ?? (kind == .wordpiece),
      stripAccents: stripAccents, minimumCount: minFrequency)
    var source = CorpusSource(shards: shards, text: text)
    source.document = DocumentRule(rawValue: document) ?? .blankLine
    source.onBadRecord = Shards.BadRecordPolicy(rawValue: onBadRecord) ?? .fail
    var bytes = 0
    for (place, shard) in try ShardSet(resolving: source).shards.enumerated() {
      let reader = try DocumentReader(shard, index: place, source: source)
      while let document = try reader.next() {
        trainer.add(document.text)
        bytes += document.text.utf8.count
      }
    }
    let tokenizer = try trainer.train()
    let files = RealFileSystem()
    try files.makeFolders(output)
    for file in tokenizer.files() { try DurableFile.replace(Paths.join(output, file.name), file.bytes) }
    let summary = "\(kind.rawValue), \(Figures.count(tokenizer.vocabularySize)) tokens from \(Figures.bytes(bytes))"
    guard report.json else { return Console.talk("\(summary) → \(output)") }
    try Console.report([
      "kind": .string(kind.rawValue), "vocab_size": JSONValue(tokenizer.vocabularySize),
      "text_bytes": JSONValue(bytes), "output": .string(output),
    ])
  }
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
  @Flag(help: "JSON in and out.")
  var json = false

  func validate() throws {
    if let maxLength, maxLength < 1 { throw ValidationError("--max-length must be at least 1") }
  }

  func run() throws {
    let tokenizer = try tokenizer.load()
    let lines = try InputLines("-")
    while let line = try lines.next() {
      let asked = json ? try JSONLine(line, lines) : nil
      if json, asked == nil { continue }
      let text = try asked?.text("text") ?? line
      let pair = try asked?.optionalText("pair")
      let encoding = tokenizer.encode(
        text, pair: pair, addingSpecialTokens: !noSpecialTokens, maximumLength: maxLength)
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

import ArgumentParser
import FoundationEssentials
import Glibc
import JSON
import Pipelines
import Shards
import Tokenizers

/// What a tokenizer is, and what it makes of a text.
struct TokenizerInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what a tokenizer is and how it cuts your text; compare it with another.",
    discussion: """
      With shards: bytes per token by source and script, unknown tokens, how much of the vocabulary is used.

        cloze tokenizer inspect tokenizer "letters/*.jsonl.zst" --text body --against other/tokenizer
        cloze tokenizer inspect tokenizer --show "Dear Dr. Smith, the biopsy was unremarkable."
      """)

  @Argument(help: "A folder with tokenizer files, a run folder, or a model.", completion: .directory)
  var folder: String
  @Argument(help: "Text to cut: .txt .jsonl .csv .tsv, plain or .gz .lz4 .zst.", completion: .file())
  var shards: [String] = []
  @Option(help: "Another tokenizer to compare with.", completion: .directory)
  var against: String?
  @Option(help: ArgumentHelp("Show the borders of the tokens of this text.", valueName: "text"))
  var show: String?
  @Option(help: ArgumentHelp("JSONL key or column that holds the text.", valueName: "column"))
  var text = "text"
  @Option(help: "For .txt: what a document is, blank_line, line or file.")
  var document = "blank_line"
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if DocumentRule(rawValue: document) == nil {
      throw ValidationError("--document must be blank_line, line or file, not \(document)")
    }
    if against != nil, shards.isEmpty, show == nil {
      throw ValidationError("--against compares on a text: name shards, or give --show TEXT")
    }
  }

  func run() throws {
    let named = try ([folder] + [against].compactMap { $0 }).map { path in
      (name: path, tokenizer: try Tokenizer(folder: ModelReference.tokenizerFolder(path)))
    }
    let reports = shards.isEmpty ? [] : try read(named)
    if report.json { return try Console.report(json(named, reports)) }
    for (name, tokenizer) in named { try describe(tokenizer, as: named.count > 1 ? name : nil) }
    let terminal = Terminal.standardOutput
    let environment = ProcessInfo.processInfo.environment
    var style = TerminalStyle(environment: environment, width: terminal.size.width)
    style.hasColor = style.hasColor && terminal.isLive(environment: environment)
    if !reports.isEmpty {
      try Console.line("")
      let width = style.hasColor ? style.width : 200
      for line in TokenizationReportText(reports).lines(width: width) { try Console.line(line) }
    }
    guard let show else { return }
    try Console.line("")
    for (name, tokenizer) in named {
      let borders = TokenBorders(show, tokenizer)
      let owner = named.count > 1 ? ", \(name)" : ""
      try Console.line("\(Figures.count(borders.count, "token"))\(owner): \(borders.rendered(style))")
    }
  }

  private func read(_ named: [(name: String, tokenizer: Tokenizer)]) throws -> [(
    name: String, report: TokenizationReport
  )] {
    var source = CorpusSource(shards: shards, text: text)
    source.document = DocumentRule(rawValue: document) ?? .blankLine
    source.onBadRecord = .skip
    var reports = named.map { (name: $0.name, report: TokenizationReport($0.tokenizer)) }
    for (place, shard) in try ShardSet(resolving: source).shards.enumerated() {
      let reader = try DocumentReader(shard, index: place, source: source)
      while let document = try reader.next() {
        for index in reports.indices { reports[index].report.add(document.text, source: shard.name) }
      }
    }
    return reports
  }

  private static func roles(_ specials: SpecialTokens) -> [(name: String, id: Int32)] {
    let all = [
      ("pad", specials.pad), ("unknown", specials.unknown), ("cls", specials.cls), ("sep", specials.sep),
      ("mask", specials.mask), ("end_of_text", specials.endOfText),
    ]
    return all.compactMap { name, id in id.map { (name, $0) } }
  }

  private func describe(_ tokenizer: Tokenizer, as name: String?) throws {
    if let name { try Console.line(name) }
    try Console.line("kind        \(tokenizer.kind.rawValue)")
    let gaps = tokenizer.vocabularySize > tokenizer.tokenCount
    let ids = gaps ? ", ids up to \(Figures.count(tokenizer.vocabularySize - 1))" : ""
    try Console.line("tokens      \(Figures.count(tokenizer.tokenCount))\(ids)")
    if let limit = tokenizer.modelMaximumLength { try Console.line("max length  \(Figures.count(limit))") }
    for (role, id) in Self.roles(tokenizer.specials) {
      let name = role + String(repeating: " ", count: max(1, 12 - role.count))
      try Console.line("\(name)\(tokenizer.token(id) ?? "") (\(id))")
    }
  }

  private func json(
    _ named: [(name: String, tokenizer: Tokenizer)], _ reports: [(name: String, report: TokenizationReport)]
  ) -> JSONValue {
    func description(_ index: Int) -> JSONObject {
      let tokenizer = named[index].tokenizer
      var names = JSONObject()
      for (role, id) in Self.roles(tokenizer.specials) {
        names.set(role, ["id": JSONValue(id), "token": .string(tokenizer.token(id) ?? "")])
      }
      var found = JSONObject([
        ("kind", .string(tokenizer.kind.rawValue)), ("vocab_size", JSONValue(tokenizer.tokenCount)),
        ("largest_id", JSONValue(tokenizer.vocabularySize - 1)),
        ("max_length", tokenizer.modelMaximumLength.map { JSONValue($0) } ?? .null),
        ("special_tokens", .object(names)),
      ])
      if !reports.isEmpty { found["text"] = reports[index].report.json }
      if let show {
        let encoding = tokenizer.encode(show, addingSpecialTokens: false)
        found["shown"] = .array(encoding.tokens.map { .string($0) })
      }
      return found
    }
    var result = description(0)
    if named.count > 1 { result["against"] = .object(description(1)) }
    return .object(result)
  }
}

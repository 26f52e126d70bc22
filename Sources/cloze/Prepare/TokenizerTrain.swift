import ArgumentParser
import DurableFiles
import JSON
import Pipelines
import Shards
import Tokenizers

/// Learns a vocabulary.
struct TokenizerTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Learn a vocabulary from text shards.",
    discussion: """
        cloze tokenizer train "letters/*.jsonl.zst" --text body --kind wordpiece --vocab-size 16384 --output tokenizer
      """)

  @Argument(help: "Files, folders or globs: .txt .jsonl .csv .tsv, plain or .gz .lz4 .zst.", completion: .file())
  var shards: [String]
  @Option(help: "wordpiece, byte_bpe, unigram, characters or words.")
  var kind = "wordpiece"
  @Option(help: "How many token ids at most.")
  var vocabSize = 16_384
  @Option(help: "What the vocabulary begins with: encoder ([CLS], [MASK], …) or causal; by the kind if not given.")
  var specialTokens: String?
  @Flag(inversion: .prefixedNo, help: "Fold upper case; on for wordpiece if not given.")
  var lowercase: Bool?
  @Flag(inversion: .prefixedNo, help: "Remove accents; for wordpiece as --lowercase if not given, else off.")
  var stripAccents: Bool?
  @Option(help: "Least count of a pair that becomes a token.")
  var minFrequency: Int?
  @Option(help: "Least number of documents a word must be in to take part; so rare names become no tokens.")
  var minDocuments = 1
  @Option(help: "What wordpiece merges next: the pair of most frequency, or of most likelihood as BERT did.")
  var score = "frequency"
  @Option(help: "Memory for counting and learning, such as 1GB; above it words are counted in a temporary file.")
  var memory = "1GB"
  @Option(help: "Threads to count with; the processors this process may use if not given. Never changes the result.")
  var threads: Int?
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
      throw ValidationError("--kind must be wordpiece, byte_bpe, unigram, characters or words, not \(kind)")
    }
    if let specialTokens, SpecialTokenSet(rawValue: specialTokens) == nil {
      throw ValidationError("--special-tokens must be encoder or causal, not \(specialTokens)")
    }
    if vocabSize < 1 { throw ValidationError("--vocab-size must be at least 1") }
    if let minFrequency, minFrequency < 1 { throw ValidationError("--min-frequency must be at least 1") }
    if minDocuments < 1 { throw ValidationError("--min-documents must be at least 1") }
    if WordPieceScore(rawValue: score) == nil {
      throw ValidationError("--score must be frequency or likelihood, not \(score)")
    }
    if memoryBytes == nil {
      throw ValidationError("--memory must be \(ByteCount.wanted), at least 16MB, not \(memory)")
    }
    if let threads, !(1...1_024).contains(threads) {
      throw ValidationError("--threads must be between 1 and 1,024, not \(threads)")
    }
    if DocumentRule(rawValue: document) == nil {
      throw ValidationError("--document must be blank_line, line or file, not \(document)")
    }
    if Shards.BadRecordPolicy(rawValue: onBadRecord) == nil {
      throw ValidationError("--on-bad-record must be fail, skip or repair, not \(onBadRecord)")
    }
  }

  /// Less than the program takes by itself would promise what it can't keep.
  private var memoryBytes: Int? {
    let node = YAMLNode(.text(memory, isPlain: true), place: .commandLine)
    guard let bytes = ByteCount(setting: node)?.bytes, bytes >= TokenizerSettings.leastMemory else { return nil }
    return bytes
  }

  func run() throws {
    let kind = Tokenizers.TokenizerKind(rawValue: kind) ?? .wordpiece
    var trainer = TokenizerTrainer(
      kind: kind, vocabularySize: vocabSize, lowercase: lowercase ?? (kind == .wordpiece),
      stripAccents: stripAccents, specialTokens: specialTokens.flatMap { SpecialTokenSet(rawValue: $0) },
      minimumCount: minFrequency, minimumDocuments: minDocuments,
      wordPieceScore: WordPieceScore(rawValue: score) ?? .frequency, threads: threads ?? Machine.processorCount,
      maximumBytes: memoryBytes ?? TokenizerSettings().memory.bytes)
    var source = CorpusSource(shards: shards, text: text)
    source.document = DocumentRule(rawValue: document) ?? .blankLine
    source.onBadRecord = Shards.BadRecordPolicy(rawValue: onBadRecord) ?? .fail
    let line = StatusLine()
    var batch = DocumentBatch()
    let resolved = try ShardSet(resolving: source).shards
    for (place, shard) in resolved.enumerated() {
      let reader = try DocumentReader(shard, index: place, source: source, from: nil, readAhead: 4)
      while let document = try reader.next() {
        guard batch.append(document.text) else { continue }
        try trainer.add(batch.take())
        line.show(
          "\(Figures.count(trainer.documentCount)) documents, \(Figures.bytes(trainer.byteCount)) counted",
          done: place, of: resolved.count)
      }
    }
    try trainer.add(batch.take())
    let tokenizer = try trainer.train { progress in
      let text = "\(Figures.count(progress.done)) of \(Figures.count(progress.total)) \(progress.unit)"
      line.show(text, done: progress.done, of: progress.total)
      return true
    }
    line.clear()
    try save(tokenizer, trainer)
  }

  private func save(_ tokenizer: Tokenizer, _ trainer: TokenizerTrainer) throws {
    let files = RealFileSystem()
    try files.makeFolders(output)
    for file in tokenizer.files() { try DurableFile.replace(Paths.join(output, file.name), file.bytes) }
    if trainer.droppedThreshold > 0 {
      let left = "words that occur at most \(Figures.count(trainer.droppedThreshold, "time"))"
      Console.talk("note: \(left) were left out to stay within \(memory)")
    }
    let kind = trainer.kind.rawValue
    let bytes = trainer.byteCount
    let summary = "\(kind), \(Figures.count(tokenizer.vocabularySize)) tokens from \(Figures.bytes(bytes))"
    guard report.json else { return Console.talk("\(summary) → \(output)") }
    try Console.report([
      "kind": .string(kind), "vocab_size": JSONValue(tokenizer.vocabularySize),
      "text_bytes": JSONValue(bytes), "documents": JSONValue(trainer.documentCount),
      "distinct_words": JSONValue(trainer.distinctWordCount),
      "dropped_up_to": JSONValue(trainer.droppedThreshold), "output": .string(output),
    ])
  }
}

import Datasets
import Digests
import DurableFiles
import JSON
import Shards
import Tokenizers

/// Trains the tokenizer on the training documents, or brings a finished one along.
struct TokenizerStage: Stage {
  let name = "tokenizer"

  func fingerprint(_ context: RunContext) throws -> String {
    let settings = context.configuration.frozenSettings["tokenizer"] ?? .null
    let corpus = context.record.stages["corpus"]?.figures["sha256"]?.string ?? ""
    return YAMLWriter.flow(settings) + " " + (context.configuration.tokenizer.from?.path ?? corpus)
  }

  func isIntact(_ context: RunContext) throws -> Bool {
    try context.folder.exists(Paths.join(context.folder.tokenizer, "tokenizer.json"))
  }

  func run(_ context: RunContext) throws -> StageResult {
    let tokenizer = try made(context)
    try PretrainResume.checkIdentity(of: "tokenizer", TokenizerStage.identity(tokenizer), context)
    let folder = context.folder
    for file in tokenizer.files() {
      let path = Paths.join(folder.tokenizer, file.name)
      try folder.fileSystem.makeFolders(folder.tokenizer)
      try DurableFile.replace(path, file.bytes, fileSystem: folder.fileSystem)
    }
    let report = try TokenizerReport(tokenizer, context)
    return StageResult(summary: report.summary, figures: report.figures)
  }

  /// The tokenizer of a run whose stage is done.
  static func load(_ context: RunContext) throws -> Tokenizer { try Tokenizer(folder: context.folder.tokenizer) }

  /// The tokenizer's identity: SHA-256 of its `tokenizer.json`.
  static func identity(_ tokenizer: Tokenizer) -> String {
    let file = tokenizer.files().first { $0.name == "tokenizer.json" }
    return SHA256.hex(of: file?.bytes ?? [])
  }

  private func made(_ context: RunContext) throws -> Tokenizer {
    let settings = context.configuration.tokenizer
    if let from = settings.from { return try Tokenizer(folder: ModelReference.tokenizerFolder(from.path)) }
    if let from = context.configuration.model.from {
      return try Tokenizer(folder: ModelReference.tokenizerFolder(from.path))
    }
    let isCausal = context.configuration.model.resolvedFamily?.isCausal == true
    let chosen = settings.kind ?? (isCausal ? .byteBPE : .wordpiece)
    guard let kind = Tokenizers.TokenizerKind(rawValue: chosen.rawValue) else {
      throw UserError("tokenizers of kind \(chosen.rawValue) can't be trained", .usage)
    }
    var trainer = TokenizerTrainer(
      kind: kind, vocabularySize: settings.vocabularySize, lowercase: settings.lowercase ?? (kind == .wordpiece),
      stripAccents: settings.stripAccents, specialTokens: isCausal ? .causal : .encoder,
      // Every character is kept: a text can be written again only with all of them.
      minimumCount: kind == .characters ? 1 : settings.minimumFrequency, minimumDocuments: settings.minimumDocuments,
      wordPieceScore: WordPieceScore(rawValue: settings.score.rawValue) ?? .frequency,
      threads: Machine.threadCount(context.configuration), maximumBytes: settings.memory.bytes)
    let corpus = try CorpusStage.load(context)
    var bytes = 0
    var batch = DocumentBatch()
    try corpus.forEachDocument(on: .training) { document in
      bytes += document.text.utf8.count
      if batch.append(document.text) {
        try trainer.add(batch.take())
        tell(trainer.documentCount, of: nil, "documents counted", context)
      }
      if context.shouldStop { throw Self.stopped }
      return bytes < settings.trainingText.bytes
    }
    try trainer.add(batch.take())
    do throws(TokenizerError) {
      return try trainer.train { progress in
        tell(progress.done, of: progress.total, progress.unit, context)
        return !context.shouldStop
      }
    } catch {
      if error == .cancelled { throw Self.stopped }
      throw error
    }
  }

  private static let stopped = StoppedOnRequest(standing: "in the tokenizer's training, which begins anew")

  private func tell(_ done: Int, of total: Int?, _ unit: String, _ context: RunContext) {
    context.tell(.advanced(stage: name, done: done, total: total, unit: unit))
  }
}

/// Documents on their way to a trainer, enough for all threads.
public struct DocumentBatch {
  private var documents: [String] = []
  private var bytes = 0

  /// Bytes that make a batch.
  private static let fullBytes = 2_000_000

  /// An empty batch.
  public init() {}

  /// Adds a document; true once there are enough.
  public mutating func append(_ document: String) -> Bool {
    documents.append(document)
    bytes += document.utf8.count
    return bytes >= Self.fullBytes
  }

  /// The documents, which leave the batch.
  public mutating func take() -> [String] {
    defer { (documents, bytes) = ([], 0) }
    return documents
  }
}

/// How well a tokenizer fits held-out text, or the beginning of the corpus where nothing is held out.
private struct TokenizerReport {
  private static let sampleBytes = 1_000_000
  let summary: String
  let figures: JSONObject

  init(_ tokenizer: Tokenizer, _ context: RunContext) throws {
    let corpus = try CorpusStage.load(context)
    var (bytes, tokens, unknown) = (0, 0, 0)
    for side in [ValidationSplit.Side.validation, .training] where bytes == 0 {
      try corpus.forEachDocument(on: side) { document in
        let ids = tokenizer.ids(document.text)
        bytes += document.text.utf8.count
        tokens += ids.count
        unknown += ids.count { $0 == tokenizer.specials.unknown }
        return bytes < TokenizerReport.sampleBytes
      }
    }
    let ratio = Double(bytes) / Double(max(1, tokens))
    let share = Double(unknown) / Double(max(1, tokens))
    summary =
      "\(tokenizer.kind.rawValue) \(Figures.count(tokenizer.tokenCount)) · \(Figures.fixed(ratio, 2)) bytes/token"
      + " · \(Figures.percent(share, digits: 2)) unknown"
    figures = JSONObject([
      ("vocabulary_size", .integer(Int64(tokenizer.vocabularySize))), ("bytes_per_token", .number(ratio)),
      ("unknown_share", .number(share)), ("sha256", .string(TokenizerStage.identity(tokenizer))),
    ])
  }
}

extension IndexedCorpus {
  /// Reads the documents of one side in order until `body` returns false.
  func forEachDocument(on side: ValidationSplit.Side, _ body: (Document) throws -> Bool) throws {
    for (place, shard) in shards.shards.enumerated() where split.sides(ofShard: place).contains(side) {
      let reader = try DocumentReader(shard, index: place, source: source, from: nil, readAhead: 4)
      while let document = try reader.next() {
        guard let part = split.part(of: document, on: side) else { continue }
        guard try body(part) else { return }
      }
    }
  }
}

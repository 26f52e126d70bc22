import Datasets
import DurableFiles
import JSON
import SampleWorld
import Shards
import Tokenizers

/// What is known about a pipeline's corpus before it is trained on: from the run's index, or from a sample.
public struct CorpusFacts: Sendable {
  /// Shards; 0 for a sample corpus that is yet to be written.
  public var shardCount = 0
  /// Bytes of the files as they lie.
  public var fileBytes = 0
  /// Bytes of text.
  public var textBytes = 0.0
  /// Documents.
  public var documentCount = 0.0
  /// Bytes of text for each token.
  public var bytesPerToken = 4.0
  /// Ids of the tokenizer.
  public var vocabularySize = 0
  /// Rows of the training part.
  public var trainingRows = 0.0
  /// Tokens in those rows.
  public var trainingTokens = 0.0
  /// Whether everything was counted; otherwise it was estimated from a sample.
  public var isExact = false
  /// Bad records in the sample.
  public var badRecordCount = 0

  /// The facts about the corpus of `configuration`; `folder` may hold what a run has counted already.
  /// - Throws: errors of shards and of the tokenizer.
  public init(_ configuration: PipelineConfiguration, folder: RunFolder) throws {
    let settings = configuration.pretrain ?? PretrainSettings()
    if try read(configuration, settings, folder) { return }
    let documents = try sampled(configuration.corpus)
    guard !documents.isEmpty else {
      throw UserError("the corpus is empty: no document with text in the sample of its shards", .data)
        .action("look at what the shards hold: cloze corpus inspect")
    }
    let estimate = try CorpusFacts.tokens(configuration, documents)
    (bytesPerToken, vocabularySize) = (estimate.bytesPerToken, estimate.vocabularySize)
    estimateRows(configuration, settings)
  }

  /// Rows from tokens: each is filled, special tokens included.
  mutating func estimateRows(_ configuration: PipelineConfiguration, _ settings: PretrainSettings) {
    let objective = settings.resolvedObjective(configuration.model.resolvedFamily)
    let specials = objective == [.clm] ? 0 : objective.contains(.nsp) ? 3 : 2
    var share = 1.0
    switch configuration.corpus.validation {
    case .share(let held), .tail(let held): share = 1 - held
    case .shards: share = 0.95
    }
    let tokens = textBytes / max(0.1, bytesPerToken) * share
    trainingRows = max(1, tokens / Double(max(1, settings.maximumLength - specials)))
    trainingTokens = trainingRows * Double(settings.maximumLength)
  }

  /// What a run has counted, if it has and the rows are those of this pipeline.
  private mutating func read(
    _ configuration: PipelineConfiguration, _ settings: PretrainSettings, _ folder: RunFolder
  ) throws -> Bool {
    guard let json = try folder.json(folder.corpusIndex), let index = try? ShardIndex(json: json),
      let tokenizer = try? Tokenizer(folder: folder.tokenizer), let record = try RunRecord.load(folder),
      let rowsJSON = try folder.json(folder.rowIndex), let rows = try? DatasetIndex(rowsJSON),
      let bytes = record.stages["tokenizer"]?.figures["bytes_per_token"]?.double,
      let saved = try? folder.resolvedPipeline().configuration,
      saved.frozenSettings["corpus"] == configuration.frozenSettings["corpus"],
      saved.frozenSettings["tokenizer"] == configuration.frozenSettings["tokenizer"],
      saved.pretrain?.maximumLength == settings.maximumLength, saved.pretrain?.objective == settings.objective
    else { return false }
    shardCount = index.entries.count
    (fileBytes, textBytes) = (Int(clamping: index.bytes), Double(index.textBytes))
    (documentCount, bytesPerToken) = (Double(index.documents), bytes)
    vocabularySize = tokenizer.vocabularySize
    trainingRows = Double(rows.training.rowCount)
    trainingTokens = Double(rows.training.statistics.rowTokens)
    isExact = true
    return true
  }

  /// Texts of a sample, and what it says about the size of the whole.
  private mutating func sampled(_ settings: CorpusSettings) throws -> [String] {
    let source = settings.source
    let set: ShardSet
    do {
      set = try ShardSet(resolving: source)
    } catch {
      guard let sample = settings.synthesize else { throw error }
      return synthesized(sample)
    }
    let sizes = try set.shards.map { try RealFileSystem().status($0.path, followingLinks: true)?.bytes ?? 0 }
    let sample = try CorpusSample(set, source: source, sizes: sizes)
    shardCount = set.shards.count
    fileBytes = Int(clamping: sample.fileBytes)
    (textBytes, documentCount) = (sample.textBytes, sample.documentCount)
    badRecordCount = sample.badRecordCount
    return sample.documents
  }

  /// Some documents of the sample corpus, which a run will write.
  private mutating func synthesized(_ sample: SynthesisSettings) -> [String] {
    let world = World()
    let count = min(sample.documents, 2_000)
    let texts = (0..<count).map { world.render(world.document(index: UInt64($0), seed: UInt64(clamping: sample.seed))) }
    let bytes = texts.reduce(0) { $0 + $1.utf8.count }
    documentCount = Double(sample.documents)
    textBytes = Double(bytes) / Double(max(1, count)) * documentCount
    return texts
  }

  private static func tokens(
    _ configuration: PipelineConfiguration, _ documents: [String]
  ) throws -> TokenEstimate {
    let settings = configuration.tokenizer
    if let from = settings.from ?? configuration.model.from {
      return TokenEstimate(try Tokenizer(folder: ModelReference.tokenizerFolder(from.path)), documents: documents)
    }
    let isCausal = configuration.model.resolvedFamily?.isCausal == true
    return try TokenEstimate(
      kind: settings.kind ?? (isCausal ? .byteBPE : .wordpiece), vocabularySize: settings.vocabularySize,
      lowercase: settings.lowercase, stripAccents: settings.stripAccents, isCausal: isCausal, documents: documents)
  }

  /// The facts for programs.
  public var json: JSONValue {
    [
      "exact": .bool(isExact), "shards": JSONValue(shardCount), "file_bytes": JSONValue(fileBytes),
      "text_bytes": .number(textBytes.rounded()), "documents": .number(documentCount.rounded()),
      "bytes_per_token": .number(bytesPerToken), "vocab_size": JSONValue(vocabularySize),
      "training_rows": .number(trainingRows.rounded()), "training_tokens": .number(trainingTokens.rounded()),
      "bad_records_in_sample": JSONValue(badRecordCount),
    ]
  }
}

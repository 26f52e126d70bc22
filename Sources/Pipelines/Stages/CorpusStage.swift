import DurableFiles
import Glibc
import JSON
import Shards

/// A corpus that was read once as a whole: its shards, what is in them, and which documents are held out.
public struct IndexedCorpus: Sendable {
  /// The shards, sorted by name.
  public let shards: ShardSet
  /// How documents are cut out of them.
  public let source: CorpusSource
  /// What is in them, byte for byte.
  public let index: ShardIndex
  /// Which documents train and which validate.
  public let split: ValidationSplit
}

/// Finds the shards, reads them once, and makes sure later that they are still the same.
struct CorpusStage: Stage {
  let name = "corpus"

  func fingerprint(_ context: RunContext) throws -> String {
    YAMLWriter.flow(context.configuration.frozenSettings["corpus"] ?? .null)
  }

  func isIntact(_ context: RunContext) throws -> Bool { try context.folder.exists(context.folder.corpusIndex) }

  func run(_ context: RunContext) throws -> StageResult {
    let settings = context.configuration.corpus
    if let sample = settings.synthesize { try SampleFiles.makeIfAbsent(sample, settings, context) }
    let (set, source) = try CorpusStage.shards(context)
    let (index, report) = try CorpusStage.stoppable {
      try ShardIndex.build(
        set, source: source, workers: Machine.processorCount, isCancelled: { context.shouldStop })
    }
    guard index.documents > 0 else {
      let shards = Figures.count(set.shards.count, "shard")
      throw UserError("the corpus is empty: \(shards), and no document with text", .data)
        .action("look at what the shards hold: cloze corpus inspect")
    }
    try PretrainResume.checkIdentity(of: "corpus", index.fingerprint, context)
    let folder = context.folder
    try folder.write(report.markdown(index), to: folder.corpusReport)
    try folder.write(index.json.text(pretty: true) + "\n", to: folder.corpusIndex)
    return StageResult(summary: CorpusStage.summary(index), figures: CorpusStage.figures(index))
  }

  /// The corpus of a run whose stage is done, its shards verified.
  static func load(_ context: RunContext) throws -> IndexedCorpus {
    let (set, source) = try shards(context)
    guard let json = try context.folder.json(context.folder.corpusIndex) else {
      throw UserError("\(context.folder.corpusIndex) is missing", .data).action("start anew with --fresh")
    }
    let index = try ShardIndex(json: json)
    try stoppable { try index.verify(set, quick: !context.verifiesData, isCancelled: { context.shouldStop }) }
    let seed = UInt64(context.configuration.seed)
    let split = try ValidationSplit(source.validation, set: set, index: index, seed: seed)
    return IndexedCorpus(shards: set, source: source, index: index, split: split)
  }

  /// What `read` gives; one that was cancelled is a stop on request.
  private static func stoppable<Read>(_ read: () throws -> Read) throws -> Read {
    do {
      return try read()
    } catch ShardError.cancelled {
      throw StoppedOnRequest(standing: "in the reading of the corpus, which begins anew")
    }
  }

  /// The shards that the settings name, and how to read them.
  private static func shards(_ context: RunContext) throws -> (ShardSet, CorpusSource) {
    let source = context.configuration.corpus.source
    do throws(ShardError) {
      return (try ShardSet(resolving: source), source)
    } catch {
      throw UserError.shards(error, context.places)
    }
  }

  private static func summary(_ index: ShardIndex) -> String {
    var parts = [
      Figures.count(index.entries.count, "shard"),
      Figures.bytes(Int(clamping: index.textBytes)),
      Figures.count(index.documents, "document"),
    ]
    if index.skippedCount > 0 {
      parts.append("\(Figures.count(index.skippedCount, "bad record")) skipped → corpus/report.md")
    }
    if index.repairedCount > 0 { parts.append("\(Figures.count(index.repairedCount)) repaired") }
    let damaged = index.entries.count { $0.isDamaged }
    if damaged > 0 { parts.append("\(Figures.count(damaged, "damaged shard")) given up → corpus/report.md") }
    return parts.joined(separator: " · ")
  }

  private static func figures(_ index: ShardIndex) -> JSONObject {
    JSONObject([
      ("shards", .integer(Int64(index.entries.count))), ("documents", .integer(Int64(index.documents))),
      ("text_bytes", .integer(Int64(clamping: index.textBytes))), ("skipped", .integer(Int64(index.skippedCount))),
      ("sha256", .string(index.fingerprint)),
    ])
  }
}

extension CorpusSettings {
  /// These settings as the shards' reader takes them; tables count columns from 1.
  var source: CorpusSource {
    var source = CorpusSource(shards: (shards ?? []).map(\.path))
    source.text = text.shardName
    source.group = group?.shardName
    source.document = Shards.DocumentRule(rawValue: document.rawValue) ?? .blankLine
    source.onBadRecord = Shards.BadRecordPolicy(rawValue: onBadRecord.rawValue) ?? .fail
    source.onBadShard = Shards.BadShardPolicy(rawValue: onBadShard.rawValue) ?? .fail
    source.maximumRecordBytes = maximumRecord.bytes
    switch validation {
    case .share(let share): source.validation = share == 0 ? .none : .share(share)
    case .shards(let globs): source.validation = .shards(globs)
    case .tail(let share): source.validation = .tail(share)
    }
    return source
  }
}

extension Column {
  /// The column as the shards' readers name it: by name, or by number from 1.
  var shardName: String {
    switch self {
    case .name(let name): name
    case .number(let number): "\(number + 1)"
    }
  }
}

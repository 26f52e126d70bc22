import Datasets
import Shards

/// The documents of a run's text that were set aside: on what its models are judged.
public struct HeldOutText {
  private let corpus: ShardCorpus

  /// The held-out documents of the run in `folder`, whose shards must be as they were.
  public init(_ folder: RunFolder) throws {
    guard let record = try RunRecord.load(folder) else {
      throw UserError("\(folder.path) is no run folder: there is no run.json in it", .usage)
    }
    let file = try folder.resolvedPipeline()
    let context = RunContext(
      configuration: file.configuration, places: file.places, base: "", folder: folder, record: record, observers: [],
      stop: { false })
    let found = try CorpusStage.load(context)
    corpus = ShardCorpus(shards: found.shards, source: found.source, split: found.split)
  }

  /// Hands over the text of one document after the other.
  public func read(_ body: (String) throws -> Void) throws {
    var documents = try corpus.documents(from: nil)
    while let document = try documents.next() {
      if document.part == .validation { try body(document.text) }
    }
  }
}

import Digests
import JSON
import Shards

/// The documents of text shards in name order, each on its side of the validation split.
public struct ShardCorpus: TextCorpus {
  /// The shards.
  public let shards: ShardSet
  /// How documents are cut out of them.
  public let source: CorpusSource
  /// Who is held out.
  public let split: ValidationSplit

  /// A corpus of shards.
  public init(shards: ShardSet, source: CorpusSource, split: ValidationSplit) {
    self.shards = shards
    self.source = source
    self.split = split
  }

  /// The documents from a position on; a document that is divided comes as two, its training part first.
  public func documents(from position: CorpusPosition?) throws -> any DocumentStream {
    ShardDocuments(corpus: self, from: position ?? CorpusPosition())
  }
}

/// Reads shard after shard.
private struct ShardDocuments: DocumentStream {
  let corpus: ShardCorpus
  private var shard: Int
  private var start: DocumentPosition?
  private var reader: DocumentReader?
  /// The held-out rest of a document that is divided.
  private var pending: CorpusDocument?

  init(corpus: ShardCorpus, from position: CorpusPosition) {
    self.corpus = corpus
    shard = position.shard
    start = DocumentPosition(
      offset: position.offset, ordinal: position.ordinal, textBytes: position.textBytes, record: position.ordinal)
  }

  mutating func next() throws -> CorpusDocument? {
    if let document = pending {
      pending = nil
      return document
    }
    while corpus.shards.shards.indices.contains(shard) {
      let reader = try reader ?? open()
      if let document = try reader.next() { return divided(document) }
      self.reader = nil
      shard += 1
    }
    return nil
  }

  private mutating func open() throws -> DocumentReader {
    let opened = try DocumentReader(corpus.shards.shards[shard], index: shard, source: corpus.source, from: start)
    start = nil
    reader = opened
    return opened
  }

  /// The document, or its training part with the rest kept for the next call.
  private mutating func divided(_ document: Document) -> CorpusDocument {
    let position = CorpusPosition(
      shard: document.shard, offset: document.offset, ordinal: document.ordinal, textBytes: document.textOffset)
    let training = corpus.split.part(of: document, on: .training).map {
      CorpusDocument(text: $0.text, part: .training, position: position)
    }
    let validation = corpus.split.part(of: document, on: .validation).map {
      CorpusDocument(text: $0.text, part: .validation, position: position)
    }
    if training != nil { pending = validation }
    return training ?? validation ?? CorpusDocument(text: document.text, part: .training, position: position)
  }
}

extension ShardIndex {
  /// SHA-256 over what shapes the documents: the shards' digests in order, the rules by which documents are cut and
  /// held out, and the seed of the split. Equal fingerprints give the same documents on the same sides.
  public func fingerprint(source: CorpusSource, seed: UInt64) -> String {
    let rules: JSONValue = .object([
      "text": .string(source.text), "group": source.group.map { .string($0) } ?? .null,
      "document": .string(source.document.rawValue), "header": source.header.map { .bool($0) } ?? .null,
      "quotes": source.quotes.map { .bool($0) } ?? .null, "validation": .string("\(source.validation)"),
      "on_bad_record": .string(source.onBadRecord.rawValue), "on_bad_shard": .string(source.onBadShard.rawValue),
      "max_record_bytes": JSONValue(source.maximumRecordBytes), "seed": .string("\(seed)"),
      "shards": .array(entries.map { .array([.string($0.name), .string($0.sha256)]) }),
    ])
    return SHA256.hex(of: rules.text(sortedKeys: true))
  }
}

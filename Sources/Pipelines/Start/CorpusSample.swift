import Shards

/// A few megabytes of a corpus, and what they say about all of it.
public struct CorpusSample: Sendable {
  /// The shards.
  public let set: ShardSet
  /// Bytes of the files as they lie.
  public let fileBytes: UInt64
  /// Text of some documents.
  public private(set) var documents: [String] = []
  /// Bytes of text in all shards, about.
  public private(set) var textBytes = 0.0
  /// Documents in all shards, about.
  public private(set) var documentCount = 0.0
  /// Bad records among those read.
  public private(set) var badRecordCount = 0
  /// Shards among those read that end in damage.
  public private(set) var damagedCount = 0
  /// Whether all shards were read to their ends.
  public private(set) var isExact = true
  /// What the sample is written in.
  public private(set) var letters = Letters()

  private static let sampleBytes = 3_000_000
  private static let shardCount = 8
  /// Decoded bytes of a compressed shard that are read to learn how far it expands.
  private static let ratioBytes = 32_000_000

  /// Reads from some shards of `set`, evenly spread.
  /// - Throws: `ShardError` for a shard that cannot be read.
  public init(_ set: ShardSet, source: CorpusSource, sizes: [UInt64]) throws(ShardError) {
    self.set = set
    fileBytes = sizes.reduce(0, +)
    var source = source
    (source.onBadRecord, source.onBadShard) = (.skip, .skip)
    let count = min(set.shards.count, CorpusSample.shardCount)
    var (text, files, found) = (0.0, 0.0, 0.0)
    for number in 0..<count {
      let place = number * set.shards.count / count
      let size = sizes.indices.contains(place) ? Double(sizes[place]) : 0
      let part = try read(set.shards[place], source, size: size, limit: CorpusSample.sampleBytes / count)
      text += part.text
      found += part.documents
      files += size
    }
    if count < set.shards.count { isExact = false }
    let scale = files > 0 ? Double(fileBytes) / files : 0
    (textBytes, documentCount) = (text * scale, found * scale)
    for document in documents { letters.add(document.utf8.count > 100_000 ? document.prefix(100_000) : document[...]) }
  }

  /// Text bytes and documents of one shard, about.
  private mutating func read(
    _ shard: ShardFile, _ source: CorpusSource, size: Double, limit: Int
  ) throws(ShardError) -> (text: Double, documents: Double) {
    let reader = try DocumentReader(shard, source: source, readAhead: 0)
    let most = shard.codec == .plain ? limit : CorpusSample.ratioBytes / CorpusSample.shardCount
    var (bytes, count) = (0, 0)
    var isAtEnd = false
    while reader.position.offset < UInt64(most) {
      guard let document = try reader.next() else {
        isAtEnd = true
        break
      }
      if bytes < limit { documents.append(document.text) }
      bytes += document.text.utf8.count
      count += 1
    }
    badRecordCount += reader.skipped.skipped.filter { $0.key != .emptyText }.values.reduce(0, +)
    if reader.damage != nil { damagedCount += 1 }
    if isAtEnd { return (Double(bytes), Double(count)) }
    isExact = false
    let read = Double(max(1, reader.position.offset))
    let decoded = shard.codec == .plain ? size : max(read, size * CorpusSample.typicalRatio(shard.codec))
    return (Double(bytes) * decoded / read, Double(count) * decoded / read)
  }

  /// How far text usually expands.
  private static func typicalRatio(_ codec: Codec) -> Double {
    switch codec {
    case .plain: 1
    case .lz4: 2
    case .gzip: 2.8
    case .zstd: 3
    }
  }

  /// The first documents, up to so many bytes.
  func beginning(_ limit: Int) -> [String] {
    var bytes = 0
    return Array(
      documents.prefix { document in
        defer { bytes += document.utf8.count }
        return bytes < limit
      })
  }
}

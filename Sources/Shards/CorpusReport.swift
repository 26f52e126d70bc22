import JSON
import Randomness

/// What a pass over a corpus found, without a word of its text.
public struct CorpusReport: Equatable, Sendable {
  /// A document picked at random: where it stands and how long it is.
  public struct Sample: Equatable, Sendable {
    /// Its shard's name.
    public let shard: String
    /// Good documents before it in its shard.
    public let ordinal: Int
    /// The decoded byte its record begins at.
    public let offset: UInt64
    /// Bytes of its text.
    public let bytes: Int
    fileprivate let rank: UInt64
  }

  /// Bytes of text per document.
  public private(set) var lengths = LengthHistogram()
  /// Up to ten documents, the same ones for the same corpus.
  public private(set) var samples: [Sample] = []
  /// Records skipped and repaired, by shard; shards without any are left out.
  public private(set) var issues: [(shard: String, issues: RecordIssues)] = []
  /// Shards given up, with the reason.
  public private(set) var damages: [ShardError] = []

  /// A report on nothing yet.
  public init() {}

  static let sampleCount = 10

  mutating func add(_ document: Document, in shard: String) {
    let bytes = document.text.utf8.count
    lengths.add(bytes)
    let rank = hash64("\(shard)\u{0}\(document.ordinal)")
    if samples.count == Self.sampleCount, let last = samples.last, last.rank < rank { return }
    add(Sample(shard: shard, ordinal: document.ordinal, offset: document.offset, bytes: bytes, rank: rank))
  }

  mutating func add(_ issues: RecordIssues, damage: ShardError?, of shard: String) {
    if issues != RecordIssues() { self.issues.append((shard, issues)) }
    if let damage { damages.append(damage) }
  }

  mutating func add(_ other: CorpusReport) {
    lengths.add(other.lengths)
    for sample in other.samples { add(sample) }
    issues += other.issues
    damages += other.damages
  }

  private mutating func add(_ sample: Sample) {
    samples.append(sample)
    samples.sort { ($0.rank, $0.shard, $0.ordinal) < ($1.rank, $1.shard, $1.ordinal) }
    if samples.count > Self.sampleCount { samples.removeLast() }
  }

  /// True for the same findings.
  public static func == (left: CorpusReport, right: CorpusReport) -> Bool {
    left.lengths == right.lengths && left.samples == right.samples && left.damages == right.damages
      && left.issues.elementsEqual(right.issues) { $0.shard == $1.shard && $0.issues == $1.issues }
  }

  /// The report for `--json`: counts, lengths in bytes, places.
  public var json: JSONValue {
    let percentiles = [("p5", 0.05), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p95", 0.95), ("p99", 0.99)]
    let distribution = JSONObject(
      [("min", JSONValue(lengths.minimum))] + percentiles.map { ($0, JSONValue(lengths.percentile($1))) } + [
        ("max", JSONValue(lengths.maximum)), ("mean", JSONValue(lengths.mean)),
      ])
    return [
      "documents": JSONValue(lengths.count), "text_bytes": JSONValue(lengths.total),
      "document_bytes": .object(distribution),
      "samples": .array(
        samples.map {
          [
            "shard": JSONValue($0.shard), "document": JSONValue($0.ordinal), "byte": JSONValue($0.offset),
            "bytes": JSONValue($0.bytes),
          ]
        }),
      "bad_records": .array(issues.map { shard, issues in issues.json(shard: shard) }),
      "damaged_shards": .array(damages.map { JSONValue($0.description) }),
    ]
  }
}

extension RecordIssues {
  /// The counts by kind and the first places.
  func json(shard: String) -> JSONValue {
    [
      "shard": JSONValue(shard), "skipped": RecordIssues.json(skipped), "repaired": RecordIssues.json(repaired),
      "places": .array(
        places.map {
          [
            "kind": JSONValue($0.kind.rawValue), "record": JSONValue($0.record), "line": JSONValue($0.line),
            "byte": JSONValue($0.offset),
          ]
        }),
    ]
  }

  static func json(_ counts: [RecordIssue: Int]) -> JSONValue {
    .object(JSONObject(RecordIssue.allCases.compactMap { kind in counts[kind].map { (kind.rawValue, JSONValue($0)) } }))
  }
}

import JSON

extension ShardIndex {
  /// The index as `corpus/index.json` keeps it.
  public var json: JSONValue {
    [
      "version": 1, "fingerprint": JSONValue(fingerprint), "documents": JSONValue(documents),
      "text_bytes": JSONValue(textBytes), "shards": .array(entries.map(\.json)),
    ]
  }

  /// An index as `json` wrote it.
  /// - Throws: `ShardError.invalidIndex` naming what is missing or does not agree.
  public init(json: JSONValue) throws(ShardError) {
    guard json["version"]?.int == 1 else { throw .invalidIndex(reason: "version is not 1") }
    guard let shards = json["shards"]?.array else { throw .invalidIndex(reason: "shards is no list") }
    var entries: [Entry] = []
    for (place, shard) in shards.enumerated() {
      guard let entry = Entry(json: shard) else { throw .invalidIndex(reason: "shards[\(place)] is incomplete") }
      entries.append(entry)
    }
    guard Set(entries.map(\.name)).count == entries.count else {
      throw .invalidIndex(reason: "two shards have the same name")
    }
    self.init(entries)
    guard json["fingerprint"]?.string == fingerprint else {
      throw .invalidIndex(reason: "the fingerprint does not agree with the shards")
    }
  }
}

extension ShardIndex.Entry {
  var json: JSONValue {
    [
      "name": JSONValue(name), "bytes": JSONValue(bytes), "modified_ns": JSONValue(modified),
      "sha256": JSONValue(sha256), "documents": JSONValue(documents), "text_bytes": JSONValue(textBytes),
      "skipped": RecordIssues.json(skipped), "repaired": RecordIssues.json(repaired),
      "damaged": JSONValue(isDamaged),
    ]
  }

  init?(json: JSONValue) {
    guard let name = json["name"]?.string, let bytes = Self.count(json["bytes"]),
      let modified = json["modified_ns"]?.int, let sha256 = json["sha256"]?.string, sha256.utf8.count == 64,
      let documents = Self.count(json["documents"]), let textBytes = Self.count(json["text_bytes"]),
      let skipped = Self.counts(json["skipped"]), let repaired = Self.counts(json["repaired"]),
      let isDamaged = json["damaged"]?.bool
    else { return nil }
    self.init(
      name: name, bytes: bytes, modified: Int64(modified), sha256: sha256, documents: Int(documents),
      textBytes: textBytes, skipped: skipped, repaired: repaired, isDamaged: isDamaged)
  }

  /// A count that can be added up without overflow.
  private static func count(_ value: JSONValue?) -> UInt64? {
    guard let count = value?.int, 0...(1 << 50) ~= count else { return nil }
    return UInt64(count)
  }

  private static func counts(_ value: JSONValue?) -> [RecordIssue: Int]? {
    guard let members = value?.object else { return nil }
    var counts: [RecordIssue: Int] = [:]
    for (key, value) in members.pairs {
      guard let kind = RecordIssue(rawValue: key), let count = count(value) else { return nil }
      counts[kind] = Int(count)
    }
    return counts
  }
}

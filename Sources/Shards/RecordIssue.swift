/// A kind of record that cannot be used as it is.
public enum RecordIssue: String, Sendable, CaseIterable, Codable {
  case invalidUTF8 = "invalid_utf8"
  case brokenJSON = "broken_json"
  case missingKey = "missing_key"
  case wrongType = "wrong_type"
  case tooLong = "too_long"
  case brokenQuotes = "broken_quotes"
  case fieldCount = "field_count"
  /// A record without text; skipped and counted under every policy, never an error.
  case emptyText = "empty_text"
}

extension RecordIssue: CustomStringConvertible {
  /// The kind in words, for messages.
  public var description: String {
    switch self {
    case .invalidUTF8: "invalid UTF-8"
    case .brokenJSON: "broken JSON"
    case .missingKey: "a missing key or column"
    case .wrongType: "a value of the wrong type"
    case .tooLong: "more bytes than a record may have"
    case .brokenQuotes: "broken quotes"
    case .fieldCount: "another number of columns than the first row"
    case .emptyText: "no text"
    }
  }
}

/// Where in a shard a bad record stands.
public struct RecordPlace: Equatable, Sendable {
  /// What is wrong with it.
  public let kind: RecordIssue
  /// Which record of the shard, from 1, bad ones counted.
  public let record: Int
  /// The line it begins on, from 1.
  public let line: Int
  /// The decompressed byte it begins at, from 0.
  public let offset: UInt64

  /// A place.
  public init(kind: RecordIssue, record: Int, line: Int, offset: UInt64) {
    self.kind = kind
    self.record = record
    self.line = line
    self.offset = offset
  }
}

/// How many records of a shard were skipped or repaired, by kind, and where the first of them stand.
public struct RecordIssues: Equatable, Sendable {
  /// The most places kept.
  public static let maximumPlaceCount = 100

  /// Records left out, by kind.
  public private(set) var skipped: [RecordIssue: Int] = [:]
  /// Records used after a repair, by kind.
  public private(set) var repaired: [RecordIssue: Int] = [:]
  /// The first places, in the order of the shard.
  public private(set) var places: [RecordPlace] = []

  /// No issue so far.
  public init() {}

  /// All records left out.
  public var skippedCount: Int { skipped.values.reduce(0, +) }

  /// All records repaired.
  public var repairedCount: Int { repaired.values.reduce(0, +) }

  mutating func addSkipped(_ place: RecordPlace) {
    skipped[place.kind, default: 0] += 1
    add(place)
  }

  mutating func addRepaired(_ place: RecordPlace) {
    repaired[place.kind, default: 0] += 1
    add(place)
  }

  /// Counts read back from an index, without their places.
  init(skipped: [RecordIssue: Int], repaired: [RecordIssue: Int]) {
    self.skipped = skipped
    self.repaired = repaired
  }

  private mutating func add(_ place: RecordPlace) {
    if places.count < Self.maximumPlaceCount { places.append(place) }
  }
}

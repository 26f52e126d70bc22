import JSON

/// What one counting pass over a corpus found: its windows, their rows, and what became of its documents.
///
/// Rows are numbered through the corpus pass, so a window's rows and every step's rows follow from the counts alone.
public struct DatasetIndex: Sendable, Equatable {
  /// One side of the validation split.
  public struct PartIndex: Sendable, Equatable {
    /// The windows in corpus order.
    public internal(set) var windows: [CorpusWindow] = []
    /// What became of the documents.
    public internal(set) var statistics = DatasetStatistics()
    /// The sample id of each window's first row, and the row count at the end.
    public internal(set) var firstSamples: [UInt64] = [0]

    /// The number of rows.
    public var rowCount: Int { Int(clamping: firstSamples.last ?? 0) }

    mutating func append(_ window: CorpusWindow) {
      windows.append(window)
      firstSamples.append((firstSamples.last ?? 0) &+ UInt64(window.rows))
    }
  }

  /// SHA-256 over corpus, tokenizer and row plan: `RowPlan.fingerprint`.
  public let fingerprint: String
  /// Training.
  public internal(set) var training = PartIndex()
  /// Validation.
  public internal(set) var validation = PartIndex()
  /// How often each token occurs in the training text, by id: what a unigram model knows.
  public internal(set) var tokenCounts: [Int] = []

  init(fingerprint: String) { self.fingerprint = fingerprint }

  /// One side of the split.
  public subscript(part: Part) -> PartIndex {
    get { part == .training ? training : validation }
    set { if part == .training { training = newValue } else { validation = newValue } }
  }

  /// The share of the most frequent training token: the accuracy of a model that knows nothing but frequencies.
  public var unigramAccuracy: Double {
    let total = tokenCounts.reduce(0, +)
    return total == 0 ? 0 : Double(tokenCounts.max() ?? 0) / Double(total)
  }

  /// The training token that occurs most often; nil without tokens.
  public var mostFrequentToken: Int32? {
    guard let most = tokenCounts.max(), most > 0 else { return nil }
    return tokenCounts.firstIndex(of: most).map { Int32(clamping: $0) }
  }
}

extension DatasetIndex {
  static let formatVersion = 1

  /// The index as JSON.
  public var json: JSONValue {
    var parts = JSONObject()
    for part in Part.allCases {
      parts.set(
        part.rawValue,
        ["statistics": self[part].statistics.json, "windows": .array(self[part].windows.map(\.json))])
    }
    return .object([
      "format": "cloze dataset index", "version": JSONValue(Self.formatVersion), "fingerprint": .string(fingerprint),
      "parts": .object(parts), "token_counts": .array(tokenCounts.map { JSONValue($0) }),
    ])
  }

  /// An index from its JSON.
  /// - Parameter expected: the fingerprint it must have; nil accepts any.
  /// - Throws: `DatasetError.malformedIndex`, or `.foreignIndex` for another fingerprint.
  public init(_ json: JSONValue, expecting expected: String? = nil) throws(DatasetError) {
    guard json["version"]?.int == Self.formatVersion else { throw .malformedIndex(place: "version") }
    guard let fingerprint = json["fingerprint"]?.string else { throw .malformedIndex(place: "fingerprint") }
    if let expected, expected != fingerprint { throw .foreignIndex(expected: expected, found: fingerprint) }
    self.init(fingerprint: fingerprint)
    for part in Part.allCases {
      let place = "parts.\(part.rawValue)"
      guard let value = json["parts"]?[part.rawValue], let windows = value["windows"]?.array else {
        throw .malformedIndex(place: place)
      }
      for (index, window) in windows.enumerated() {
        let window = try CorpusWindow(window, at: "\(place).windows[\(index)]")
        guard window.rows <= Self.greatestRowCount - self[part].rowCount else {
          throw .malformedIndex(place: "\(place).windows[\(index)].rows")
        }
        self[part].append(window)
      }
      guard let statistics = value["statistics"] else { throw .malformedIndex(place: "\(place).statistics") }
      self[part].statistics = try DatasetStatistics(statistics, at: "\(place).statistics")
    }
    for (id, count) in (json["token_counts"]?.array ?? []).enumerated() {
      guard let count = count.int, count >= 0 else { throw .malformedIndex(place: "token_counts[\(id)]") }
      tokenCounts.append(count)
    }
  }

  /// More rows than any corpus has: keeps damaged counts from overflowing.
  static let greatestRowCount = 1 << 48
}

import Tokenizers

/// The rows of one window. Their number and boundaries are the same in every epoch.
protocol WindowRows: Sendable {
  /// Tokens of each row, special ones included; pairs may come out shorter.
  var lengths: [Int32] { get }
  /// What was made of the window's documents.
  var statistics: DatasetStatistics { get }
  /// One row in one epoch.
  func example(_ row: Int, epoch: Int) -> Example
}

/// What shapes the rows of a window beside its text.
struct RowContext: Sendable {
  let plan: RowPlan
  let part: Part
  let window: Int
  /// The sample id of the window's first row.
  let firstSample: UInt64
  let specials: SpecialTokens
  let tokenBytes: TokenBytes

  var draws: RowDraws { RowDraws(seed: plan.seed, part: part) }

  /// The rows of the window's text.
  func rows(of text: WindowTokens) -> any WindowRows {
    switch plan.shape {
    case .pairs: PairRows(text, self)
    case .singles: SingleRows(text, self)
    case .causal: CausalRows(text, self)
    }
  }

  /// The number of a row in the corpus pass.
  func sample(_ row: Int) -> UInt64 { firstSample + UInt64(row) }

  /// What is known of a window before its rows are made.
  func statistics(of text: WindowTokens) -> DatasetStatistics {
    var statistics = DatasetStatistics()
    statistics.documents = text.documentCount
    statistics.emptyDocuments = (0..<text.documentCount).count { text.tokens(of: $0).isEmpty }
    statistics.textBytes = text.documentBytes.reduce(0, +)
    statistics.textTokens = text.ids.count
    if plan.shape == .pairs { statistics.sentences = text.sentenceOffsets.count - 1 }
    if let unknown = specials.unknown { statistics.unknownTokens = text.ids.count { $0 == unknown } }
    return statistics
  }
}

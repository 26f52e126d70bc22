/// What becomes of the matches at which a text is split, by the reference library's names.
enum SplitBehavior: String, Equatable, Sendable {
  case removed = "Removed"
  /// Each match is a piece.
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  /// Neighboring matches are one piece.
  case contiguous = "Contiguous"

  /// The pieces, none empty.
  func pieces(of parts: [NormalizedText.Cut]) -> [Range<Int>] {
    let ranges: [Range<Int>] =
      switch self {
      case .removed: parts.filter { !$0.isMatch }.map(\.range)
      case .isolated: parts.map(\.range)
      case .contiguous: Self.merged(parts) { previous, next in previous == next }
      case .mergedWithPrevious: Self.merged(parts) { previous, next in !previous && next }
      case .mergedWithNext:
        // The library merges from the end: of several matches in a row the last goes with what follows.
        Self.merged(parts.reversed()) { previous, next in !previous && next }.reversed()
      }
    return ranges.filter { !$0.isEmpty }
  }

  /// Parts in their order or from the end, each joined to the one before it where `joins` says so of the two kinds.
  private static func merged(_ parts: [NormalizedText.Cut], joins: (Bool, Bool) -> Bool) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var previous: Bool?
    for (range, isMatch) in parts {
      if let last = ranges.last, let previous, joins(previous, isMatch) {
        ranges[ranges.count - 1] =
          min(last.lowerBound, range.lowerBound)..<max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
      previous = isMatch
    }
    return ranges
  }
}

/// A parsed pattern.
indirect enum PatternNode: Equatable, Sendable {
  case literal(UInt32)
  case set(ScalarRanges)
  case sequence([PatternNode])
  case alternatives([PatternNode])
  /// No `maximum` means any number.
  case repeated(PatternNode, minimum: Int, maximum: Int?, Preference)
  /// Never matched again in another way once it has matched.
  case atomic(PatternNode)
  case lookahead(PatternNode, isNegated: Bool)
  /// Looks at so many scalars before the place.
  case lookbehind(PatternNode, length: Int, isNegated: Bool)
  case anchor(PatternAnchor)

  enum Preference: Equatable, Sendable { case greedy, lazy, possessive }

  static let empty = PatternNode.sequence([])

  /// Whether it can match nothing.
  var isNullable: Bool {
    switch self {
    case .literal, .set: false
    case .sequence(let parts): parts.allSatisfy(\.isNullable)
    case .alternatives(let parts): parts.contains(where: \.isNullable)
    case .repeated(let part, let minimum, _, _): minimum == 0 || part.isNullable
    case .atomic(let part): part.isNullable
    case .lookahead, .lookbehind, .anchor: true
    }
  }

  /// Whether it, or one of its alternatives, only looks at a place.
  var isCondition: Bool {
    switch self {
    case .lookahead, .lookbehind, .anchor: true
    case .sequence(let parts): !parts.isEmpty && parts.allSatisfy(\.isCondition)
    case .alternatives(let parts): parts.contains(where: \.isCondition)
    case .literal, .set, .repeated, .atomic: false
    }
  }

  /// How many scalars it matches, nil where that varies.
  var scalarCount: Int? {
    switch self {
    case .literal, .set: return 1
    case .sequence(let parts):
      var sum = 0
      for part in parts {
        guard let count = part.scalarCount else { return nil }
        let (next, overflows) = sum.addingReportingOverflow(count)
        if overflows { return nil }
        sum = next
      }
      return sum
    case .alternatives(let parts):
      let counts = Set(parts.map(\.scalarCount))
      return counts.count == 1 ? counts.first ?? nil : nil
    case .repeated(let part, let minimum, let maximum, _):
      guard let count = part.scalarCount, minimum == maximum else { return nil }
      let (product, overflows) = count.multipliedReportingOverflow(by: minimum)
      return overflows ? nil : product
    case .atomic(let part): return part.scalarCount
    case .lookahead, .lookbehind, .anchor: return 0
    }
  }

  /// The bytes it can begin with, as 256 flags; everything where it can match nothing.
  var firstBytes: [Bool] {
    var flags = [Bool](repeating: isNullable, count: 256)
    if !isNullable { addFirstBytes(to: &flags) }
    return flags
  }

  private func addFirstBytes(to flags: inout [Bool]) {
    switch self {
    case .literal(let scalar): Self.addFirstBytes(of: scalar...scalar, to: &flags)
    case .set(let set):
      for range in set.ranges { Self.addFirstBytes(of: range, to: &flags) }
    case .sequence(let parts):
      for part in parts {
        part.addFirstBytes(to: &flags)
        if !part.isNullable { break }
      }
    case .alternatives(let parts):
      for part in parts { part.addFirstBytes(to: &flags) }
    case .repeated(let part, _, _, _), .atomic(let part): part.addFirstBytes(to: &flags)
    case .lookahead, .lookbehind, .anchor: break
    }
  }

  /// Lead bytes grow with the scalars they lead.
  private static func addFirstBytes(of range: ClosedRange<UInt32>, to flags: inout [Bool]) {
    let (first, last) = (UTF8Text.bytes(of: [range.lowerBound])[0], UTF8Text.bytes(of: [range.upperBound])[0])
    for byte in first...last { flags[Int(byte)] = true }
  }
}

/// A condition on a place.
enum PatternAnchor: Equatable, Sendable {
  /// `^`: the start, or after a line feed that does not end the text.
  case lineStart
  /// `$`: the end, or before a line feed.
  case lineEnd
  case textStart
  case textEnd
  /// `\Z`: the end, or before a line feed that ends the text.
  case lastLineEnd
  case wordBoundary
  case noWordBoundary
}

/// What the reference library's regular expressions (Oniguruma), pre-tokenizers and normalizers see in a scalar.
///
/// Bits 0 to 4 hold the general category, bits 5 to 8 the script where it is one of `scripts`.
struct PatternProperties: OptionSet, Sendable {
  let rawValue: UInt32

  /// `\w` by itself, with the digits and fractions of Latin-1 that a bracketed `\w` leaves out.
  static let word = PatternProperties(rawValue: 1 << 9)
  static let wordInBrackets = PatternProperties(rawValue: 1 << 10)
  static let alphabetic = PatternProperties(rawValue: 1 << 11)
  static let uppercase = PatternProperties(rawValue: 1 << 12)
  static let lowercase = PatternProperties(rawValue: 1 << 13)
  /// `\w` of the pre-tokenizer Whitespace, whose pattern another engine runs.
  static let splitWord = PatternProperties(rawValue: 1 << 14)
  /// White space to the pre-tokenizers Whitespace and WhitespaceSplit and to the normalizer Strip.
  static let splitSpace = PatternProperties(rawValue: 1 << 15)
  /// A number to the pre-tokenizer Digits.
  static let numeric = PatternProperties(rawValue: 1 << 16)
  /// Removed by the normalizer StripAccents.
  static let accent = PatternProperties(rawValue: 1 << 17)
  /// Removed by the normalizer Nmt.
  static let nmtRemoved = PatternProperties(rawValue: 1 << 18)
  /// A space to the normalizer Nmt.
  static let nmtSpace = PatternProperties(rawValue: 1 << 19)

  /// The general categories by number; unassigned is 0.
  static let categories = [
    "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
    "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co",
  ]
  /// The scripts by number, from 1.
  static let scripts = [
    "Arabic", "Armenian", "Bengali", "Cyrillic", "Devanagari", "Georgian", "Greek", "Han", "Hangul", "Hebrew",
    "Hiragana", "Katakana", "Latin", "Tamil", "Thai",
  ]

  /// The numbers of categories by their names.
  static func numbers(of names: [String]) -> Set<Int> { Set(names.compactMap { categories.firstIndex(of: $0) }) }

  var category: Int { Int(rawValue & 31) }
  var script: Int { Int(rawValue >> 5 & 15) }
}

/// The properties of every scalar as runs, and the scalars that are equal when case is ignored.
///
/// Unpacked on first use: only patterns and some pre-tokenizers and normalizers need them.
struct PatternTables: Sendable {
  static let shared = PatternTables()

  private(set) var runs: [(range: ClosedRange<UInt32>, properties: PatternProperties)] = []
  /// All scalars equal to a scalar when case is ignored, itself among them; by each of them.
  private(set) var caseEquals: [UInt32: [UInt32]] = [:]
  /// The sequences of scalars that a single scalar is equal to when case is ignored, by that scalar.
  private(set) var foldedSequences: [UInt32: [UInt32]] = [:]

  private init() {
    var reader = PackedBytes(PatternData.kinds)
    var kinds: [PatternProperties] = []
    while let bits = reader.varint() { kinds.append(PatternProperties(rawValue: UInt32(truncatingIfNeeded: bits))) }
    reader = PackedBytes(PatternData.runs)
    var scalar: UInt32 = 0
    while let length = reader.varint(), let kind = reader.byte() {
      let end = scalar + UInt32(truncatingIfNeeded: length)
      runs.append((scalar...end - 1, kinds[Int(kind)]))
      scalar = end
    }
    let folds = ScalarImages(packed: PatternData.folds)
    for scalar in folds.scalars {
      guard let least = folds.image(of: scalar)?.first else { continue }
      caseEquals[least, default: [least]].append(scalar)
    }
    for group in Array(caseEquals.values) {
      for scalar in group { caseEquals[scalar] = group }
    }
    let sequences = ScalarImages(packed: PatternData.foldedSequences)
    for scalar in sequences.scalars { foldedSequences[scalar] = sequences.image(of: scalar) }
  }

  /// The scalars whose properties satisfy a condition.
  func ranges(where condition: (PatternProperties) -> Bool) -> ScalarRanges {
    var result = ScalarRanges()
    for run in runs where condition(run.properties) { result.append(run.range) }
    return result
  }

  /// A set with every scalar that differs from one of its members by case only.
  func closedUnderCase(_ set: ScalarRanges) -> ScalarRanges {
    var added: [UInt32] = []
    for (scalar, equals) in caseEquals where set.contains(scalar) { added.append(contentsOf: equals) }
    return set.union(ScalarRanges(added))
  }
}

extension ScalarSet {
  /// White space to the pre-tokenizers Whitespace and WhitespaceSplit and to the normalizer Strip.
  static let splitSpaces = ScalarSet(PatternTables.shared.ranges { $0.contains(.splitSpace) })
  /// `\w` of the pre-tokenizer Whitespace.
  static let splitWords = ScalarSet(PatternTables.shared.ranges { $0.contains(.splitWord) })
  /// Numbers to the pre-tokenizer Digits.
  static let numerics = ScalarSet(PatternTables.shared.ranges { $0.contains(.numeric) })
  /// What the normalizer StripAccents removes.
  static let accents = ScalarSet(PatternTables.shared.ranges { $0.contains(.accent) })
  /// What the normalizer Nmt removes.
  static let nmtRemoved = ScalarSet(PatternTables.shared.ranges { $0.contains(.nmtRemoved) })
  /// What the normalizer Nmt turns into a space.
  static let nmtSpaces = ScalarSet(PatternTables.shared.ranges { $0.contains(.nmtSpace) })
}

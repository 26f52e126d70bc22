/// How many characters the replacements of a tokenizer file can make of one, at most.
///
/// Each scalar has a weight: how many come of it. Behind the last step all weigh one; in front of a replacement, the
/// scalars of its pattern weigh together what its content does. So a chain that doubles is seen before it is run, and
/// one that replaces this here and that there costs nothing. Normalization forms and case are not counted: they make at
/// most 18 of one, and only once.
struct TextGrowth {
  /// More is refused: a chain of such parts fills any memory, and nothing sensible comes near.
  static let limit = 1_024.0

  private var weights: [UInt32: Double] = [:]
  /// The weight of every scalar that no part names.
  private var others = 1.0

  /// The growth by a normalizer.
  init(_ normalizer: Normalizer) {
    let parts = Self.parts(normalizer)
    for part in parts {
      if case .replace(let pattern, let content) = part { name(pattern, content) }
    }
    for part in parts.reversed() {
      switch part {
      case .replace(let pattern, let content): precede(pattern, content)
      case .precompiled(let map): precede(Double(map.longestText))
      default: break
      }
    }
  }

  /// The growth by a pre-tokenizer: bytes are spelled as characters, which have two bytes themselves.
  init(_ splitter: PreTokenizer) {
    for part in splitter.parts {
      if case .byteLevel = part { precede(others == 1 ? 4 : 2) }
    }
  }

  /// The growth by a decoder.
  init(_ decoder: TokenDecoder) {
    for case .replace(let pattern, let content) in decoder.steps { name(pattern, content) }
    for case .replace(let pattern, let content) in decoder.steps.reversed() { precede(pattern, content) }
  }

  /// What comes of one character where it is most.
  var factor: Double { weights.values.reduce(others, max) }

  /// Refuses, at the place of a part, what grows beyond the limit.
  func check(_ place: JSONPlace) throws(TokenizerError) {
    guard factor > Self.limit else { return }
    throw place.unsupported("a chain of parts that make more than \(Int(Self.limit)) characters of one")
  }

  private static func parts(_ normalizer: Normalizer) -> [Normalizer] {
    if case .sequence(let parts) = normalizer { parts.flatMap(Self.parts) } else { [normalizer] }
  }

  private mutating func name(_ pattern: TextPattern, _ content: String) {
    if case .text(let text) = pattern { for scalar in text.unicodeScalars { weights[scalar.value] = 1 } }
    for scalar in content.unicodeScalars { weights[scalar.value] = 1 }
  }

  private mutating func precede(_ factor: Double) {
    let most = self.factor * max(1, factor)
    others = most
    for scalar in weights.keys { weights[scalar] = most }
  }

  private mutating func precede(_ pattern: TextPattern, _ content: String) {
    let total = content.unicodeScalars.reduce(0.0) { $0 + (weights[$1.value] ?? others) }
    switch pattern {
    case .text(let text):
      let scalars = text.unicodeScalars
      for scalar in scalars {
        weights[scalar.value] = max(weights[scalar.value] ?? others, total / Double(scalars.count))
      }
    case .regex(let pattern):
      // A match of nothing puts the content beside what is there.
      let isBeside = pattern.program.isNullable
      func heavier(_ weight: Double) -> Double { isBeside ? weight + total : max(weight, total) }
      for (scalar, weight) in weights where isBeside || pattern.program.holds(scalar) {
        weights[scalar] = heavier(weight)
      }
      others = heavier(others)
    }
  }
}

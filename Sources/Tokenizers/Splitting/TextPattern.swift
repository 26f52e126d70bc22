/// What a part of a tokenizer looks for in text.
enum TextPattern: Equatable, Sendable {
  /// Exactly this text.
  case text(String)
  case regex(Pattern)

  func matches(in text: UnsafeBufferPointer<UInt8>) -> Matches {
    switch self {
    case .text(let wanted): Matches(text: text, wanted: Array(wanted.utf8))
    case .regex(let pattern): Matches(text: text, matcher: PatternMatcher(pattern, text))
    }
  }

  /// The places of a pattern in valid UTF-8, one after the other.
  struct Matches {
    fileprivate let text: UnsafeBufferPointer<UInt8>
    /// An empty text matches nowhere.
    fileprivate var wanted: [UInt8] = []
    fileprivate var matcher: PatternMatcher?
    private var position = 0

    fileprivate init(text: UnsafeBufferPointer<UInt8>, wanted: [UInt8] = [], matcher: PatternMatcher? = nil) {
      self.text = text
      self.wanted = wanted
      self.matcher = matcher
    }

    mutating func next() -> Range<Int>? {
      if matcher != nil { return matcher?.next() }
      guard let first = wanted.first else { return nil }
      while position + wanted.count <= text.count {
        let end = position + wanted.count
        if text[position] == first, text[position..<end].elementsEqual(wanted) {
          defer { position = end }
          return position..<end
        }
        position += 1
      }
      return nil
    }
  }
}

extension NormalizedText {
  /// A part of a text, in scalars, and whether a pattern matched it.
  typealias Cut = (range: Range<Int>, isMatch: Bool)

  /// The text cut into matches of a pattern and what lies between.
  func parts(by pattern: TextPattern) -> [Cut] {
    let bytes = UTF8Text.bytes(of: scalars)
    var parts: [Cut] = []
    var position = 0
    var scalar = 0
    /// The place in scalars of a growing place in bytes.
    func place(of end: Int) -> Int {
      while position < end {
        position += UTF8Text.length(of: bytes[position])
        scalar += 1
      }
      return scalar
    }
    func add(_ end: Int, isMatch: Bool) {
      let start = scalar
      parts.append((start..<place(of: end), isMatch))
    }
    bytes.withUnsafeBufferPointer { bytes in
      var matches = pattern.matches(in: bytes)
      while let match = matches.next() {
        if position < match.lowerBound { add(match.lowerBound, isMatch: false) }
        add(match.upperBound, isMatch: true)
      }
      if position < bytes.count { add(bytes.count, isMatch: false) }
    }
    return parts
  }

  /// The text cut at each scalar of a kind.
  func parts(where isMatch: (UInt32) -> Bool) -> [Cut] {
    var parts: [Cut] = []
    var start = 0
    for (place, scalar) in scalars.enumerated() where isMatch(scalar) {
      if start < place { parts.append((start..<place, false)) }
      parts.append((place..<place + 1, true))
      start = place + 1
    }
    if start < scalars.count { parts.append((start..<scalars.count, false)) }
    return parts
  }
}

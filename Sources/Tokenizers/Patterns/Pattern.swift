/// A regular expression in the syntax of Oniguruma, as `Split` and `Replace` of a tokenizer.json hold them.
///
/// Matches are those of the reference library: the leftmost, alternatives in their order, over scalars, with its
/// properties of Unicode. Back-references, named groups, scripts but a few, and options but `i` and `m` are refused.
struct Pattern: Equatable, Sendable {
  let source: String
  let program: PatternProgram

  /// Every scalar, line ends included.
  static let everyScalar = known("[\\s\\S]")
  /// Runs of spaces.
  static let spaces = known(" {2,}")
  /// Spaces at the ends of a text.
  static let outerSpaces = known("\\A +| +\\z")

  /// A pattern of our own.
  static func known(_ source: String) -> Pattern {
    do {
      return try Pattern(source)
    } catch { preconditionFailure("\(source): \(error)") }
  }

  init(_ source: String) throws(PatternError) {
    self.source = source
    program = try PatternProgram(PatternParser.parse(source))
  }

  static func == (a: Pattern, b: Pattern) -> Bool { a.source == b.source }

  /// The first match that begins at `start` or later, in valid UTF-8. Many matches: `PatternMatcher`.
  func match(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
    var matcher = PatternMatcher(self, text)
    return matcher.match(from: start)
  }
}

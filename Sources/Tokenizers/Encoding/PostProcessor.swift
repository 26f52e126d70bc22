/// What is done to the tokens of a text: the reference library's `post_processor`.
struct PostProcessor: Equatable, Sendable {
  /// The special tokens around texts.
  var template = Template.plain
  var trimming: OffsetTrimming?
}

/// Offsets that leave out the spaces around a token.
struct OffsetTrimming: Equatable, Sendable {
  /// A single leading space at the text's start was added, so nothing is trimmed there.
  var isPrefixed = true

  /// White space is counted in the tokens, and taken off the offsets at both ends, as the reference library does.
  func trim(_ encoding: inout Encoding) {
    for place in encoding.tokens.indices {
      let scalars = encoding.tokens[place].unicodeScalars
      let leading = scalars.prefix(while: Self.isSpace).count
      let trailing = scalars.reversed().prefix(while: Self.isSpace).count
      var (start, end) = (encoding.offsets[place].lowerBound, encoding.offsets[place].upperBound)
      let isAddedSpace = leading == 1 && isPrefixed && (place == 0 || start == 0)
      if !isAddedSpace { start = min(start + leading, end) }
      if trailing > 0, end >= trailing { end = max(end - trailing, start) }
      encoding.offsets[place] = start..<end
    }
  }

  /// A space as text or in the alphabet of bytes.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value == 0x120 || UnicodeTables.shared.properties(of: scalar.value).contains(.space)
  }
}

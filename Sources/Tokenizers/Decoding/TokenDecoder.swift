/// From tokens back to text.
enum TokenDecoder: Equatable, Sendable {
  /// Pieces with the prefix continue a word, others follow a space; `cleansUp` undoes spaces around punctuation.
  case wordPiece(prefix: String, cleansUp: Bool)
  /// The bytes the tokens spell; what is not UTF-8 becomes U+FFFD.
  case byteLevel
  /// The tokens end to end.
  case fuse
  /// The tokens with spaces between.
  case spaced

  func text(of tokens: [String]) -> String {
    var bytes: [UInt8] = []
    var isFirst = true
    for token in tokens {
      append(token, isFirst: isFirst, to: &bytes)
      isFirst = false
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends what a token adds to the text.
  func append(_ token: String, isFirst: Bool, to bytes: inout [UInt8]) {
    switch self {
    case .wordPiece(let prefix, let cleansUp):
      var text = Array(token.utf8)
      if !isFirst {
        if text.starts(with: prefix.utf8) { text.removeFirst(prefix.utf8.count) } else { text.insert(0x20, at: 0) }
      }
      bytes += cleansUp ? Self.cleanedUp(text) : text
    case .byteLevel:
      bytes += ByteAlphabet.bytes(of: token) ?? Array(token.utf8)
    case .fuse:
      bytes += token.utf8
    case .spaced:
      if !isFirst { bytes.append(0x20) }
      bytes += token.utf8
    }
  }

  /// The reference library's replacements, in its order, each over the whole token.
  private static let replacements: [(from: [UInt8], to: [UInt8])] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

  private static func cleanedUp(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(0x20) else { return text }
    return replacements.reduce(text) { text, replacement in replacing(replacement.from, by: replacement.to, in: text) }
  }

  private static func replacing(_ from: [UInt8], by to: [UInt8], in text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var place = 0
    while place < text.count {
      if text[place...].starts(with: from) {
        result += to
        place += from.count
      } else {
        result.append(text[place])
        place += 1
      }
    }
    return result
  }
}

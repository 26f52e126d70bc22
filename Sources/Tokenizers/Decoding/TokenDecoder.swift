/// From tokens back to text: steps that each make tokens of tokens, the last ones joined.
struct TokenDecoder: Equatable, Sendable {
  /// One of the reference library's decoders.
  enum Step: Equatable, Sendable {
    /// Pieces with the prefix continue a word, others follow a space; `cleansUp` undoes spaces around punctuation.
    case wordPiece(prefix: String, cleansUp: Bool)
    /// The bytes the tokens spell; what is not UTF-8 becomes U+FFFD.
    case byteLevel
    /// Marks become spaces, but for those of the first token where the mark was put in front.
    case metaspace(mark: Unicode.Scalar, prepending: PreTokenizer.Metaspace.Prepending)
    /// Tokens with the suffix end a word.
    case bytePairs(suffix: String)
    /// Tokens end to end.
    case fuse
    /// Takes up to so many of a scalar off both ends of each token.
    case strip(Unicode.Scalar, start: Int, stop: Int)
    /// Runs of `<0x0A>` become the text of their bytes, or U+FFFD for each where they are none.
    case byteFallback
    case replace(TextPattern, with: String)
    /// Tokens with spaces between, where a file names no decoder.
    case spaced
  }

  var steps: [Step]

  func text(of tokens: [String]) -> String {
    steps.reduce(tokens) { tokens, step in step.apply(tokens) }.joined()
  }
}

extension TokenDecoder.Step {
  func apply(_ tokens: [String]) -> [String] {
    switch self {
    case .wordPiece(let prefix, let cleansUp):
      return tokens.enumerated().map { place, token in
        let text = place == 0 ? token : Self.continued(token, prefix)
        return cleansUp ? WordPieceCleanup.cleanedUp(text) : text
      }
    case .byteLevel:
      let bytes = tokens.flatMap { ByteAlphabet.bytes(of: $0) ?? Array($0.utf8) }
      return [String(decoding: bytes, as: UTF8.self)]
    case .metaspace(let mark, let prepending):
      return tokens.enumerated().map { place, token in
        let leavesOut = place == 0 && prepending != .never
        return token.mappingScalars { $0 == mark ? (leavesOut ? nil : " ") : $0 }
      }
    case .bytePairs(let suffix):
      return tokens.enumerated().map { place, token in
        token.replacing(.text(suffix), with: place == tokens.count - 1 ? "" : " ")
      }
    case .fuse: return [tokens.joined()]
    case .strip(let scalar, let start, let stop): return tokens.map { $0.stripping(scalar, start: start, stop: stop) }
    case .byteFallback: return Self.joiningBytes(tokens)
    case .replace(let pattern, let content): return tokens.map { $0.replacing(pattern, with: content) }
    case .spaced: return [tokens.joined(separator: " ")]
    }
  }

  private static func continued(_ token: String, _ prefix: String) -> String {
    token.utf8.starts(with: prefix.utf8) ? String(Substring(token.utf8.dropFirst(prefix.utf8.count))) : " " + token
  }

  private static func joiningBytes(_ tokens: [String]) -> [String] {
    var result: [String] = []
    var bytes: [UInt8] = []
    func flush() {
      if let text = String(validating: bytes, as: UTF8.self) {
        if !text.isEmpty { result.append(text) }
      } else {
        result += repeatElement("\u{FFFD}", count: bytes.count)
      }
      bytes = []
    }
    for token in tokens {
      if let byte = ByteAlphabet.byte(ofFallback: token) {
        bytes.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }
}

extension String {
  fileprivate func mappingScalars(_ image: (Unicode.Scalar) -> Unicode.Scalar?) -> String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars { if let image = image(scalar) { result.append(image) } }
    return String(result)
  }

  fileprivate func replacing(_ pattern: TextPattern, with content: String) -> String {
    var text = NormalizedText(scalarsOf: self)
    text.replace(pattern, with: content.unicodeScalars.map(\.value))
    return text.text
  }

  fileprivate func stripping(_ scalar: Unicode.Scalar, start: Int, stop: Int) -> String {
    let scalars = Array(unicodeScalars)
    let first = scalars.prefix(start).prefix { $0 == scalar }.count
    let last = scalars.suffix(stop).reversed().prefix { $0 == scalar }.count
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars[first..<max(first, scalars.count - last)])
    return String(result)
  }
}

/// What the reference library's WordPiece decoder undoes, in its order, each over the whole token.
private enum WordPieceCleanup {
  private static let replacements: [(from: [UInt8], to: [UInt8])] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

  static func cleanedUp(_ text: String) -> String {
    guard text.utf8.contains(0x20) else { return text }
    let bytes = replacements.reduce(Array(text.utf8)) { text, replacement in
      replacing(replacement.from, by: replacement.to, in: text)
    }
    return String(decoding: bytes, as: UTF8.self)
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

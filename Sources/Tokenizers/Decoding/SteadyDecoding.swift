extension TokenDecoder {
  /// Whether the text of some tokens begins the text of more, so that it can be given out before they come.
  ///
  /// A step that looks at one token, or at whether it is the first, does not care what follows. A step behind one that
  /// joins tokens does unless it looks at one character at a time: what it works on is not whole yet. Bytes that are not
  /// UTF-8 so far stand as U+FFFD meanwhile, so none may touch that. All shapes of published tokenizers are steady; but
  /// for one thing: `ByteFallback` takes a character back where bytes behind it are none.
  func isSteady(_ vocabulary: Vocabulary) -> Bool {
    var growth = Growth.none
    for (place, step) in steps.enumerated() {
      guard step.isSteady(behind: growth, isLast: place == steps.count - 1, vocabulary) else { return false }
      growth = max(growth, step.growth)
    }
    return true
  }

  /// What of the tokens behind a step can grow when more come.
  enum Growth: Int, Comparable {
    case none, last, all

    static func < (a: Growth, b: Growth) -> Bool { a.rawValue < b.rawValue }
  }

  /// Whether all is joined when a step takes characters off its start, which must have text to know which.
  var stripsJoinedText: Bool {
    var isJoined = false
    for step in steps {
      if isJoined, case .strip(_, let start, _) = step, start > 0 { return true }
      if step.growth == .all { isJoined = true }
    }
    return false
  }
}

extension TokenDecoder.Step {
  fileprivate var growth: TokenDecoder.Growth {
    switch self {
    case .byteLevel, .fuse, .spaced: .all
    case .byteFallback: .last
    case .wordPiece, .metaspace, .bytePairs, .strip, .replace: .none
    }
  }

  fileprivate func isSteady(behind growth: TokenDecoder.Growth, isLast: Bool, _ vocabulary: Vocabulary) -> Bool {
    let unfinished: Unicode.Scalar = "\u{FFFD}"
    switch self {
    case .fuse, .spaced: return true
    case .byteLevel, .byteFallback: return growth == .none
    case .wordPiece(_, let cleansUp): return growth == .none || growth == .all && !cleansUp
    case .metaspace(let mark, _): return growth == .none || mark != unfinished
    case .bytePairs(let suffix):
      return growth == .none && isLast && vocabulary.tokens.allSatisfy { $0?.endsOnly(in: suffix) ?? true }
    case .strip(let scalar, _, let stop): return growth == .none || stop == 0 && scalar != unfinished
    case .replace(let pattern, let content):
      guard growth != .none else { return true }
      guard case .text(let text) = pattern, !content.unicodeScalars.contains(unfinished) else { return false }
      return text.unicodeScalars.count < 2 && !text.unicodeScalars.contains(unfinished)
    }
  }
}

extension String {
  /// Whether a suffix stands nowhere in the text but at its end.
  fileprivate func endsOnly(in suffix: String) -> Bool {
    let (text, suffix) = (Array(utf8), Array(suffix.utf8))
    guard !suffix.isEmpty, text.count > suffix.count else { return true }
    return (0..<text.count - suffix.count).allSatisfy { !text[$0...].starts(with: suffix) }
  }
}

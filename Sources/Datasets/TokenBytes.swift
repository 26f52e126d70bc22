import Tokenizers

/// How many bytes of text each token stands for, where the tokenizer loses nothing.
///
/// Byte-level BPE spells every byte as one scalar; characters spell themselves. The others drop or mark spaces, so a token
/// has no bytes of its own and a document's bytes are shared out evenly instead.
struct TokenBytes: Sendable {
  /// Bytes by id; nil where tokens have none of their own.
  private let counts: [Int32]?

  init(_ tokenizer: Tokenizer) {
    let ids = 0..<Int32(clamping: tokenizer.vocabularySize)
    switch tokenizer.kind {
    case .byteBPE where tokenizer.isByteLevel:
      counts = ids.map { Int32(clamping: tokenizer.token($0)?.unicodeScalars.count ?? 0) }
    case .characters: counts = ids.map { Int32(clamping: tokenizer.token($0)?.utf8.count ?? 0) }
    case .wordpiece, .byteBPE, .unigram, .words: counts = nil
    }
  }

  /// The bytes of tokens; nil where tokens have none of their own.
  func total(of ids: ArraySlice<Int32>) -> Int? {
    guard let counts else { return nil }
    return ids.reduce(0) { $0 + Int(counts[Int($1)]) }
  }

  /// The bytes that some tokens of a window stand for. Parts of a document always add up to the document's bytes.
  func bytes(of range: Range<Int>, in window: WindowTokens) -> Int {
    var bytes = 0
    var document = Self.document(at: range.lowerBound, in: window)
    while document < window.documentCount {
      let tokens = window.tokens(of: document)
      guard tokens.lowerBound < range.upperBound else { break }
      let part = tokens.clamped(to: range)
      if window.hasExactBytes[document], let exact = total(of: window.ids[part]) {
        bytes += exact
      } else if !part.isEmpty {
        let all = window.documentBytes[document]
        let before = (part.lowerBound - tokens.lowerBound, part.upperBound - tokens.lowerBound)
        bytes += all * before.1 / tokens.count - all * before.0 / tokens.count
      }
      document += 1
    }
    return bytes
  }

  /// The first document that ends behind a token.
  private static func document(at token: Int, in window: WindowTokens) -> Int {
    firstPlace(in: 0..<window.documentCount) { window.tokens(of: $0).upperBound > token }
  }
}

/// The first place for which a condition holds that holds for all places behind it; the end if there is none.
func firstPlace(in places: Range<Int>, where holds: (Int) -> Bool) -> Int {
  var (low, high) = (places.lowerBound, places.upperBound)
  while low < high {
    let middle = low + (high - low) / 2
    if holds(middle) { high = middle } else { low = middle + 1 }
  }
  return low
}

/// A token that is found in the text before the model sees it.
struct AddedToken: Equatable, Sendable {
  var id: Int32
  var content: String
  /// Only where no letter, digit or mark touches it.
  var isSingleWord = false
  /// Takes the white space on its left, on its right.
  var stripsLeft = false
  var stripsRight = false
  /// Searched in the normalized text, itself normalized.
  var isNormalized = false
  /// Left out of decoded text.
  var isSpecial = true
}

/// The added tokens, ready to be found in texts.
struct AddedTokens: Sendable {
  let tokens: [AddedToken]
  private let raw: AddedTokenSearch
  private let normalized: AddedTokenSearch
  /// What tokens that are searched in normalized text decode to: their own normalized text, by id.
  let normalizedContents: [Int32: String]

  init(_ tokens: [AddedToken], normalizer: Normalizer?) {
    self.tokens = tokens
    raw = AddedTokenSearch(tokens.filter { !$0.isNormalized }.map { ($0, Array($0.content.utf8)) })
    let patterns = tokens.filter(\.isNormalized).map { token in
      var text = NormalizedText(scalarsOf: token.content)
      if let normalizer { text.normalize(normalizer) }
      return (token, UTF8Text.bytes(of: text.scalars))
    }
    normalized = AddedTokenSearch(patterns)
    normalizedContents = Dictionary(
      patterns.map { ($0.0.id, String(decoding: $0.1, as: UTF8.self)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Encodes a text: added tokens as themselves, what lies between them by the encoder.
  func encode(_ text: UnsafeBufferPointer<UInt8>, with encoder: TextEncoder, to sink: inout TokenSink) {
    var places = ScalarPlaces(text)
    for part in raw.parts(of: text) {
      let bytes = UnsafeBufferPointer(rebasing: text[part.range])
      let stretch = TextStretch(bytes: bytes, base: places.scalar(at: part.range.lowerBound))
      if let id = part.id {
        append(id, stretch, to: &sink)
      } else if normalized.isEmpty {
        encoder.append(stretch, to: &sink)
      } else {
        encodeNormalized(stretch, encoder, &sink)
      }
    }
  }

  private func encodeNormalized(_ stretch: TextStretch, _ encoder: TextEncoder, _ sink: inout TokenSink) {
    let text = NormalizedText(stretch.bytes, normalizer: encoder.normalizer)
    UTF8Text.bytes(of: text.scalars).withUnsafeBufferPointer { bytes in
      var places = ScalarPlaces(bytes)
      for part in normalized.parts(of: bytes) {
        let piece = UnsafeBufferPointer(rebasing: bytes[part.range])
        let first = places.scalar(at: part.range.lowerBound)
        let sources = Array(text.sources[first..<places.scalar(at: part.range.upperBound)])
        let normalized = TextStretch(bytes: piece, base: stretch.base, sources: sources)
        if let id = part.id {
          append(id, normalized, to: &sink)
        } else {
          encoder.appendNormalized(normalized, to: &sink)
        }
      }
    }
  }

  private func append(_ id: Int32, _ stretch: TextStretch, to sink: inout TokenSink) {
    var count = 0
    for byte in stretch.bytes where UTF8Text.isStart(byte) { count += 1 }
    guard count > 0 else { return }
    if sink.detail == .full {
      sink.spellings.append((sink.ids.count, String(decoding: stretch.bytes, as: UTF8.self)))
      sink.append(id, offsets: stretch.place(of: 0)..<stretch.place(of: count - 1) + 1)
      sink.wordCount += 1
    } else {
      sink.append(id, isFirst: true)
    }
  }
}

/// Places in scalars for places in bytes, cheap where these grow. A token that takes the white space on its side may
/// begin before the end of the one before it.
private struct ScalarPlaces {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var count = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  mutating func scalar(at place: Int) -> Int {
    while position < place {
      if UTF8Text.isStart(bytes[position]) { count += 1 }
      position += 1
    }
    while position > place {
      position -= 1
      if UTF8Text.isStart(bytes[position]) { count -= 1 }
    }
    return count
  }
}

/// The search for added tokens: leftmost, then longest.
private struct AddedTokenSearch: Sendable {
  private var trie = ByteTrie(minimumCapacity: 16)
  private var startsToken = [Bool](repeating: false, count: 256)
  private var tokens: [AddedToken] = []

  var isEmpty: Bool { tokens.isEmpty }

  init(_ patterns: [(token: AddedToken, bytes: [UInt8])]) {
    for (token, bytes) in patterns {
      guard let first = bytes.first else { continue }
      trie.insert(bytes[...], id: Int32(truncatingIfNeeded: tokens.count))
      startsToken[Int(first)] = true
      tokens.append(token)
    }
  }

  /// The text cut into added tokens and what lies between.
  func parts(of text: UnsafeBufferPointer<UInt8>) -> [(range: Range<Int>, id: Int32?)] {
    var parts: [(range: Range<Int>, id: Int32?)] = []
    var done = 0
    var position = 0
    while position < text.count, !tokens.isEmpty {
      guard startsToken[Int(text[position])], let match = trie.longestMatch(in: text, from: position) else {
        position += 1
        continue
      }
      let token = tokens[Int(match.id)]
      var (start, end) = (position, match.end)
      position = end
      if token.isSingleWord, touchesWord(start, end, text) { continue }
      if token.stripsLeft { start = max(done, startOfSpaces(before: start, from: done, text)) }
      if token.stripsRight { end = endOfSpaces(after: end, text) }
      if done < start { parts.append((done..<start, nil)) }
      // A token swallowed by the white space its neighbor took has nothing left of its own.
      parts.append((min(start, end)..<end, token.id))
      // As the reference library does: behind a token within the space that its neighbor took, that space comes again.
      done = end
    }
    if done < text.count { parts.append((done..<text.count, nil)) }
    return parts
  }

  private func startOfSpaces(before place: Int, from limit: Int, _ text: UnsafeBufferPointer<UInt8>) -> Int {
    var start = place
    while start > limit {
      var previous = start - 1
      while previous > limit, !UTF8Text.isStart(text[previous]) { previous -= 1 }
      guard isSpace(text, previous) else { break }
      start = previous
    }
    return start
  }

  private func endOfSpaces(after place: Int, _ text: UnsafeBufferPointer<UInt8>) -> Int {
    var end = place
    while end < text.count, isSpace(text, end) { end += UTF8Text.scalar(in: text, at: end).length }
    return end
  }

  private func isSpace(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> Bool {
    UnicodeTables.shared.properties(of: UTF8Text.scalar(in: text, at: place).scalar).contains(.space)
  }

  private func touchesWord(_ start: Int, _ end: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var before = start - 1
    while before >= 0, !UTF8Text.isStart(text[before]) { before -= 1 }
    return before >= 0 && isWord(text, before) || end < text.count && isWord(text, end)
  }

  private func isWord(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> Bool {
    ScalarSet.splitWords.contains(UTF8Text.scalar(in: text, at: place).scalar)
  }
}

extension ArraySlice<UInt8> {
  /// The bytes as text, or what is wrong with them.
  var validText: String? {
    do { return String(copying: try UTF8Span(validating: span)) } catch { return nil }
  }

  /// The bytes as text under a policy: valid, repaired with U+FFFD for each maximal invalid part, or bad.
  func text(_ policy: BadRecordPolicy) -> Interpretation<String> {
    if let text = validText { return .good(text) }
    return policy == .repair ? .repaired(String(decoding: self, as: UTF8.self), .invalidUTF8) : .bad(.invalidUTF8)
  }

  /// The bytes without a last UTF-8 sequence that was cut off.
  var withoutCutSequence: ArraySlice<UInt8> {
    var end = endIndex
    var steps = 0
    while end > startIndex, steps < 4 {
      end -= 1
      steps += 1
      let byte = self[end]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
      return length > endIndex - end ? self[startIndex..<end] : self
    }
    return self
  }
}

extension String {
  /// True if the text has something else than white space of ASCII.
  var hasText: Bool { utf8.contains { $0 > 0x20 || $0 < 0x09 || $0 > 0x0D && $0 < 0x20 } }
}

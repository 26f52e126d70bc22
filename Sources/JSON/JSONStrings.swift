// Strings: runs of plain bytes are checked and copied whole, escapes are decoded one by one.
extension JSONScanner {
  /// The string whose opening quote is at `place`; afterwards `place` is behind its closing quote.
  mutating func string(_ bytes: borrowing Span<UInt8>) throws(JSONError) -> String {
    let start = place + 1
    var runStart = start
    var decoded: [UInt8] = []
    while true {
      place = endOfRun(bytes, from: runStart)
      guard place - start <= limits.maximumStringBytes else {
        throw JSONError(.stringTooLong(limit: limits.maximumStringBytes), at: start - 1)
      }
      guard place < bytes.count else { throw JSONError(.endOfInput, at: bytes.count) }
      switch bytes[place] {
      case UInt8(ascii: "\""):
        let end = place
        place += 1
        if runStart == start { return try text(bytes.extracting(start..<end), at: start) }
        append(bytes.extracting(runStart..<end), to: &decoded)
        return try text(decoded.span, at: start)
      case UInt8(ascii: "\\"):
        append(bytes.extracting(runStart..<place), to: &decoded)
        try escape(bytes, into: &decoded)
        runStart = place
      default:
        throw JSONError(.controlCharacter, at: place)
      }
    }
  }

  /// The first quote, backslash or control character from `first` on, or the end.
  private func endOfRun(_ bytes: borrowing Span<UInt8>, from first: Int) -> Int {
    var index = first
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { return index }
      index += 1
    }
    return index
  }

  private func text(_ bytes: borrowing Span<UInt8>, at offset: Int) throws(JSONError) -> String {
    do {
      return String(copying: try UTF8Span(validating: copy bytes))
    } catch {
      throw JSONError(.invalidUTF8, at: offset)
    }
  }

  private func append(_ run: borrowing Span<UInt8>, to decoded: inout [UInt8]) {
    run.withUnsafeBufferPointer { decoded.append(contentsOf: $0) }
  }

  /// The bytes of the escape whose backslash is at `place`.
  private mutating func escape(_ bytes: borrowing Span<UInt8>, into decoded: inout [UInt8]) throws(JSONError) {
    let start = place
    guard start + 1 < bytes.count else { throw JSONError(.endOfInput, at: bytes.count) }
    place += 2
    switch bytes[start + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(bytes[start + 1])
    case UInt8(ascii: "n"): decoded.append(0x0A)
    case UInt8(ascii: "t"): decoded.append(0x09)
    case UInt8(ascii: "r"): decoded.append(0x0D)
    case UInt8(ascii: "b"): decoded.append(0x08)
    case UInt8(ascii: "f"): decoded.append(0x0C)
    case UInt8(ascii: "u"): decoded.append(contentsOf: String(try scalarEscape(bytes, at: start)).utf8)
    default: throw JSONError(.invalidEscape, at: start)
    }
  }

  /// The scalar of \uXXXX, or of the two escapes that make up a surrogate pair; `place` is behind the `u`.
  private mutating func scalarEscape(
    _ bytes: borrowing Span<UInt8>, at start: Int
  ) throws(JSONError) -> Unicode.Scalar {
    let first = try fourDigits(bytes, at: start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00 else { throw JSONError(.loneSurrogate, at: start) }
    guard place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u") else {
      throw JSONError(.loneSurrogate, at: start)
    }
    let secondStart = place
    place += 2
    let second = try fourDigits(bytes, at: secondStart)
    guard 0xDC00...0xDFFF ~= second, let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw JSONError(.loneSurrogate, at: start) }
    return scalar
  }

  private mutating func fourDigits(_ bytes: borrowing Span<UInt8>, at start: Int) throws(JSONError) -> UInt32 {
    guard bytes.count - place >= 4 else { throw JSONError(.endOfInput, at: bytes.count) }
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = bytes[place]
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
      default: throw JSONError(.invalidEscape, at: start)
      }
      place += 1
    }
    return value
  }
}

/// The words of JSON: white space, strings, numbers and names, read at a place in the bytes.
struct JSONScanner {
  let limits: JSONLimits
  /// The next byte to read.
  var place = 0

  init(limits: JSONLimits) { self.limits = limits }

  /// The next byte that is not white space; it stays unread.
  mutating func nextByte(_ bytes: borrowing Span<UInt8>) throws(JSONError) -> UInt8 {
    while place < bytes.count {
      switch bytes[place] {
      case 0x20, 0x09, 0x0A, 0x0D: place += 1
      case let byte: return byte
      }
    }
    throw JSONError(.endOfInput, at: place)
  }

  /// Refuses anything but white space up to the end.
  mutating func expectEnd(_ bytes: borrowing Span<UInt8>) throws(JSONError) {
    if (try? nextByte(bytes)) != nil { throw JSONError(.trailingBytes, at: place) }
  }

  /// A string, number, truth value or null.
  mutating func scalar(_ bytes: borrowing Span<UInt8>) throws(JSONError) -> JSONValue {
    switch try nextByte(bytes) {
    case UInt8(ascii: "\""): return .string(try string(bytes))
    case UInt8(ascii: "t"): return try name("true", .bool(true), bytes)
    case UInt8(ascii: "f"): return try name("false", .bool(false), bytes)
    case UInt8(ascii: "n"): return try name("null", .null, bytes)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(bytes)
    default: throw JSONError(.unexpectedByte(expected: "a value"), at: place)
    }
  }

  private mutating func name(
    _ name: StaticString, _ value: JSONValue, _ bytes: borrowing Span<UInt8>
  ) throws(JSONError) -> JSONValue {
    for byte in name.description.utf8 {
      guard place < bytes.count else { throw JSONError(.endOfInput, at: place) }
      guard bytes[place] == byte else { throw JSONError(.unexpectedByte(expected: "'\(name)'"), at: place) }
      place += 1
    }
    return value
  }
}

// Numbers.
extension JSONScanner {
  /// Digits a number may have; longer ones are attacks on the conversion.
  private static let maximumNumberBytes = 1024

  /// -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
  private mutating func number(_ bytes: borrowing Span<UInt8>) throws(JSONError) -> JSONValue {
    let start = place
    if bytes[place] == UInt8(ascii: "-") { place += 1 }
    let firstDigit = place
    try digits(bytes, from: start)
    if bytes[firstDigit] == UInt8(ascii: "0") && place > firstDigit + 1 {
      throw JSONError(.invalidNumber, at: start)
    }
    var isInteger = true
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      isInteger = false
      place += 1
      try digits(bytes, from: start)
    }
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      place += 1
      if place < bytes.count, bytes[place] == UInt8(ascii: "+") || bytes[place] == UInt8(ascii: "-") { place += 1 }
      try digits(bytes, from: start)
    }
    guard place - start <= Self.maximumNumberBytes else { throw JSONError(.invalidNumber, at: start) }
    var text = ""
    for index in start..<place { text.unicodeScalars.append(Unicode.Scalar(bytes[index])) }
    if isInteger, text != "-0", let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw JSONError(.numberOutOfRange, at: start) }
    return .number(value)
  }

  private mutating func digits(_ bytes: borrowing Span<UInt8>, from start: Int) throws(JSONError) {
    let first = place
    while place < bytes.count, bytes[place] &- UInt8(ascii: "0") < 10 { place += 1 }
    guard place > first else {
      throw place < bytes.count ? JSONError(.invalidNumber, at: start) : JSONError(.endOfInput, at: place)
    }
  }
}

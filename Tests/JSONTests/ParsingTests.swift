import JSON
import Testing

@Suite struct ParsingTests {
  static let values: [(String, JSONValue)] = [
    ("null", .null), ("true", true), (" false ", false), ("0", 0), ("-7", -7), ("1.5", 1.5),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)), ("1E3", .number(1000)),
    ("-2.5e-3", .number(-0.0025)), (#""a\n\t\"\\\/\b\f\r""#, .string("a\n\t\"\\/\u{8}\u{c}\r")),
    (#""\u00e9\u20AC\ud83d\uDE00""#, "é€😀"), ("[]", []), ("{}", [:]), ("[1,[2,[]],{}]", [1, [2, []], [:]]),
    ("{\"b\":1,\"a\":[true]}\n", ["b": 1, "a": [true]]),
  ]

  @Test(arguments: values)
  func valuesReadAsRFC8259Defines(text: String, value: JSONValue) throws {
    #expect(try JSONValue.parse(text) == value)
  }

  @Test func integersBeyond64BitsBecomeTheNearestNumber() throws {
    #expect(try JSONValue.parse("9223372036854775808") == .number(0x1p63))
    #expect(try JSONValue.parse("1000000000000000019884624838656") == .number(1e30))
  }

  @Test func memberOrderIsKept() throws {
    let names = (0..<40).map { "k\(($0 * 17) % 40)" }
    let text = "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    #expect(try JSONValue.parse(text).object?.keys == names)
  }

  @Test func keysThatDifferInBytesAreTwoKeys() throws {
    let value = try JSONValue.parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(value["\u{E9}"] == 1 && value["e\u{301}"] == 2)
    let many = (0..<20).map { ("\($0)", JSONValue.integer($0)) }
    let object = JSONObject(many + [("\u{E9}", 1), ("e\u{301}", 2)])
    #expect(object["\u{E9}"] == 1 && object["e\u{301}"] == 2 && object.count == 22)
  }

  static let faults: [(String, JSONError.Kind, Int)] = [
    ("", .endOfInput, 0), ("  ", .endOfInput, 2), ("[1,", .endOfInput, 3), ("{\"a\"", .endOfInput, 4),
    ("\"abc", .endOfInput, 4), ("\"\\", .endOfInput, 2), ("\"\\u12", .endOfInput, 5), ("tru", .endOfInput, 3),
    ("-", .endOfInput, 1), ("1.", .endOfInput, 2), ("1e+", .endOfInput, 3),
    ("[1,]", .unexpectedByte(expected: "a value"), 3), ("{\"a\":1,}", .unexpectedByte(expected: "a key in quotes"), 7),
    ("[1 2]", .unexpectedByte(expected: "',' or ']'"), 3), ("{\"a\" 1}", .unexpectedByte(expected: "':'"), 5),
    ("{a:1}", .unexpectedByte(expected: "a key in quotes"), 1), ("[1}", .unexpectedByte(expected: "',' or ']'"), 2),
    ("{\"a\":1]", .unexpectedByte(expected: "',' or '}'"), 6), ("nulL", .unexpectedByte(expected: "'null'"), 3),
    ("NaN", .unexpectedByte(expected: "a value"), 0), ("Infinity", .unexpectedByte(expected: "a value"), 0),
    ("+1", .unexpectedByte(expected: "a value"), 0), (".5", .unexpectedByte(expected: "a value"), 0),
    ("'a'", .unexpectedByte(expected: "a value"), 0), ("\u{FEFF}1", .unexpectedByte(expected: "a value"), 0),
    ("-Infinity", .invalidNumber, 0), ("01", .invalidNumber, 0), ("-007", .invalidNumber, 0),
    ("1.x", .invalidNumber, 0),
    ("1e999", .numberOutOfRange, 0), ("1 2", .trailingBytes, 2), ("{} x", .trailingBytes, 3),
    ("{\"a\":1,\"a\":2}", .duplicateKey, 7), ("{\"a\":1,\"\\u0061\":2}", .duplicateKey, 7),
    ("{\"x\":{\"a\":1,\"b\":0,\"a\":2}}", .duplicateKey, 18),
    ("\"a\nb\"", .controlCharacter, 2), ("\"\u{0}\"", .controlCharacter, 1), ("\"\\x\"", .invalidEscape, 1),
    ("\"\\u12g4\"", .invalidEscape, 1), ("\"\\ud800\"", .loneSurrogate, 1), ("\"\\udc00\"", .loneSurrogate, 1),
    ("\"\\ud800\\u0041\"", .loneSurrogate, 1), ("\"\\ud800\\n\"", .loneSurrogate, 1),
  ]

  @Test(arguments: faults)
  func faultsAreRefusedAtTheirByte(text: String, kind: JSONError.Kind, offset: Int) {
    #expect(throws: JSONError(kind, at: offset)) { try JSONValue.parse(text) }
  }

  /// Overlong forms, surrogates, values above U+10FFFF, stray and missing continuation bytes.
  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x82],
    ] as [[UInt8]])
  func invalidUTF8IsRefused(sequence: [UInt8]) {
    let plain = [0x22] + sequence + [0x22]
    #expect(throws: JSONError(.invalidUTF8, at: 1)) { try JSONValue.parse(plain) }
    let escaped = Array("[\"\\n".utf8) + sequence + Array("\"]".utf8)
    #expect(throws: JSONError(.invalidUTF8, at: 2)) { try JSONValue.parse(escaped) }
  }

  @Test func depthIsLimitedWithoutUsingTheStack() throws {
    let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    _ = try JSONValue.parse(deep)
    let million = String(repeating: "[", count: 1_000_000)
    #expect(throws: JSONError(.tooDeep(limit: 64), at: 64)) { try JSONValue.parse(million) }
    let objects = String(repeating: "{\"a\":", count: 100)
    #expect(throws: JSONError(.tooDeep(limit: 4), at: 20)) {
      try JSONValue.parse(objects, limits: JSONLimits(maximumDepth: 4))
    }
  }

  @Test func sizesAreLimited() {
    #expect(throws: JSONError(.tooLarge(limit: 3), at: 3)) {
      try JSONValue.parse("[10]", limits: JSONLimits(maximumBytes: 3))
    }
    #expect(throws: JSONError(.stringTooLong(limit: 2), at: 1)) {
      try JSONValue.parse("[\"abc\"]", limits: JSONLimits(maximumStringBytes: 2))
    }
    let digits = String(repeating: "1", count: 100_000)
    #expect(throws: JSONError(.invalidNumber, at: 0)) { try JSONValue.parse(digits) }
  }

  @Test func everyPrefixOfAnObjectIsRefused() throws {
    let text = #"{"a":[1,2.5e3,true,null],"b":{"c":"x\u00e9\ud83d\ude00 é"},"d":"" }"#
    let bytes = Array(text.utf8)
    _ = try JSONValue.parse(bytes)
    for count in bytes.indices {
      #expect(throws: JSONError.self, "\(count) bytes") { try JSONValue.parse(Array(bytes[..<count])) }
    }
  }

  @Test func noFlippedByteTraps() {
    let bytes = Array(#"{"a":[1,-2.5e-3,true,null],"b":{"c":"x\u00e9\ud83d\ude00 é"}}"#.utf8)
    var accepted = 0
    for place in bytes.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = bytes
        changed[place] = byte
        if (try? JSONValue.parse(changed)) != nil { accepted += 1 }
      }
    }
    #expect(accepted > bytes.count && accepted < 256 * bytes.count, "\(accepted) accepted")
  }
}

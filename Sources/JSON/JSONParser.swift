/// A strict JSON parser without recursion: open containers wait on a stack of their own.
///
/// - Sources: RFC 8259. Stricter in two ways: equal keys in one object and lone surrogates are errors.
struct JSONParser {
  private var scanner: JSONScanner
  private var open: [Container] = []

  /// An array or object whose end has not been seen.
  private struct Container {
    var isObject: Bool
    var elements: [JSONValue] = []
    var members = JSONObject()
    var key = ""

    mutating func add(_ value: JSONValue) {
      if isObject { members.append(key, value) } else { elements.append(value) }
    }

    var value: JSONValue { isObject ? .object(members) : .array(elements) }
  }

  init(limits: JSONLimits) { scanner = JSONScanner(limits: limits) }

  /// The one value that makes up the whole text.
  mutating func document(_ bytes: borrowing Span<UInt8>) throws(JSONError) -> JSONValue {
    let limit = scanner.limits.maximumBytes
    guard bytes.count <= limit else { throw JSONError(.tooLarge(limit: limit), at: limit) }
    while true {
      guard var value = try begin(bytes) else { continue }
      while true {
        guard !open.isEmpty else {
          try scanner.expectEnd(bytes)
          return value
        }
        open[open.count - 1].add(value)
        guard let closed = try separator(bytes) else { break }
        value = closed
      }
    }
  }

  /// A complete value, or `nil` when a container opened and its first value is to come.
  private mutating func begin(_ bytes: borrowing Span<UInt8>) throws(JSONError) -> JSONValue? {
    switch try scanner.nextByte(bytes) {
    case UInt8(ascii: "{"):
      try push(isObject: true)
      guard try scanner.nextByte(bytes) != UInt8(ascii: "}") else { return pop() }
      try key(bytes)
      return nil
    case UInt8(ascii: "["):
      try push(isObject: false)
      return try scanner.nextByte(bytes) == UInt8(ascii: "]") ? pop() : nil
    default:
      return try scanner.scalar(bytes)
    }
  }

  /// What follows an element: `nil` after a comma (and, in an object, the next key), or the container that ended.
  private mutating func separator(_ bytes: borrowing Span<UInt8>) throws(JSONError) -> JSONValue? {
    let isObject = open[open.count - 1].isObject
    switch try scanner.nextByte(bytes) {
    case UInt8(ascii: ","):
      scanner.place += 1
      if isObject { try key(bytes) }
      return nil
    case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
      return pop()
    default:
      throw JSONError(.unexpectedByte(expected: isObject ? "',' or '}'" : "',' or ']'"), at: scanner.place)
    }
  }

  private mutating func key(_ bytes: borrowing Span<UInt8>) throws(JSONError) {
    guard try scanner.nextByte(bytes) == UInt8(ascii: "\"") else {
      throw JSONError(.unexpectedByte(expected: "a key in quotes"), at: scanner.place)
    }
    let offset = scanner.place
    let key = try scanner.string(bytes)
    guard open[open.count - 1].members.place(of: key) == nil else { throw JSONError(.duplicateKey, at: offset) }
    open[open.count - 1].key = key
    guard try scanner.nextByte(bytes) == UInt8(ascii: ":") else {
      throw JSONError(.unexpectedByte(expected: "':'"), at: scanner.place)
    }
    scanner.place += 1
  }

  private mutating func push(isObject: Bool) throws(JSONError) {
    let limit = scanner.limits.maximumDepth
    guard open.count < limit else { throw JSONError(.tooDeep(limit: limit), at: scanner.place) }
    open.append(Container(isObject: isObject))
    scanner.place += 1
  }

  /// Steps over the closing bracket and takes its container off the stack.
  private mutating func pop() -> JSONValue {
    scanner.place += 1
    return open.removeLast().value
  }
}

extension JSONValue {
  /// The value a JSON text stands for.
  /// - Throws: `JSONError` with the byte of the first fault.
  public static func parse(
    _ bytes: borrowing Span<UInt8>, limits: JSONLimits = JSONLimits()
  ) throws(JSONError) -> JSONValue {
    var parser = JSONParser(limits: limits)
    return try parser.document(bytes)
  }

  /// The value a JSON text stands for.
  /// - Throws: `JSONError` with the byte of the first fault.
  public static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
    try parse(bytes.span, limits: limits)
  }

  /// The value a JSON text stands for.
  /// - Throws: `JSONError` with the byte of the first fault.
  public static func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
    try parse(Array(text.utf8), limits: limits)
  }
}

/// Writes JSON: integers exactly, numbers with the fewest digits that read back to the same `Double`.
struct JSONWriter {
  let pretty: Bool
  let sortedKeys: Bool
  var bytes: [UInt8] = []

  init(pretty: Bool, sortedKeys: Bool) {
    self.pretty = pretty
    self.sortedKeys = sortedKeys
  }

  mutating func write(_ value: JSONValue, level: Int = 0) {
    switch value {
    case .null: add("null")
    case .bool(let value): add(value ? "true" : "false")
    case .integer(let value): add(value.description)
    case .number(let value): add(value.isFinite ? value.description : "null")
    case .string(let text): string(text)
    case .array(let elements):
      list(elements, between: "[", and: "]", level: level) { writer, element in
        writer.write(element, level: level + 1)
      }
    case .object(let members): object(members, level: level)
    }
  }

  private mutating func object(_ members: JSONObject, level: Int) {
    var pairs = Array(members.pairs)
    if sortedKeys { pairs.sort { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) } }
    list(pairs, between: "{", and: "}", level: level) { writer, pair in
      writer.string(pair.0)
      writer.add(writer.pretty ? ": " : ":")
      writer.write(pair.1, level: level + 1)
    }
  }

  private mutating func list<Element>(
    _ elements: [Element], between open: String, and close: String, level: Int,
    write: (inout JSONWriter, Element) -> Void
  ) {
    add(open)
    for (index, element) in elements.enumerated() {
      if index > 0 { add(",") }
      newLine(level: level + 1)
      write(&self, element)
    }
    if !elements.isEmpty { newLine(level: level) }
    add(close)
  }

  private mutating func newLine(level: Int) {
    guard pretty else { return }
    bytes.append(0x0A)
    bytes.append(contentsOf: repeatElement(0x20, count: 2 * level))
  }

  private mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      var runStart = 0
      for index in utf8.indices where utf8[index] < 0x20 || utf8[index] == 0x22 || utf8[index] == 0x5C {
        bytes.append(contentsOf: utf8[runStart..<index])
        escape(utf8[index])
        runStart = index + 1
      }
      bytes.append(contentsOf: utf8[runStart...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case 0x22: add("\\\"")
    case 0x5C: add("\\\\")
    case 0x0A: add("\\n")
    case 0x0D: add("\\r")
    case 0x09: add("\\t")
    case 0x08: add("\\b")
    case 0x0C: add("\\f")
    default:
      let digits = String(byte, radix: 16)
      add("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    }
  }
}

extension JSONValue {
  /// JSON text: on one line, or with a line a member and two spaces a level.
  ///
  /// Numbers JSON cannot write (NaN, infinities) become `null`.
  public func text(pretty: Bool = false, sortedKeys: Bool = false) -> String {
    String(decoding: bytes(pretty: pretty, sortedKeys: sortedKeys), as: UTF8.self)
  }

  /// The UTF-8 bytes of `text(pretty:sortedKeys:)`.
  public func bytes(pretty: Bool = false, sortedKeys: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty, sortedKeys: sortedKeys)
    writer.write(self)
    return writer.bytes
  }
}

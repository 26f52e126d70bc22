/// Reads the fields of a Protocol Buffers message, of which every unknown one is skipped.
struct ProtocolBufferReader {
  enum Value {
    case integer(UInt64)
    case word(UInt32)
    case bytes(ArraySlice<UInt8>)
    case other
  }

  /// What a message breaks.
  struct Malformed: Error {
    var byte: Int
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  /// The next field's number and value; nil at the end.
  mutating func next() throws(Malformed) -> (field: Int, value: Value)? {
    guard !rest.isEmpty else { return nil }
    let key = try varint()
    let field = Int(truncatingIfNeeded: key >> 3)
    switch key & 7 {
    case 0: return (field, .integer(try varint()))
    case 1:
      _ = try take(8)
      return (field, .other)
    case 2:
      let count = try varint()
      return (field, .bytes(try take(count)))
    case 5: return (field, .word(try take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }))
    default: throw Malformed(byte: rest.startIndex)
    }
  }

  private mutating func varint() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw Malformed(byte: rest.startIndex)
  }

  private mutating func take(_ count: UInt64) throws(Malformed) -> ArraySlice<UInt8> {
    guard count <= UInt64(rest.count) else { throw Malformed(byte: rest.startIndex) }
    defer { rest = rest.dropFirst(Int(count)) }
    return rest.prefix(Int(count))
  }
}

/// A reader of base64 text holding bytes and variable-length integers (seven bits a byte, low bits first).
struct PackedBytes {
  private var bytes: [UInt8] = []
  private var position = 0

  init(_ text: StaticString) {
    let source = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    bytes.reserveCapacity(source.count / 4 * 3)
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for symbol in source {
      guard let value = Self.value(of: symbol) else { continue }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
  }

  mutating func byte() -> UInt8? {
    guard position < bytes.count else { return nil }
    position += 1
    return bytes[position - 1]
  }

  mutating func varint() -> Int? {
    var value = 0
    var shift = 0
    while let next = byte(), shift < 56 {
      value |= Int(next & 0x7F) << shift
      if next < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  @inline(__always) private static func value(of symbol: UInt8) -> UInt32? {
    switch symbol {
    case 0x41...0x5A: UInt32(symbol) - 0x41
    case 0x61...0x7A: UInt32(symbol) - 0x61 + 26
    case 0x30...0x39: UInt32(symbol) - 0x30 + 52
    case 0x2B: 62
    case 0x2F: 63
    default: nil
    }
  }
}

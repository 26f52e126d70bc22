/// A short word as four numbers with zeros behind its end: compared and hashed without a loop.
struct WordKey {
  static let maximumLength = 32

  private(set) var parts: (UInt64, UInt64, UInt64, UInt64)
  let length: Int

  /// Nil for empty and longer words. `readable` bytes from the word's start on may be read, some of them behind it.
  @inline(__always) init?(_ word: UnsafeBufferPointer<UInt8>, readable: Int) {
    guard word.count <= Self.maximumLength, let start = word.baseAddress, word.count > 0 else { return nil }
    length = word.count
    parts = readable >= Self.maximumLength ? Self.parts(of: start, word.count) : Self.copiedParts(of: word)
  }

  /// For a word so near the end of its memory that whole numbers would reach beyond it.
  @inline(never) private static func copiedParts(
    of word: UnsafeBufferPointer<UInt8>
  ) -> (UInt64, UInt64, UInt64, UInt64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maximumLength) { copy in
      copy.initialize(repeating: 0)
      for (place, byte) in word.enumerated() { copy[place] = byte }
      guard let start = copy.baseAddress else { return (0, 0, 0, 0) }
      return parts(of: UnsafePointer(start), word.count)
    }
  }

  @inline(__always) private static func parts(
    of start: UnsafePointer<UInt8>, _ count: Int
  ) -> (UInt64, UInt64, UInt64, UInt64) {
    let bytes = UnsafeRawPointer(start)
    func part(_ place: Int) -> UInt64 {
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self))
    }
    /// The last part, without the bytes behind the word.
    func rest(_ place: Int) -> UInt64 {
      part(place) & UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- 8 &* (count &- 8 &* place))
    }
    if count <= 8 { return (rest(0), 0, 0, 0) }
    if count <= 16 { return (part(0), rest(1), 0, 0) }
    if count <= 24 { return (part(0), part(1), rest(2), 0) }
    return (part(0), part(1), part(2), rest(3))
  }

  /// The word, which is ASCII, in small letters.
  @inline(__always) var lowercasedASCII: WordKey {
    var key = self
    key.parts.0 = Self.lowercased(parts.0)
    if length > 8 { key.parts.1 = Self.lowercased(parts.1) }
    if length > 16 { (key.parts.2, key.parts.3) = (Self.lowercased(parts.2), Self.lowercased(parts.3)) }
    return key
  }

  /// Eight bytes at once: no byte of ASCII carries into the next, and its high bit tells `A` and above from the rest,
  /// then what lies beyond `Z`.
  @inline(__always) private static func lowercased(_ bytes: UInt64) -> UInt64 {
    let fromA = bytes &+ 0x3F3F_3F3F_3F3F_3F3F
    let beyondZ = bytes &+ 0x2525_2525_2525_2525
    return bytes | (fromA & ~beyondZ & 0x8080_8080_8080_8080) >> 2
  }

  /// Products of halves, folded: every bit of the word reaches the low ones.
  @inline(__always) var hash: UInt64 {
    let low = Self.fold(parts.0 ^ 0xD6E8_FEB8_6659_FD93, parts.1 ^ 0x9E37_79B9_7F4A_7C15)
    if length <= 16 { return low }
    return Self.fold(low ^ parts.2, parts.3 ^ 0xD6E8_FEB8_6659_FD93)
  }

  @inline(__always) private static func fold(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let product = first.multipliedFullWidth(by: second)
    return product.high ^ product.low
  }
}

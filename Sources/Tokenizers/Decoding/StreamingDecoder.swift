/// Text from ids as they come, for generation: what it has returned never changes, and no scalar comes in halves.
public struct StreamingDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  private var isFirst = true
  /// The beginning of a scalar whose other bytes have not come.
  private var pending: [UInt8] = []

  /// A decoder at the start of a text.
  public init(_ tokenizer: Tokenizer, skippingSpecialTokens: Bool = true) {
    self.tokenizer = tokenizer
    skipsSpecialTokens = skippingSpecialTokens
  }

  /// The text that this id completes, often none.
  public mutating func append(_ id: Int32) -> String {
    guard let token = tokenizer.token(id), !(skipsSpecialTokens && tokenizer.isSpecial(id)) else { return "" }
    tokenizer.decoder.append(token, isFirst: isFirst, to: &pending)
    isFirst = false
    let held = Self.incompleteSuffixLength(of: pending)
    let text = String(decoding: pending.dropLast(held), as: UTF8.self)
    pending.removeFirst(pending.count - held)
    return text
  }

  /// What is left at the end: U+FFFD for a scalar that was never completed.
  public mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many last bytes begin a scalar that further bytes could complete.
  private static func incompleteSuffixLength(of bytes: [UInt8]) -> Int {
    for length in 1...4 {
      guard length <= bytes.count else { return 0 }
      let byte = bytes[bytes.count - length]
      if byte & 0xC0 == 0x80 { continue }
      let needed =
        switch byte {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
      guard needed > length else { return 0 }
      return length > 1 && !isPossible(second: bytes[bytes.count - length + 1], after: byte) ? 0 : length
    }
    return 0
  }

  /// Whether a second byte can follow a first (The Unicode Standard, table 3-7).
  private static func isPossible(second: UInt8, after first: UInt8) -> Bool {
    switch first {
    case 0xE0: second >= 0xA0
    case 0xED: second < 0xA0
    case 0xF0: second >= 0x90
    case 0xF4: second < 0x90
    default: true
    }
  }
}

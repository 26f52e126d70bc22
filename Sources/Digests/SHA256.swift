/// A SHA-256 digest of bytes that come in pieces.
///
/// - Sources: FIPS 180-4, sections 5 and 6.2.
public struct SHA256: Sendable {
  /// Bytes of a digest.
  public static let byteCount = 32

  private var state = SHA256Block.initialState
  /// The start of a block whose end has not come yet.
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  /// The digest of nothing so far.
  public init() { pending.reserveCapacity(SHA256Block.byteCount) }

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Adds bytes.
  public mutating func update(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Adds bytes; the memory is read only during the call.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length &+= UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let head = rest.prefix(SHA256Block.byteCount - pending.count)
      pending.append(contentsOf: head)
      rest = rest.dropFirst(head.count)
      guard pending.count == SHA256Block.byteCount else { return }
      pending.withUnsafeBytes { SHA256Block.compress($0, into: &state) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / SHA256Block.byteCount * SHA256Block.byteCount
    SHA256Block.compress(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)), into: &state)
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  /// The 32 bytes of the digest; more may be added to the original afterwards.
  public func finalize() -> [UInt8] {
    var last = pending
    last.append(0x80)
    let lengthPlace = SHA256Block.byteCount - 8
    while last.count % SHA256Block.byteCount != lengthPlace { last.append(0) }
    let bits = length &* 8
    for shift in stride(from: UInt64(56), through: 0, by: -8) { last.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    var state = state
    last.withUnsafeBytes { SHA256Block.compress($0, into: &state) }
    return (0..<8).flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: state[word] >> $0) }
    }
  }

  /// The digest in 64 lower-case hexadecimal digits.
  public func hex() -> String { finalize().hexadecimal }

  /// The digest of `bytes` in 64 lower-case hexadecimal digits.
  public static func hex(of bytes: [UInt8]) -> String {
    var digest = SHA256()
    digest.update(bytes)
    return digest.hex()
  }

  /// The digest of a text's UTF-8 bytes in 64 lower-case hexadecimal digits.
  public static func hex(of text: String) -> String { hex(of: Array(text.utf8)) }
}

extension Sequence<UInt8> {
  /// Two lower-case hexadecimal digits a byte.
  public var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

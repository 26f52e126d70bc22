/// GPT-2's spelling of bytes as visible scalars: printable bytes stand for themselves, the others for U+0100 onward.
enum ByteAlphabet {
  /// The scalar of each byte.
  static let scalars: [UInt32] = {
    var scalars: [UInt32] = []
    var next: UInt32 = 0x100
    for byte in UInt32(0)..<256 {
      if (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte) {
        scalars.append(byte)
      } else {
        scalars.append(next)
        next += 1
      }
    }
    return scalars
  }()

  /// The byte of each scalar below U+0144.
  private static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = UInt8(truncatingIfNeeded: byte) }
    return bytes
  }()

  /// The bytes in the order of their scalars, as vocabularies list them.
  static let sortedBytes: [UInt8] = (0..<256).sorted { scalars[$0] < scalars[$1] }.map { UInt8($0) }

  /// The bytes a token spells; nil where it holds another scalar.
  static func bytes(of token: String) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in token.unicodeScalars {
      guard scalar.value < 0x144, let byte = bytes[Int(scalar.value)] else { return nil }
      result.append(byte)
    }
    return result
  }

  static func token(of bytes: some Sequence<UInt8>) -> String {
    String(decoding: UTF8Text.bytes(of: bytes.map { scalars[Int($0)] }), as: UTF8.self)
  }

  /// The id of each byte in a vocabulary, negative where it is missing.
  static func ids(in vocabulary: Vocabulary) -> [Int32] {
    (UInt8.min...UInt8.max).map { vocabulary.modelID(of: token(of: [$0])) ?? -1 }
  }

  /// The id of each byte's piece, spelled `<0x0A>` as SentencePiece does, negative where it is missing.
  static func fallbackIDs(in vocabulary: Vocabulary) -> [Int32] {
    (UInt8.min...UInt8.max).map { vocabulary.modelID(of: fallbackToken(of: $0)) ?? -1 }
  }

  static func fallbackToken(of byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(digits.utf8.count < 2 ? "0" : "")\(digits)>"
  }

  /// The byte that such a piece stands for; nil for any other token.
  static func byte(ofFallback token: String) -> UInt8? {
    let bytes = Array(token.utf8)
    guard bytes.count == 6, bytes.starts(with: "<0x".utf8), bytes[5] == UInt8(ascii: ">") else { return nil }
    // As the reference library's parser, which takes a sign too.
    return UInt8(String(decoding: bytes[3..<5], as: UTF8.self), radix: 16)
  }
}

import Digests
import Testing

@Suite struct SHA256Tests {
  /// NIST's example messages (FIPS 180-4 examples; CAVP short messages).
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func knownAnswers(message: String, digest: String) {
    #expect(SHA256.hex(of: message) == digest)
  }

  @Test func aMillionLettersInOddPieces() {
    var digest = SHA256()
    let million = [UInt8](repeating: 0x61, count: 1_000_000)
    var place = 0
    var size = 1
    while place < million.count {
      let end = min(place + size, million.count)
      digest.update(million[place..<end])
      place = end
      size = size * 7 % 211 + 1
    }
    #expect(digest.hex() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func everySplitGivesTheSameDigest() {
    let bytes = (0..<150).map { UInt8($0) }
    let whole = SHA256.hex(of: bytes)
    for cut in 0...bytes.count {
      var digest = SHA256()
      digest.update(Array(bytes[..<cut]))
      digest.update(Array(bytes[cut...]))
      #expect(digest.hex() == whole, "cut at \(cut)")
    }
  }

  @Test func finalizingLeavesTheDigestOpen() {
    var digest = SHA256()
    digest.update(Array("ab".utf8))
    _ = digest.finalize()
    digest.update(Array("c".utf8))
    #expect(digest.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(digest.finalize().count == SHA256.byteCount)
  }
}

@Suite struct CRC32CTests {
  /// RFC 3720, appendix B.4, and the usual check string.
  static let answers: [([UInt8], UInt32)] = [
    (Array(repeating: 0, count: 32), 0x8A91_36AA), (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
    (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C),
    (Array("123456789".utf8), 0xE306_9283), ([], 0),
  ]

  @Test(arguments: answers)
  func knownAnswers(bytes: [UInt8], value: UInt32) {
    #expect(CRC32C.value(of: bytes) == value)
  }

  @Test func everySplitGivesTheSameValue() {
    let bytes = (0..<77).map { UInt8($0 * 3) }
    for cut in 0...bytes.count {
      var crc = CRC32C()
      crc.update(Array(bytes[..<cut]))
      crc.update(Array(bytes[cut...]))
      #expect(crc.value == CRC32C.value(of: bytes), "cut at \(cut)")
    }
  }

  /// mask(c) = rotate right 15 (c) + 0xA282EAD8, of the check string's value, worked out by hand.
  @Test func theMaskedFormIsTensorBoards() {
    let value: UInt32 = 0xE306_9283
    let rotated: UInt32 = 0x2507_C60D
    #expect(value >> 15 | value << 17 == rotated)
    #expect(CRC32C.masked(of: Array("123456789".utf8)) == rotated &+ 0xA282_EAD8)
  }

  @Test func aFlippedBitChangesTheValue() {
    let bytes = [UInt8](repeating: 0x5A, count: 40)
    let value = CRC32C.value(of: bytes)
    for bit in 0..<320 {
      var changed = bytes
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(CRC32C.value(of: changed) != value, "bit \(bit)")
    }
  }
}

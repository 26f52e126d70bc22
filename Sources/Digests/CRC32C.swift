/// A CRC-32C (Castagnoli) check value of bytes that come in pieces, eight bytes at a time.
///
/// - Sources: RFC 3720, appendix B.4; Kounavis and Berry 2008 (slicing by eight).
public struct CRC32C: Sendable {
  private var state: UInt32 = 0xFFFF_FFFF

  /// The check value of nothing so far.
  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Adds bytes; the memory is read only during the call.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var crc = state
    Self.tables.withUnsafeBufferPointer { table in
      var place = 0
      while place &+ 8 <= bytes.count {
        let low = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)) ^ crc
        let high = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place &+ 4, as: UInt32.self))
        crc = 0
        for index in 0..<4 {
          let shift = UInt32(8 &* index)
          crc ^= table[(7 &- index) &* 256 &+ Int((low &>> shift) & 255)]
          crc ^= table[(3 &- index) &* 256 &+ Int((high &>> shift) & 255)]
        }
        place &+= 8
      }
      while place < bytes.count {
        crc = table[Int((crc ^ UInt32(bytes[place])) & 255)] ^ (crc &>> 8)
        place &+= 1
      }
    }
    state = crc
  }

  /// The check value.
  public var value: UInt32 { ~state }

  /// The check value as TensorBoard's record files store it: rotated right by 15 bits, plus a constant.
  public var masked: UInt32 { (value &>> 15 | value &<< 17) &+ 0xA282_EAD8 }

  /// The check value of `bytes`.
  public static func value(of bytes: [UInt8]) -> UInt32 {
    var crc = CRC32C()
    crc.update(bytes)
    return crc.value
  }

  /// The masked check value of `bytes`.
  public static func masked(of bytes: [UInt8]) -> UInt32 {
    var crc = CRC32C()
    crc.update(bytes)
    return crc.masked
  }

  /// Eight tables of 256 words: table n advances a byte that has n bytes behind it.
  private static let tables: [UInt32] = {
    let polynomial: UInt32 = 0x82F6_3B78
    var tables = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ polynomial }
    }
    for index in 256..<2048 {
      let previous = tables[index - 256]
      tables.append(tables[Int(previous & 255)] ^ previous >> 8)
    }
    return tables
  }()
}

/// Properties of a scalar as the reference library sees them; bits 16 to 23 hold the canonical combining class.
struct UnicodeClass: OptionSet, Sendable {
  let rawValue: UInt32

  static let space = UnicodeClass(rawValue: 1 << 0)
  /// Removed by BERT's cleaning: control, format, private and unassigned scalars, U+0000 and U+FFFD.
  static let control = UnicodeClass(rawValue: 1 << 1)
  static let ideograph = UnicodeClass(rawValue: 1 << 2)
  static let punctuation = UnicodeClass(rawValue: 1 << 3)
  /// A nonspacing mark, removed with the accents.
  static let mark = UnicodeClass(rawValue: 1 << 4)
  static let letter = UnicodeClass(rawValue: 1 << 5)
  static let number = UnicodeClass(rawValue: 1 << 6)
  /// White space as GPT-2's pattern sees it.
  static let patternSpace = UnicodeClass(rawValue: 1 << 7)
  static let decomposes = UnicodeClass(rawValue: 1 << 8)
  static let lowers = UnicodeClass(rawValue: 1 << 9)

  var combiningClass: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 16) }
}

/// Every scalar's properties in two stages of 256, and the images of those that decompose or have a lower case.
///
/// Unpacked from a compact text on first use; the values come from the reference library (see
/// `Scripts/generate_unicode_tables.py`), whose properties mix several Unicode versions.
struct UnicodeTables: Sendable {
  static let shared = UnicodeTables()

  /// Where each block of 256 scalars starts in `kindOfScalar`.
  let blocks: [UInt16]
  let kindOfScalar: [UInt8]
  let kinds: [UnicodeClass]
  let decompositions: ScalarImages
  let lowercase: ScalarImages

  private init() {
    var reader = PackedBytes(UnicodeClassData.kinds)
    var kinds: [UnicodeClass] = []
    while let flags = reader.varint() { kinds.append(UnicodeClass(rawValue: UInt32(truncatingIfNeeded: flags))) }
    (blocks, kindOfScalar) = Self.unpack(UnicodeClassData.runs)
    self.kinds = kinds
    decompositions = ScalarImages(packed: UnicodeMappingData.decompositions)
    lowercase = ScalarImages(packed: UnicodeMappingData.lowercase)
  }

  /// Index of a scalar's property set in `kinds`.
  @inline(__always) func kind(of scalar: UInt32) -> Int {
    let block = Int(blocks[Int(scalar >> 8)])
    return Int(kindOfScalar[block << 8 | Int(scalar & 0xFF)])
  }

  @inline(__always) func properties(of scalar: UInt32) -> UnicodeClass { kinds[kind(of: scalar)] }

  /// The canonical decomposition of one scalar, without ordering against its neighbors.
  func decomposition(of scalar: UInt32) -> [UInt32]? {
    if Hangul.syllables.contains(scalar) { return Hangul.decomposition(of: scalar) }
    return decompositions.image(of: scalar)
  }

  private static func unpack(_ text: StaticString) -> (blocks: [UInt16], kinds: [UInt8]) {
    var reader = PackedBytes(text)
    var flat = [UInt8](repeating: 0, count: 0x110000)
    var scalar = 0
    while let length = reader.varint(), let kind = reader.byte() {
      let end = min(scalar + length, flat.count)
      if kind != 0 { flat.withUnsafeMutableBufferPointer { $0[scalar..<end].update(repeating: kind) } }
      scalar = end
    }
    var blocks: [UInt16] = []
    var kinds: [UInt8] = []
    var uniform: [UInt8: UInt16] = [:]
    for start in stride(from: 0, to: flat.count, by: 256) {
      let block = flat[start..<start + 256]
      let first = flat[start]
      let isUniform = block.allSatisfy { $0 == first }
      if isUniform, let known = uniform[first] {
        blocks.append(known)
        continue
      }
      let index = UInt16(truncatingIfNeeded: kinds.count >> 8)
      if isUniform { uniform[first] = index }
      blocks.append(index)
      kinds.append(contentsOf: block)
    }
    return (blocks, kinds)
  }
}

/// Hangul syllables decompose by arithmetic (The Unicode Standard, section 3.12).
enum Hangul {
  static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3

  static func decomposition(of syllable: UInt32) -> [UInt32] {
    let index = syllable - 0xAC00
    let lead = 0x1100 + index / 588
    let vowel = 0x1161 + index % 588 / 28
    let trail = index % 28
    return trail == 0 ? [lead, vowel] : [lead, vowel, 0x11A7 + trail]
  }
}

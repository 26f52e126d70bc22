/// A trie over bytes as a double array: the child of a node by a byte lies at the node's base, xor the byte. (Aoe 1989;
/// one base for one node, so that the byte stored at a child proves its parent, as in Yata et al. 2007.)
///
/// A unit is one word: the base in bits 0 to 27, the id plus one in bits 28 to 54, the byte that leads to it plus one
/// above. The first block of 256 units stays empty: nodes without children have base zero.
struct PieceTrie: Sendable {
  /// Ids that fit a unit.
  static let maximumCount = 1 << 27 - 1
  /// Bytes of keys that surely fit the array.
  static let maximumByteCount = 1 << 25

  private(set) var units: [UInt64]

  /// The unit of the empty key.
  static let root = 256

  @inline(__always) static func child(of unit: UInt64, by byte: UInt8) -> Int {
    Int(truncatingIfNeeded: unit & 0xFFF_FFFF) ^ Int(byte)
  }

  @inline(__always) static func isReached(_ unit: UInt64, by byte: UInt8) -> Bool {
    unit >> 55 == UInt64(byte) &+ 1
  }

  /// The id of the key that ends here, negative where none does.
  @inline(__always) static func id(of unit: UInt64) -> Int {
    Int(truncatingIfNeeded: unit >> 28 & 0x7FF_FFFF) &- 1
  }

  /// The id of a whole key.
  func id(of key: Slice<UnsafeBufferPointer<UInt8>>) -> Int32? {
    var unit = units[Self.root]
    for byte in key {
      unit = units[Self.child(of: unit, by: byte)]
      if !Self.isReached(unit, by: byte) { return nil }
    }
    let id = Self.id(of: unit)
    return id < 0 ? nil : Int32(truncatingIfNeeded: id)
  }
}

extension PieceTrie {
  /// Two ids with the same key.
  struct Duplicate: Error {
    let first: Int32
    let second: Int32
  }

  /// Builds the array from keys that are not empty, at most `maximumCount` with `maximumByteCount` bytes in all.
  init(_ keys: [(bytes: [UInt8], id: Int32)]) throws(Duplicate) {
    let keys = keys.sorted { a, b in
      a.bytes == b.bytes ? a.id < b.id : a.bytes.lexicographicallyPrecedes(b.bytes)
    }
    for (key, next) in zip(keys, keys.dropFirst()) where key.bytes == next.bytes {
      throw Duplicate(first: key.id, second: next.id)
    }
    var builder = DoubleArrayBuilder()
    var waiting = [(unit: Self.root, keys: 0..<keys.count, depth: 0)]
    var labels: [UInt8] = []
    var ranges: [Range<Int>] = []
    var next = 0
    while next < waiting.count {
      let (unit, range, depth) = waiting[next]
      next += 1
      var first = range.lowerBound
      if first < range.upperBound, keys[first].bytes.count == depth {
        builder.setID(keys[first].id, of: unit)
        first += 1
      }
      labels.removeAll(keepingCapacity: true)
      ranges.removeAll(keepingCapacity: true)
      while first < range.upperBound {
        let label = keys[first].bytes[depth]
        let start = first
        while first < range.upperBound, keys[first].bytes[depth] == label { first += 1 }
        labels.append(label)
        ranges.append(start..<first)
      }
      if labels.isEmpty { continue }
      let base = builder.place(labels, under: unit)
      for (label, range) in zip(labels, ranges) { waiting.append((base ^ Int(label), range, depth + 1)) }
    }
    units = builder.units
  }
}

/// Finds places for the children of one node after another, in blocks of 256 units.
private struct DoubleArrayBuilder {
  /// Which units and which bases of a block are taken.
  private struct Block {
    var units = ByteSet()
    var bases = ByteSet()
    var freeCount = 256
    var failures = 0
  }

  private(set) var units = [UInt64](repeating: 0, count: 256)
  private var blocks = [Block()]
  /// Blocks that may still have room, oldest first.
  private var open: [Int] = []

  init() {
    addBlock()
    take(PieceTrie.root)
  }

  mutating func setID(_ id: Int32, of unit: Int) { units[unit] |= UInt64(id + 1) << 28 }

  /// Places the children of a node, whose labels ascend, and returns its base.
  mutating func place(_ labels: [UInt8], under parent: Int) -> Int {
    let base = findBase(labels)
    units[parent] |= UInt64(base)
    blocks[base >> 8].bases.insert(UInt8(base & 0xFF))
    for label in labels {
      units[base ^ Int(label)] = (UInt64(label) + 1) << 55
      take(base ^ Int(label))
    }
    return base
  }

  private mutating func findBase(_ labels: [UInt8]) -> Int {
    var index = 0
    while index < open.count {
      let block = open[index]
      if blocks[block].freeCount >= labels.count, let base = base(in: blocks[block], labels) {
        return block << 8 | Int(base)
      }
      // A block that fails often is given up, so that the search stays short.
      blocks[block].failures += 1
      if blocks[block].freeCount == 0 || blocks[block].failures > 64 {
        open.remove(at: index)
      } else {
        index += 1
      }
    }
    addBlock()
    return (blocks.count - 1) << 8 | 0
  }

  private func base(in block: Block, _ labels: [UInt8]) -> UInt8? {
    for unit in UInt8.min...UInt8.max where !block.units.contains(unit) {
      let base = unit ^ labels[0]
      if block.bases.contains(base) { continue }
      if labels.allSatisfy({ !block.units.contains(base ^ $0) }) { return base }
    }
    return nil
  }

  private mutating func take(_ unit: Int) {
    blocks[unit >> 8].units.insert(UInt8(unit & 0xFF))
    blocks[unit >> 8].freeCount -= 1
  }

  private mutating func addBlock() {
    open.append(blocks.count)
    blocks.append(Block())
    units.append(contentsOf: repeatElement(0, count: 256))
  }
}

/// A set of bytes as 256 bits.
private struct ByteSet {
  private var words = SIMD4<UInt64>()

  func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 != 0 }

  mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
}

/// A set of scalars as ascending ranges that neither overlap nor touch.
struct ScalarRanges: Equatable, Sendable {
  static let all = ScalarRanges(0...0x10FFFF)

  private(set) var ranges: [ClosedRange<UInt32>] = []

  init() {}

  init(_ range: ClosedRange<UInt32>) { ranges = [range] }

  init(_ scalars: some Sequence<UInt32>) {
    for scalar in scalars.sorted() { append(scalar...scalar) }
  }

  var isEmpty: Bool { ranges.isEmpty }

  var inverted: ScalarRanges {
    var result = ScalarRanges()
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { result.append(next...0x10FFFF) }
    return result
  }

  func contains(_ scalar: UInt32) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(scalar)
  }

  func union(_ other: ScalarRanges) -> ScalarRanges {
    var result = ScalarRanges()
    var (i, j) = (0, 0)
    while i < ranges.count || j < other.ranges.count {
      let takesOwn =
        j == other.ranges.count || i < ranges.count && ranges[i].lowerBound <= other.ranges[j].lowerBound
      result.append(takesOwn ? ranges[i] : other.ranges[j])
      if takesOwn { i += 1 } else { j += 1 }
    }
    return result
  }

  func intersection(_ other: ScalarRanges) -> ScalarRanges { inverted.union(other.inverted).inverted }

  /// Adds a range that begins no earlier than the last one.
  mutating func append(_ range: ClosedRange<UInt32>) {
    guard let last = ranges.last, range.lowerBound <= last.upperBound + 1 else {
      ranges.append(range)
      return
    }
    ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
  }
}

/// A set of scalars that answers at once: a bit per scalar, in two stages of 256.
struct ScalarSet: Sendable {
  /// Where each block of 256 scalars starts in `bits`.
  private let blocks: [UInt16]
  private let bits: [UInt64]

  init(_ ranges: ScalarRanges) {
    var blocks = [UInt16](repeating: 0, count: 0x1100)
    // The first two blocks are the empty and the full one.
    var bits: [UInt64] = [0, 0, 0, 0, .max, .max, .max, .max]
    for range in ranges.ranges {
      for block in range.lowerBound >> 8...range.upperBound >> 8 {
        let first = max(range.lowerBound, block << 8) & 0xFF
        let last = min(range.upperBound, block << 8 | 0xFF) & 0xFF
        if first == 0, last == 0xFF {
          blocks[Int(block)] = 4
          continue
        }
        if blocks[Int(block)] == 0 {
          blocks[Int(block)] = UInt16(truncatingIfNeeded: bits.count)
          bits.append(contentsOf: [0, 0, 0, 0])
        }
        let start = Int(blocks[Int(block)])
        for scalar in first...last { bits[start + Int(scalar >> 6)] |= 1 << UInt64(scalar & 63) }
      }
    }
    (self.blocks, self.bits) = (blocks, bits)
  }

  /// Blocks and bits, for a table of several sets.
  var table: (blocks: [UInt16], bits: [UInt64]) { (blocks, bits) }

  @inline(__always) func contains(_ scalar: UInt32) -> Bool {
    let start = Int(blocks[Int(scalar >> 8)])
    return bits[start + Int(scalar >> 6 & 3)] >> UInt64(scalar & 63) & 1 != 0
  }
}

/// Several sets of scalars in one table.
struct ScalarSetTable: Sendable {
  /// Two words of each set: its first 128 scalars.
  private var ascii: [UInt64] = []
  private var blocks: [UInt32] = []
  private var bits: [UInt64] = []

  /// Adds a set; the sets are numbered from 0.
  mutating func append(_ set: ScalarSet) {
    let (blocks, bits) = set.table
    let start = UInt32(self.bits.count)
    self.blocks.append(contentsOf: blocks.map { start + UInt32($0) })
    self.bits.append(contentsOf: bits)
    ascii.append(contentsOf: bits[Int(blocks[0])..<Int(blocks[0]) + 2])
  }

  @inline(__always) func contains(ascii byte: UInt8, set: Int) -> Bool {
    ascii[set << 1 | Int(byte >> 6)] >> UInt64(byte & 63) & 1 != 0
  }

  @inline(__always) func contains(_ scalar: UInt32, set: Int) -> Bool {
    let start = Int(blocks[set * 0x1100 + Int(scalar >> 8)])
    return bits[start + Int(scalar >> 6 & 3)] >> UInt64(scalar & 63) & 1 != 0
  }
}

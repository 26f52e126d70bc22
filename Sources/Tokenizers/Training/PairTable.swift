/// Two neighboring symbols as one number, whose order is that of the left symbols and then of the right.
struct SymbolPair: Equatable, Sendable {
  let key: UInt64

  @inline(__always) init(_ left: Int32, _ right: Int32) {
    key = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  var left: Int32 { Int32(truncatingIfNeeded: key >> 32) }
  var right: Int32 { Int32(truncatingIfNeeded: key) }
}

/// Numbers for pairs in the order of first sight, with their counts: open addressing.
struct PairTable: Sendable {
  /// A pair's number plus one; zero is empty.
  private var slots = [Int32](repeating: 0, count: 1 << 12)
  private(set) var pairs: [SymbolPair] = []
  var counts: [Int] = []

  /// The number of a pair, given on first sight.
  @inline(__always) mutating func number(of pair: SymbolPair) -> Int {
    var place = Self.hash(pair) & (slots.count - 1)
    while slots[place] != 0 {
      let number = Int(slots[place]) - 1
      if pairs[number] == pair { return number }
      place = (place + 1) & (slots.count - 1)
    }
    pairs.append(pair)
    counts.append(0)
    slots[place] = Int32(truncatingIfNeeded: pairs.count)
    if pairs.count * 2 > slots.count { grow() }
    return pairs.count - 1
  }

  private static func hash(_ pair: SymbolPair) -> Int {
    Int(truncatingIfNeeded: (pair.key &* 0x9E37_79B9_7F4A_7C15) >> 31)
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for (number, pair) in pairs.enumerated() {
      var place = Self.hash(pair) & (slots.count - 1)
      while slots[place] != 0 { place = (place + 1) & (slots.count - 1) }
      slots[place] = Int32(truncatingIfNeeded: number + 1)
    }
  }
}

/// The places of a text of symbols, ordered by the symbols that follow, up to a depth; places that agree so far stay in
/// the order of the text.
///
/// A radix sort from the last symbol to the first: linear in the text whatever repeats in it, which is all that a
/// bounded depth needs. Places are first dealt out by what they begin with, and the groups sorted side by side.
struct SuffixArray {
  let places: [UInt32]

  /// Sorts the places of `text`, whose symbols are below `symbolCount`; beyond its end the text counts as zeros.
  init(_ text: [UInt32], symbolCount: Int, depth: Int, threads: Int = 1) {
    let digits = Digits(text, symbolCount: symbolCount, depth: depth)
    let groups = Self.groups(digits, count: text.count)
    let sorted = concurrentMap(count: groups.count, threads: threads) { Self.sorted(groups[$0], digits) }
    places = Array(sorted.joined())
  }

  /// Several symbols from each place on as one number, as many as fit few enough buckets.
  private struct Digits {
    var values: [UInt32]
    /// Where each digit begins, in symbols from the place, and what its value is divided by to end at the depth.
    var windows: [(start: Int, divisor: UInt32)] = []

    init(_ text: [UInt32], symbolCount: Int, depth: Int) {
      var width = 1
      var radix = symbolCount
      while width < depth, radix * symbolCount <= 1 << 13 {
        radix *= symbolCount
        width += 1
      }
      for start in stride(from: 0, to: depth, by: width) {
        let surplus = max(0, start + width - depth)
        let divisor = (0..<surplus).reduce(1) { product, _ in product * symbolCount }
        windows.append((start, UInt32(truncatingIfNeeded: divisor)))
      }
      values = Array(repeating: 0, count: text.count + depth)
      for distance in 0..<width {
        for place in 0..<text.count {
          let symbol = place + distance < text.count ? text[place + distance] : 0
          values[place] = values[place] &* UInt32(truncatingIfNeeded: symbolCount) &+ symbol
        }
      }
    }
  }

  /// The places in about equal groups by their first digits, in the order of the text within each.
  private static func groups(_ digits: Digits, count: Int) -> [[UInt32]] {
    guard let divisor = digits.windows.first?.divisor else { return [Array(0..<UInt32(truncatingIfNeeded: count))] }
    var counts = [Int](repeating: 0, count: Int(digits.values.max() ?? 0) + 1)
    for place in 0..<count { counts[Int(digits.values[place] / divisor)] += 1 }
    var groupOfDigit = [Int](repeating: 0, count: counts.count)
    var sizes = [0]
    for (digit, size) in counts.enumerated() {
      if sizes[sizes.count - 1] > count / 16 { sizes.append(0) }
      groupOfDigit[digit] = sizes.count - 1
      sizes[sizes.count - 1] += size
    }
    var groups = sizes.map { size in
      var group: [UInt32] = []
      group.reserveCapacity(size)
      return group
    }
    for place in 0..<count {
      groups[groupOfDigit[Int(digits.values[place] / divisor)]].append(UInt32(truncatingIfNeeded: place))
    }
    return groups
  }

  private static func sorted(_ places: [UInt32], _ digits: Digits) -> [UInt32] {
    var order = places
    var other = places
    var keys = places
    for (start, divisor) in digits.windows.reversed() {
      digits.values.withUnsafeBufferPointer { values in
        for (rank, place) in order.enumerated() { keys[rank] = values[Int(place) &+ start] }
      }
      if divisor > 1 { for rank in keys.indices { keys[rank] /= divisor } }
      sort(order, into: &other, by: keys)
      swap(&order, &other)
    }
    return order
  }

  /// One stable pass of counting sort.
  private static func sort(_ order: [UInt32], into other: inout [UInt32], by keys: [UInt32]) {
    var starts = [UInt32](repeating: 0, count: Int(keys.max() ?? 0) + 2)
    other.withUnsafeMutableBufferPointer { other in
      starts.withUnsafeMutableBufferPointer { starts in
        for key in keys { starts[Int(key) &+ 1] &+= 1 }
        for key in 1..<starts.count { starts[key] &+= starts[key - 1] }
        for (place, key) in zip(order, keys) {
          other[Int(starts[Int(key)])] = place
          starts[Int(key)] &+= 1
        }
      }
    }
  }

  /// How many symbols each place has in common with the one before it in the order, up to `depth` and to the first
  /// zero; the first place has none.
  func commonLengths(in text: [UInt32], depth: Int) -> [UInt8] {
    var lengths = [UInt8](repeating: 0, count: places.count)
    text.withUnsafeBufferPointer { text in
      for rank in places.indices.dropFirst() {
        let (a, b) = (Int(places[rank - 1]), Int(places[rank]))
        let limit = min(depth, text.count - max(a, b))
        var length = 0
        while length < limit, text[a + length] == text[b + length], text[a + length] != 0 { length += 1 }
        lengths[rank] = UInt8(truncatingIfNeeded: length)
      }
    }
    return lengths
  }
}

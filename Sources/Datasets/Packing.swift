/// Items of given lengths in bins of one capacity.
package enum Packing {
  /// Best fit, longest first: each item goes into the fullest bin that has room for it.
  ///
  /// Equal lengths keep their order, so the same lengths always give the same bins. No length may exceed `capacity`.
  /// - Sources: Johnson et al. 1974; at most 11/9 of the fewest bins possible, and one bin.
  package static func bestFit(_ lengths: [Int], capacity: Int) -> [[Int]] {
    var bins: [[Int]] = []
    var rooms = Rooms(capacity: capacity)
    for item in sortedDescending(lengths, capacity: capacity) {
      if let (bin, room) = rooms.takeFullest(with: lengths[item]) {
        bins[bin].append(item)
        rooms.add(bin, room: room - lengths[item])
      } else {
        bins.append([item])
        rooms.add(bins.count - 1, room: capacity - lengths[item])
      }
    }
    return bins
  }

  /// The items from the longest to the shortest, equal ones in order: one counting sort.
  private static func sortedDescending(_ lengths: [Int], capacity: Int) -> [Int] {
    var starts = [Int](repeating: 0, count: capacity + 2)
    for length in lengths { starts[capacity - length + 1] += 1 }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    var order = [Int](repeating: 0, count: lengths.count)
    for (item, length) in lengths.enumerated() {
      order[starts[capacity - length]] = item
      starts[capacity - length] += 1
    }
    return order
  }

  /// Bins by the room they have left, and which rooms occur.
  private struct Rooms {
    private var bins: [[Int]]
    private var occurs: [UInt64]

    init(capacity: Int) {
      bins = [[Int]](repeating: [], count: capacity + 1)
      occurs = [UInt64](repeating: 0, count: capacity / 64 + 1)
    }

    mutating func add(_ bin: Int, room: Int) {
      bins[room].append(bin)
      occurs[room / 64] |= 1 << UInt64(room % 64)
    }

    /// Takes out the bin with the least room that is at least `length`.
    mutating func takeFullest(with length: Int) -> (bin: Int, room: Int)? {
      var word = length / 64
      var bits = word < occurs.count ? occurs[word] & (~0 << UInt64(length % 64)) : 0
      while bits == 0 {
        word += 1
        guard word < occurs.count else { return nil }
        bits = occurs[word]
      }
      let room = word * 64 + bits.trailingZeroBitCount
      guard let bin = bins[room].popLast() else { return nil }
      if bins[room].isEmpty { occurs[word] &= ~(1 << UInt64(room % 64)) }
      return (bin, room)
    }
  }
}

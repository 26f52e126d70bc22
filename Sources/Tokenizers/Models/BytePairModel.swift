/// Byte-level byte-pair encoding: the learned merges, earliest first, leftmost first, until none applies.
/// (Sennrich et al. 2016; Radford et al. 2019, section 2.2.)
struct BytePairModel: Sendable {
  /// One learned merge: two ids become one.
  struct Merge: Equatable, Sendable {
    var left: Int32
    var right: Int32
    var result: Int32
  }

  let merges: [Merge]
  let unknown: Int32?
  /// Consecutive unknown bytes become one unknown token.
  let fusesUnknown: Bool
  private let byteIDs: [Int32]
  private let table: MergeTable

  /// `byteIDs` gives each byte's id, negative where the vocabulary lacks it.
  init(byteIDs: [Int32], merges: [Merge], unknown: Int32? = nil, fusesUnknown: Bool = false) {
    self.byteIDs = byteIDs
    self.merges = merges
    self.unknown = unknown
    self.fusesUnknown = fusesUnknown
    table = MergeTable(merges)
  }

  /// Appends the pieces of a word.
  func appendPieces(of word: UnsafeBufferPointer<UInt8>, to pieces: inout PieceList) {
    var symbols: [Symbol] = []
    symbols.reserveCapacity(word.count)
    var lastIsUnknown = false
    for (place, byte) in word.enumerated() {
      let id = byteIDs[Int(byte)]
      if id >= 0 {
        symbols.append(Symbol(id: id, end: place + 1))
        lastIsUnknown = false
      } else if let unknown {
        if lastIsUnknown, fusesUnknown { symbols.removeLast() }
        symbols.append(Symbol(id: unknown, end: place + 1))
        lastIsUnknown = true
      }
    }
    if symbols.count < 48 { mergeByScanning(&symbols) } else { mergeByQueue(&symbols) }
    for symbol in symbols { pieces.append(symbol.id, end: symbol.end) }
  }

  private struct Symbol {
    var id: Int32
    var end: Int
    /// Packed rank and result of the merge with the next symbol.
    var merge = MergeTable.none
  }

  /// Short words: the best merge by looking at all of them.
  private func mergeByScanning(_ symbols: inout [Symbol]) {
    guard symbols.count > 1 else { return }
    for i in 0..<symbols.count - 1 { symbols[i].merge = table[symbols[i].id, symbols[i + 1].id] }
    while true {
      var best = MergeTable.none
      var place = 0
      for i in 0..<symbols.count where symbols[i].merge < best {
        best = symbols[i].merge
        place = i
      }
      if best == MergeTable.none { return }
      symbols[place].id = MergeTable.result(of: best)
      symbols[place].end = symbols[place + 1].end
      symbols.remove(at: place + 1)
      symbols[place].merge =
        place + 1 < symbols.count ? table[symbols[place].id, symbols[place + 1].id] : MergeTable.none
      if place > 0 { symbols[place - 1].merge = table[symbols[place - 1].id, symbols[place].id] }
    }
  }

  /// Long words: a queue of merges by rank, then place, over linked symbols.
  private func mergeByQueue(_ symbols: inout [Symbol]) {
    var next = Array(1...symbols.count)
    var previous = Array(-1..<symbols.count - 1)
    var isGone = [Bool](repeating: false, count: symbols.count)
    var queue = MergeQueue()
    let count = symbols.count
    func offer(_ place: Int) {
      guard place >= 0, next[place] < count else { return }
      let merge = table[symbols[place].id, symbols[next[place]].id]
      symbols[place].merge = merge
      if merge != MergeTable.none { queue.push(merge: merge, place: place) }
    }
    for place in 0..<count { offer(place) }
    while let (merge, place) = queue.pop() {
      if isGone[place] || symbols[place].merge != merge { continue }
      let gone = next[place]
      guard gone < count else { continue }
      symbols[place].id = MergeTable.result(of: merge)
      symbols[place].end = symbols[gone].end
      symbols[place].merge = MergeTable.none
      isGone[gone] = true
      next[place] = next[gone]
      if next[place] < count { previous[next[place]] = place }
      offer(place)
      if previous[place] >= 0 {
        symbols[previous[place]].merge = MergeTable.none
        offer(previous[place])
      }
    }
    symbols = symbols.indices.filter { !isGone[$0] }.map { symbols[$0] }
  }
}

/// Merges by pair of ids, in one open-addressing table: the value packs rank and result.
struct MergeTable: Sendable {
  static let none = UInt64.max

  private var keys: [UInt64]
  private var values: [UInt64]

  /// A pair given twice keeps its later rank, as in the reference library.
  init(_ merges: [BytePairModel.Merge]) {
    var capacity = 64
    while capacity < merges.count * 2 { capacity *= 2 }
    keys = Array(repeating: Self.none, count: capacity)
    values = Array(repeating: Self.none, count: capacity)
    for (rank, merge) in merges.enumerated() {
      let key = Self.key(merge.left, merge.right)
      let place = place(of: key)
      keys[place] = key
      values[place] = UInt64(truncatingIfNeeded: rank) << 32 | UInt64(UInt32(bitPattern: merge.result))
    }
  }

  @inline(__always) subscript(_ left: Int32, _ right: Int32) -> UInt64 { values[place(of: Self.key(left, right))] }

  @inline(__always) static func result(of merge: UInt64) -> Int32 { Int32(truncatingIfNeeded: merge) }

  @inline(__always) private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always) private func place(of key: UInt64) -> Int {
    let mask = keys.count - 1
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while keys[place] != Self.none, keys[place] != key { place = (place + 1) & mask }
    return place
  }
}

/// A binary heap of merges: the smallest rank first, then the leftmost place.
private struct MergeQueue {
  private var items: [(merge: UInt64, place: Int)] = []

  mutating func push(merge: UInt64, place: Int) {
    items.append((merge, place))
    var child = items.count - 1
    while child > 0, items[child] < items[(child - 1) / 2] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> (merge: UInt64, place: Int)? {
    guard let first = items.first else { return nil }
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= items.count { break }
      if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
      if items[parent] <= items[child] { break }
      items.swapAt(parent, child)
      parent = child
    }
    return first
  }
}

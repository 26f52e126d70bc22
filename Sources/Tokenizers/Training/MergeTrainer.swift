/// Byte-pair training over words of symbols: the most frequent neighbors become one symbol, again and again.
///
/// Ties go to the pair of the smaller ids, left before right, so the result depends on the counts alone. (Sennrich et
/// al. 2016, algorithm 1; the order of ties is that of the Hugging Face library.)
struct MergeTrainer {
  /// All words' symbols end to end; a word shrinks in place.
  private var symbols: [Int32] = []
  private var starts: [Int] = []
  private var lengths: [Int32] = []
  private var counts: [Int] = []
  private var pairs = PairTable()
  private var queue = PairQueue()

  /// Adds a word that occurs `count` times.
  mutating func add(_ word: [Int32], count: Int) {
    guard word.count > 1 else { return }
    starts.append(symbols.count)
    lengths.append(Int32(truncatingIfNeeded: word.count))
    counts.append(count)
    symbols += word
  }

  /// Learns merges until `limit` returns true or no pair occurs `minimumCount` times; `result` gives the id that a
  /// pair becomes, new or old.
  mutating func train(
    minimumCount: Int, isFull: () -> Bool, result: (Int32, Int32) -> Int32
  ) -> [BytePairModel.Merge] {
    countPairs()
    var merges: [BytePairModel.Merge] = []
    while !isFull(), let item = queue.pop() {
      let count = pairs.counts[item.pair]
      if item.count != count {
        if count > 0 { queue.push(PairQueue.Item(count: count, key: item.key, pair: item.pair)) }
        continue
      }
      if count < max(1, minimumCount) { break }
      let left = Int32(truncatingIfNeeded: item.key >> 32)
      let right = Int32(truncatingIfNeeded: item.key)
      let merge = BytePairModel.Merge(left: left, right: right, result: result(left, right))
      merges.append(merge)
      apply(merge, pair: item.pair)
    }
    return merges
  }

  private mutating func countPairs() {
    for word in starts.indices {
      let start = starts[word]
      for place in start..<start + Int(lengths[word]) - 1 {
        let pair = pairs.index(of: PairTable.key(symbols[place], symbols[place + 1]))
        pairs.add(counts[word], to: pair, in: word)
      }
    }
    for pair in pairs.counts.indices where pairs.counts[pair] > 0 {
      queue.push(PairQueue.Item(count: pairs.counts[pair], key: pairs.keys[pair], pair: pair))
    }
  }

  private mutating func apply(_ merge: BytePairModel.Merge, pair: Int) {
    let words = pairs.takeWords(of: pair)
    pairs.clearCount(of: pair)
    var grown: Set<Int> = []
    for word in words { apply(merge, pair: pair, inWord: Int(word), &grown) }
    for pair in grown where pairs.counts[pair] > 0 {
      queue.push(PairQueue.Item(count: pairs.counts[pair], key: pairs.keys[pair], pair: pair))
    }
  }

  /// Merges every occurrence in one word, left to right, and moves its neighbors' counts.
  private mutating func apply(_ merge: BytePairModel.Merge, pair: Int, inWord word: Int, _ grown: inout Set<Int>) {
    let start = starts[word]
    var length = Int(lengths[word])
    let count = counts[word]
    var read = start
    var write = start
    let end = start + length
    while read < end {
      guard read + 1 < end, symbols[read] == merge.left, symbols[read + 1] == merge.right else {
        symbols[write] = symbols[read]
        read += 1
        write += 1
        continue
      }
      if write > start {
        let previous = symbols[write - 1]
        change(previous, merge.left, by: -count, except: pair)
        grow(previous, merge.result, by: count, in: word, &grown)
      }
      if read + 2 < end {
        let next = symbols[read + 2]
        change(merge.right, next, by: -count, except: pair)
        grow(merge.result, next, by: count, in: word, &grown)
      }
      symbols[write] = merge.result
      read += 2
      write += 1
      length -= 1
    }
    lengths[word] = Int32(truncatingIfNeeded: length)
  }

  private mutating func change(_ left: Int32, _ right: Int32, by amount: Int, except pair: Int) {
    let changed = pairs.index(of: PairTable.key(left, right))
    if changed != pair { pairs.add(amount, to: changed) }
  }

  private mutating func grow(_ left: Int32, _ right: Int32, by amount: Int, in word: Int, _ grown: inout Set<Int>) {
    let changed = pairs.index(of: PairTable.key(left, right))
    pairs.add(amount, to: changed, in: word)
    grown.insert(changed)
  }
}

/// Counts of neighboring symbols and the words each pair was met in.
private struct PairTable {
  /// Pair number plus one, by open addressing.
  private var slots = [Int32](repeating: 0, count: 1 << 12)
  private(set) var keys: [UInt64] = []
  private(set) var counts: [Int] = []
  private var words: [[Int32]] = []

  @inline(__always) static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The number of a pair, given on first sight.
  @inline(__always) mutating func index(of key: UInt64) -> Int {
    var place = Self.hash(key) & (slots.count - 1)
    while slots[place] != 0 {
      let index = Int(slots[place]) - 1
      if keys[index] == key { return index }
      place = (place + 1) & (slots.count - 1)
    }
    keys.append(key)
    counts.append(0)
    words.append([])
    slots[place] = Int32(truncatingIfNeeded: keys.count)
    if keys.count * 2 > slots.count { grow() }
    return keys.count - 1
  }

  @inline(__always) mutating func add(_ amount: Int, to pair: Int) { counts[pair] += amount }

  @inline(__always) mutating func add(_ amount: Int, to pair: Int, in word: Int) {
    counts[pair] += amount
    let word = Int32(truncatingIfNeeded: word)
    if words[pair].last != word { words[pair].append(word) }
  }

  mutating func clearCount(of pair: Int) { counts[pair] = 0 }

  mutating func takeWords(of pair: Int) -> [Int32] {
    defer { words[pair] = [] }
    return words[pair]
  }

  private static func hash(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 31)
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for (index, key) in keys.enumerated() {
      var place = Self.hash(key) & (slots.count - 1)
      while slots[place] != 0 { place = (place + 1) & (slots.count - 1) }
      slots[place] = Int32(truncatingIfNeeded: index + 1)
    }
  }
}

/// A binary heap of pairs: the highest count first, then the smaller ids.
private struct PairQueue {
  struct Item {
    var count: Int
    var key: UInt64
    var pair: Int
  }

  private var items: [Item] = []

  @inline(__always) private static func precedes(_ a: Item, _ b: Item) -> Bool {
    a.count != b.count ? a.count > b.count : a.key < b.key
  }

  mutating func push(_ item: Item) {
    items.append(item)
    var child = items.count - 1
    while child > 0, Self.precedes(items[child], items[(child - 1) / 2]) {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Item? {
    guard let first = items.first else { return nil }
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= items.count { break }
      if child + 1 < items.count, Self.precedes(items[child + 1], items[child]) { child += 1 }
      if !Self.precedes(items[child], items[parent]) { break }
      items.swapAt(parent, child)
      parent = child
    }
    return first
  }
}

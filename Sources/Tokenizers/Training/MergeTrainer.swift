/// Byte-pair training over words of symbols: the most frequent neighbors become one symbol, again and again.
///
/// Ties go to the pair of the smaller ids, left before right, so the result depends on the counts alone. (Sennrich et
/// al. 2016, algorithm 1; the order of ties is that of the Hugging Face library.)
///
/// Where two pairs spell the same token, a pair may come up again after it was merged. As in that library its count
/// then begins where it ended before, and each time it comes up it waits in the queue with the words of that time only;
/// the merge made last is the one that ranks.
struct MergeTrainer: PairTrainer {
  private var words = SymbolWords()
  private var pairs = PairTable()
  private var places = PairPlaces()
  private var queue = PairQueue()

  /// Adds a word that occurs `count` times.
  mutating func add(_ word: some Sequence<Int32>, count: Int) { words.add(word, count: count) }

  mutating func train(
    minimumCount: Int, isFull: () -> Bool, result: (Int32, Int32) -> Int32
  ) -> [BytePairModel.Merge] {
    countPairs()
    var merges: [BytePairModel.Merge] = []
    while !isFull(), var item = queue.pop() {
      let count = pairs.counts[item.number]
      if item.count != count {
        item.count = count
        if count > 0 { queue.push(item) }
        continue
      }
      if count < max(1, minimumCount) { break }
      let (left, right) = (item.pair.left, item.pair.right)
      let merge = BytePairModel.Merge(left: left, right: right, result: result(left, right))
      merges.append(merge)
      apply(merge, list: item.list)
    }
    return merges
  }

  private mutating func countPairs() {
    words.countPairs(&pairs, &places)
    queueNotedPairs()
  }

  private mutating func queueNotedPairs() {
    places.makeLists { number, list in
      let count = pairs.counts[number]
      guard count > 0 else { return }
      queue.push(PairQueue.Item(count: count, pair: pairs.pairs[number], number: number, list: list))
    }
  }

  private mutating func apply(_ merge: BytePairModel.Merge, list: Int) {
    var changes: [SymbolWords.Change] = []
    for place in places.words(ofList: list) {
      let word = places[place]
      changes.removeAll(keepingCapacity: true)
      _ = words.merge(merge, inWord: word, &changes)
      let count = words.counts[word]
      for change in changes {
        let number = pairs.number(of: change.pair)
        pairs.counts[number] += change.isGain ? count : -count
        if change.isGain { places.note(pair: number, word: word) }
      }
    }
    queueNotedPairs()
  }
}

/// A binary heap of pairs: the highest count first, then the smaller ids.
private struct PairQueue: Sendable {
  struct Item: Sendable {
    var count: Int
    let pair: SymbolPair
    let number: Int
    /// The list of its words.
    let list: Int
  }

  private var items: [Item] = []

  @inline(__always) private static func precedes(_ a: Item, _ b: Item) -> Bool {
    a.count != b.count ? a.count > b.count : a.pair.key < b.pair.key
  }

  mutating func push(_ item: Item) {
    items.append(item)
    var child = items.count - 1
    while child > 0, Self.precedes(item, items[(child - 1) / 2]) {
      items[child] = items[(child - 1) / 2]
      child = (child - 1) / 2
    }
    items[child] = item
  }

  mutating func pop() -> Item? {
    guard let first = items.first, let last = items.popLast() else { return nil }
    if items.isEmpty { return first }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= items.count { break }
      if child + 1 < items.count, Self.precedes(items[child + 1], items[child]) { child += 1 }
      if !Self.precedes(items[child], last) { break }
      items[parent] = items[child]
      parent = child
    }
    items[parent] = last
    return first
  }
}

/// Training by the gain of likelihood: the neighbors that occur together most often for how often each occurs at all,
/// count(ab) / (count(a) · count(b)), become one symbol, again and again.
///
/// (Schuster and Nakajima 2012, "Japanese and Korean Voice Search", section 3; Wu et al. 2016, section 4.1.) Scores are
/// compared as fractions, exactly; ties go to the pair of the smaller ids, left before right.
///
/// A merge changes the counts of three symbols and by that the scores of all their pairs. The pairs are kept by their
/// left symbol, each group with its best: within a group count(a) is no matter, so a new count(a) costs one comparison
/// in the tournament of the groups and a new count(b) one for each pair that ends in b. A group is looked through again
/// only where its best pair became rarer. Pairs below the least count are in no list.
struct LikelihoodTrainer: PairTrainer {
  private var words = SymbolWords()
  private var pairs = PairTable()
  private var places = PairPlaces()
  /// By pair: the lists of its words.
  private var lists: [[Int32]] = []
  private var minimumCount = 1
  private var groups = PairGroups()

  /// Adds a word that occurs `count` times, of one symbol too: it counts for the symbol.
  mutating func add(_ word: some Collection<Int32>, count: Int) {
    for symbol in word { groups.addCount(count, of: symbol) }
    words.add(word, count: count)
  }

  mutating func train(
    minimumCount: Int, isFull: () -> Bool, result: (Int32, Int32) -> Int32
  ) -> [BytePairModel.Merge] {
    self.minimumCount = max(1, minimumCount)
    countPairs()
    var merges: [BytePairModel.Merge] = []
    while !isFull(), let number = groups.best(pairs) {
      let pair = pairs.pairs[number]
      let merge = BytePairModel.Merge(left: pair.left, right: pair.right, result: result(pair.left, pair.right))
      merges.append(merge)
      apply(merge, number: number)
    }
    return merges
  }

  private mutating func countPairs() {
    words.countPairs(&pairs, &places)
    listNotedPairs()
    for number in pairs.pairs.indices { groups.update(number, pairs, minimumCount: minimumCount) }
    groups.settle(pairs)
  }

  private mutating func listNotedPairs() {
    while lists.count < pairs.pairs.count { lists.append([]) }
    places.makeLists { number, list in lists[number].append(Int32(truncatingIfNeeded: list)) }
  }

  private mutating func apply(_ merge: BytePairModel.Merge, number merged: Int) {
    var changes: [SymbolWords.Change] = []
    var touched: [Int] = []
    var occurrences = 0
    for list in lists[merged] {
      for place in places.words(ofList: Int(list)) {
        let word = places[place]
        changes.removeAll(keepingCapacity: true)
        let count = words.counts[word]
        occurrences += count * words.merge(merge, inWord: word, &changes)
        for change in changes {
          let number = pairs.number(of: change.pair)
          pairs.counts[number] += change.isGain ? count : -count
          touched.append(number)
          if change.isGain { places.note(pair: number, word: word) }
        }
      }
    }
    lists[merged] = []
    pairs.counts[merged] = 0
    listNotedPairs()
    groups.addCount(-occurrences, of: merge.left)
    groups.addCount(-occurrences, of: merge.right)
    groups.addCount(occurrences, of: merge.result)
    touched.append(merged)
    // A group that may lose its best must be known before any of its pairs is compared with that.
    for number in touched { groups.spoilGroup(whoseBestIs: number, pairs) }
    groups.spoilGroups(whoseBestEndsIn: merge.result, pairs)
    for number in touched { groups.update(number, pairs, minimumCount: minimumCount) }
    for symbol in [merge.left, merge.right] { groups.reconsiderPairs(endingIn: symbol, pairs) }
    groups.settle(pairs)
  }
}

/// Pairs by their left symbol, the best of each group, and the best of all.
private struct PairGroups: Sendable {
  private struct Group: Sendable {
    /// How often the symbol occurs.
    var count = 0
    /// Its pairs that occur often enough.
    var pairs: [Int32] = []
    /// Pairs that end in the symbol, and may have become too rare.
    var endings: [Int32] = []
    /// The best pair's number, -1 for none.
    var best = -1
    var isChanged = false
    /// True where the best has to be looked for again.
    var isSpoiled = false
  }

  private var groups: [Group] = []
  private var changed: [Int] = []
  /// By pair: whether it is in the lists.
  private var isListed: [Bool] = []
  /// A tournament: the root at 1, symbols as leaves from the middle on, each node with its winner, -1 for none.
  private var winners: [Int32] = [-1, -1]

  mutating func addCount(_ amount: Int, of symbol: Int32) {
    let symbol = Int(symbol)
    while groups.count <= symbol { groups.append(Group()) }
    groups[symbol].count += amount
    change(symbol)
  }

  private mutating func change(_ group: Int) {
    if groups[group].isChanged { return }
    groups[group].isChanged = true
    changed.append(group)
  }

  /// The number of the best pair.
  func best(_ pairs: PairTable) -> Int? {
    let group = Int(winners[1])
    return group < 0 ? nil : groups[group].best
  }

  /// Takes note of a pair's new count.
  mutating func update(_ number: Int, _ pairs: PairTable, minimumCount: Int) {
    while isListed.count <= number { isListed.append(false) }
    let pair = pairs.pairs[number]
    let left = Int(pair.left)
    if pairs.counts[number] < minimumCount {
      isListed[number] = false
      return
    }
    if !isListed[number] {
      isListed[number] = true
      groups[left].pairs.append(Int32(truncatingIfNeeded: number))
      groups[Int(pair.right)].endings.append(Int32(truncatingIfNeeded: number))
    }
    consider(number, in: left, pairs)
  }

  /// Before a pair's new count is taken note of: it may no longer be its group's best.
  mutating func spoilGroup(whoseBestIs number: Int, _ pairs: PairTable) {
    let left = Int(pairs.pairs[number].left)
    if groups[left].best == number { spoil(left) }
  }

  private mutating func spoil(_ group: Int) {
    groups[group].isSpoiled = true
    change(group)
  }

  private mutating func consider(_ number: Int, in group: Int, _ pairs: PairTable) {
    let best = groups[group].best
    guard !groups[group].isSpoiled, best != number else { return }
    guard best < 0 || isBetter(number, than: best, pairs) else { return }
    groups[group].best = number
    change(group)
  }

  /// After the symbol became rarer: its pairs with others before it gained.
  mutating func reconsiderPairs(endingIn symbol: Int32, _ pairs: PairTable) {
    var endings: [Int32] = []
    swap(&endings, &groups[Int(symbol)].endings)
    endings.removeAll { !isListed[Int($0)] }
    for number in endings {
      let left = Int(pairs.pairs[Int(number)].left)
      if groups[left].best == Int(number) { change(left) } else { consider(Int(number), in: left, pairs) }
    }
    groups[Int(symbol)].endings = endings
  }

  /// After the symbol became more frequent: where it made the best pair, another may be better.
  mutating func spoilGroups(whoseBestEndsIn symbol: Int32, _ pairs: PairTable) {
    for number in groups[Int(symbol)].endings {
      let left = Int(pairs.pairs[Int(number)].left)
      if groups[left].best == Int(number) { spoil(left) }
    }
  }

  /// Finds the best of every group that changed, and of all.
  mutating func settle(_ pairs: PairTable) {
    grow(pairs)
    for group in changed {
      groups[group].isChanged = false
      if groups[group].isSpoiled { searchBest(of: group, pairs) }
    }
    for group in changed { replay(group, pairs) }
    changed.removeAll(keepingCapacity: true)
  }

  private mutating func searchBest(of group: Int, _ pairs: PairTable) {
    groups[group].isSpoiled = false
    groups[group].pairs.removeAll { !isListed[Int($0)] }
    var best = -1
    for number in groups[group].pairs where best < 0 || isBetter(Int(number), than: best, pairs) { best = Int(number) }
    groups[group].best = best
  }

  /// Makes leaves for new symbols.
  private mutating func grow(_ pairs: PairTable) {
    guard winners.count / 2 < groups.count else { return }
    var leaves = winners.count / 2
    while leaves < groups.count { leaves *= 2 }
    winners = Array(repeating: -1, count: 2 * leaves)
    for group in groups.indices { change(group) }
  }

  private mutating func replay(_ group: Int, _ pairs: PairTable) {
    var node = winners.count / 2 + group
    winners[node] = groups[group].best < 0 ? -1 : Int32(truncatingIfNeeded: group)
    while node > 1 {
      node /= 2
      let (a, b) = (winners[2 * node], winners[2 * node + 1])
      if !hasPair(a) || !hasPair(b) {
        winners[node] = hasPair(a) ? a : hasPair(b) ? b : -1
      } else {
        winners[node] = isBetter(group: Int(b), than: Int(a), pairs) ? b : a
      }
    }
  }

  /// False for no group, and for one that lost its pairs and is still to be replayed.
  private func hasPair(_ group: Int32) -> Bool { group >= 0 && groups[Int(group)].best >= 0 }

  /// Of two pairs with the same left symbol; ties to the smaller right symbol.
  @inline(__always) private func isBetter(_ a: Int, than b: Int, _ pairs: PairTable) -> Bool {
    let (pairA, pairB) = (pairs.pairs[a], pairs.pairs[b])
    let x = UInt(pairs.counts[a]).multipliedFullWidth(by: UInt(groups[Int(pairB.right)].count))
    let y = UInt(pairs.counts[b]).multipliedFullWidth(by: UInt(groups[Int(pairA.right)].count))
    return (x.high, x.low) == (y.high, y.low) ? pairA.right < pairB.right : (x.high, x.low) > (y.high, y.low)
  }

  /// Of two groups by their best pairs; on a tie false, so that the first stays.
  private func isBetter(group a: Int, than b: Int, _ pairs: PairTable) -> Bool {
    let (pairA, pairB) = (groups[a].best, groups[b].best)
    let (leftA, rightA) = (groups[a].count, groups[Int(pairs.pairs[pairA].right)].count)
    let (leftB, rightB) = (groups[b].count, groups[Int(pairs.pairs[pairB].right)].count)
    let x = Double(pairs.counts[pairA]) * Double(leftB) * Double(rightB)
    let y = Double(pairs.counts[pairB]) * Double(leftA) * Double(rightA)
    // Each side is off by less than a part in 10^15; only near ties need the exact products, of up to 192 bits.
    if abs(x - y) > 1e-12 * x { return x > y }
    let exactX = Self.product(pairs.counts[pairA], leftB, rightB)
    let exactY = Self.product(pairs.counts[pairB], leftA, rightA)
    return exactX > exactY
  }

  /// The product of three counts, in its upper 128 bits and its lower 64.
  private static func product(_ a: Int, _ b: Int, _ c: Int) -> (UInt128, UInt64) {
    let (high, low) = UInt64(b).multipliedFullWidth(by: UInt64(c))
    let (carry, lowest) = low.multipliedFullWidth(by: UInt64(a))
    let (top, middle) = high.multipliedFullWidth(by: UInt64(a))
    return ((UInt128(top) << 64 | UInt128(middle)) + UInt128(carry), lowest)
  }
}

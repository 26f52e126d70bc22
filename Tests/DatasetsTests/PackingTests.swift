import Datasets
import Randomness
import Testing

@Suite struct PackingTests {
  @Test func everyItemIsInOneBinAndNoBinOverflows() {
    for capacity in [1, 5, 63, 64, 65, 200] {
      var numbers = RandomKey(seed: 3, purpose: .world).numbers(sample: UInt64(capacity))
      let lengths = (0..<500).map { _ in 1 + numbers.below(capacity) }
      let bins = Packing.bestFit(lengths, capacity: capacity)
      #expect(bins.flatMap { $0 }.sorted() == Array(lengths.indices))
      #expect(bins.allSatisfy { bin in (1...capacity).contains(bin.reduce(0) { $0 + lengths[$1] }) })
      let fewest = (lengths.reduce(0, +) + capacity - 1) / capacity
      #expect(bins.count * 9 <= fewest * 11 + 9 + capacity, "\(bins.count) bins, at least \(fewest)")
    }
  }

  @Test func anItemGoesIntoTheFullestBinWithRoom() {
    #expect(Packing.bestFit([6, 5, 4, 5], capacity: 10) == [[0, 2], [1, 3]])
    #expect(Packing.bestFit([7, 6, 3, 4], capacity: 10) == [[0, 2], [1, 3]])
    #expect(Packing.bestFit([], capacity: 10) == [])
  }

  @Test func tokenSharesAreNeverEmptyAndCoverAllRows() {
    for count in 1...6 {
      let shares = TokenBudgetPlan.shares([1, 9, 1, 1, 30, 2], count: count)
      #expect(shares.count == count && shares.allSatisfy { !$0.isEmpty })
      #expect(shares.flatMap { Array($0) } == Array(0..<6))
    }
  }
}

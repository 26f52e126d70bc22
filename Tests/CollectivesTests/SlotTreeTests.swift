import Collectives
import Testing

@Suite struct SlotTreeTests {
  /// The tree as a text in brackets.
  private func shape(_ slots: Range<Int>, empty: Set<Int> = []) -> String? {
    SlotTree.fold(slots) {
      empty.contains($0) ? nil : "\($0)"
    } join: {
      "(\($0) \($1))"
    }
  }

  @Test func treeIsBalancedAndItsAlignedPartsAreTheSameForAnyCount() {
    #expect(shape(0..<8) == "(((0 1) (2 3)) ((4 5) (6 7)))")
    #expect(shape(0..<6) == "(((0 1) (2 3)) (4 5))")
    #expect(shape(0..<5) == "(((0 1) (2 3)) 4)")
    #expect(shape(0..<1) == "0" && shape(0..<0) == nil)
  }

  @Test func emptySlotsChangeNothing() {
    #expect(shape(0..<4, empty: [1, 2]) == "(0 3)")
    #expect(shape(0..<4, empty: [0, 1, 2, 3]) == nil)
  }

  @Test func accumulatingIsFoldingInWhichLeavesJoinWhatLiesAtTheirLeft() {
    for count in 0...17 {
      for empty: Set<Int> in [[], [0], [1], [0, 1], [2, 3], Set(0..<count), Set(1..<max(1, count))] {
        let found = SlotTree.accumulate(0..<count) { slot, left -> String? in
          if empty.contains(slot) { return left }
          return left.map { "(\($0) \(slot))" } ?? "\(slot)"
        } join: {
          "(\($0) \($1))"
        }
        #expect(found == shape(0..<count, empty: empty), "\(count) without \(empty)")
      }
    }
  }

  @Test func rowsAreDealtInOrderWithSizesDifferingByAtMostOne() {
    for (rows, slots) in [(10, 4), (3, 8), (8, 8), (0, 2), (17, 5)] {
      let ranges = SlotTree.deal(rows, into: slots)
      #expect(ranges.flatMap(Array.init) == Array(0..<rows))
      let sizes = ranges.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1, "\(sizes)")
    }
  }

  @Test func workersCoverTheTreeWithTheFewestNodes() {
    #expect(SlotTree.nodes(covering: 0..<8, of: 8) == [0..<8])
    #expect(SlotTree.nodes(covering: 2..<5, of: 8) == [2..<4, 4..<5])
    #expect(SlotTree.nodes(covering: 1..<7, of: 8) == [1..<2, 2..<4, 4..<6, 6..<7])
    #expect(SlotTree.nodes(covering: 3..<3, of: 8) == [])
    for count in 1...17 {
      for workers in 1...count {
        let ranges = (0..<workers).map { $0 * count / workers..<($0 + 1) * count / workers }
        let nodes = ranges.flatMap { SlotTree.nodes(covering: $0, of: count) }
        #expect(nodes.flatMap(Array.init) == Array(0..<count), "\(count) slots, \(workers) workers")
      }
    }
  }

  @Test func thereAreAsManyBuffersAsAreAliveAtATimeAndNoMore() {
    for count in 1...33 {
      for lower in 0..<count {
        for upper in lower + 1...count {
          let nodes = SlotTree.nodes(covering: lower..<upper, of: count)
          var (alive, most) = (0, 0)
          for node in nodes {
            _ = SlotTree.accumulate(node) { _, left -> Int? in
              alive += left == nil ? 1 : 0
              most = max(most, alive)
              return 0
            } join: { _, _ in
              alive -= 1
              return 0
            }
          }
          #expect(SlotTree.liveCount(nodes) == most, "\(lower)..<\(upper) of \(count)")
        }
      }
    }
  }
}

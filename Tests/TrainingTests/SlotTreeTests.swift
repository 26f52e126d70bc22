import Testing
import Training

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

  @Test func rowsAreDealtInOrderWithSizesDifferingByAtMostOne() {
    for (rows, slots) in [(10, 4), (3, 8), (8, 8), (0, 2), (17, 5)] {
      let ranges = SlotTree.deal(rows, into: slots)
      #expect(ranges.flatMap(Array.init) == Array(0..<rows))
      let sizes = ranges.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1, "\(sizes)")
    }
  }
}

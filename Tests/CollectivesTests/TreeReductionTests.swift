import Collectives
import Kernels
import Testing

@Suite struct TreeReductionTests {
  /// Numbers of very different sizes, so that the order of additions shows.
  private static func value(_ slot: Int, _ element: Int) -> Float {
    Float((slot * 7919 + element * 104_729) % 1_000 - 500) * (element % 3 == 0 ? 1e6 : 1e-3)
  }

  /// The sum by definition: the left half and the right half, cut at the largest power of two below the count.
  private static func sum(_ slots: Range<Int>, _ element: Int, without empty: Set<Int>) -> Float? {
    if slots.count == 1 { return empty.contains(slots.lowerBound) ? nil : value(slots.lowerBound, element) }
    var half = 1
    while half * 2 < slots.count { half *= 2 }
    let left = sum(slots.lowerBound..<slots.lowerBound + half, element, without: empty)
    let right = sum(slots.lowerBound + half..<slots.upperBound, element, without: empty)
    guard let left, let right else { return left ?? right }
    return left + right
  }

  @Test(arguments: [(1, 1), (4, 1), (4, 2), (5, 3), (8, 1), (8, 3), (8, 5), (8, 7), (8, 8), (13, 4)])
  func sumIsThatOfTheTreeWhoeverComputesWhat(slots: Int, members: Int) throws {
    let elements = 40_000
    for empty: Set<Int> in [[], [0], [1, 2], Set(1..<slots)] where slots > (empty.max() ?? 0) {
      try GroupOfThreads(members, bytes: 64 << 20).run { group in
        let reduction = TreeReduction(group, slotCount: slots, floatCount: elements)
        var free = Array(reduction.ownBuffers.indices.reversed())
        for (number, node) in reduction.ownNodes.enumerated() {
          let place = SlotTree.accumulate(node) { slot, left -> Int? in
            if empty.contains(slot) { return left }
            let buffer = left ?? free.removeLast()
            for element in 0..<elements {
              let before = left == nil ? 0 : reduction.ownBuffers[buffer][element]
              reduction.ownBuffers[buffer][element] = before + Self.value(slot, element)
            }
            return buffer
          } join: { left, right in
            for element in 0..<elements {
              reduction.ownBuffers[left][element] += reduction.ownBuffers[right][element]
            }
            free.append(right)
            return left
          }
          reduction.place(node: number, in: place)
        }
        try group.barrier()
        reduction.reduce()
        try group.barrier()
        let expected = (0..<elements).map { Self.sum(0..<slots, $0, without: empty) }
        guard let sum = reduction.sum else {
          #expect(expected[0] == nil)
          return
        }
        #expect((0..<elements).allSatisfy { sum[$0] == expected[$0] }, "without slots \(empty)")
        let squares = ElementwiseKernel.sumOfSquares(sum, count: elements)
        #expect(reduction.sumOfSquares == squares, "\(reduction.sumOfSquares) \(squares)")
      }
    }
  }

  @Test func fingerprintSeesASingleBit() throws {
    try GroupOfThreads(2, bytes: 8 << 20).run { group in
      let reduction = TreeReduction(group, slotCount: 2, floatCount: 20_000)
      func digest(_ change: (UnsafeMutablePointer<Float>) -> Void = { _ in }) throws -> UInt64 {
        for element in 0..<20_000 { reduction.ownBuffers[0][element] = Self.value(group.rank, element) }
        change(reduction.ownBuffers[0])
        reduction.place(node: 0, in: 0)
        try group.barrier()
        reduction.reduce()
        try group.barrier()
        reduction.inspect()
        try group.barrier()
        let digest = reduction.digest
        try group.barrier()
        return digest
      }
      let first = try digest()
      #expect(try digest() == first)
      #expect(try digest { if group.rank == 1 { $0[19_999] = $0[19_999].nextUp } } != first)
    }
  }
}

import Randomness
import Testing

@Suite struct PhiloxTests {
  /// The known-answer vectors of Random123 (kat_vectors, philox4x32 10).
  @Test func philoxGivesThePublishedKnownAnswers() {
    let ones = UInt32.max
    #expect(
      Philox.words(SIMD4(repeating: 0), key: SIMD2(repeating: 0))
        == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    #expect(
      Philox.words(SIMD4(repeating: ones), key: SIMD2(repeating: ones))
        == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    #expect(
      Philox.words(
        SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), key: SIMD2(0xA409_3822, 0x299F_31D0))
        == SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  @Test(arguments: [1, 2, 3, 7, 16, 17, 1000, 4097])
  func permutationVisitsEveryPlaceOnce(_ count: Int) {
    let order = Permutation(count: count, numbers: RandomKey(seed: 1, purpose: .order).numbers(sample: 0))
    #expect(Set((0..<count).map { order[$0] }) == Set(0..<count))
  }

  @Test func purposesAndPositionsHaveNumbersOfTheirOwn() {
    var seen = Set<UInt64>()
    for purpose in Purpose.allCases {
      for sample in 0..<4 as Range<UInt64> {
        for epoch in 0..<3 {
          for site in 0..<3 {
            var numbers = RandomKey(seed: 7, purpose: purpose).numbers(sample: sample, epoch: epoch, site: site)
            seen.insert(numbers.next())
          }
        }
      }
    }
    #expect(seen.count == Purpose.allCases.count * 4 * 3 * 3)
  }

  @Test func boundedIntegersAreUniform() {
    var numbers = RandomKey(seed: 3, purpose: .sampling).numbers(sample: 0)
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<60_000 { counts[numbers.below(6)] += 1 }
    let chiSquared = counts.map { Double(($0 - 10_000) * ($0 - 10_000)) / 10_000 }.reduce(0, +)
    #expect(chiSquared < 30, "\(counts)")  // 5 degrees of freedom: exceeded once in 70,000 seeds
  }

  @Test func normalNumbersHaveTheMomentsOfTheNormalDistribution() {
    var numbers = RandomKey(seed: 5, purpose: .initialization).numbers(sample: 0)
    let values = (0..<40_000).map { _ in numbers.normal() }
    let mean = values.reduce(0, +) / 40_000
    let variance = values.map { $0 * $0 }.reduce(0, +) / 40_000
    #expect(abs(mean) < 0.025 && abs(variance - 1) < 0.04, "\(mean) \(variance)")
  }
}

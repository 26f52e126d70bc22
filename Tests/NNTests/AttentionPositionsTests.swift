import NN
import Testing

@Suite struct AttentionPositionsTests {
  /// Press, Smith and Lewis 2022, section 3: 1/2, 1/4, … 1/256 for eight heads. Six have those of four, and the first two of
  /// every second of eight.
  @Test(arguments: [
    [2, 4, 8, 16, 32, 64, 128, 256], [256], [4, 16, 64, 256, 2, 8],
  ])
  func slopesAreThoseOfThePaper(divisors: [Float]) throws {
    let headCount = divisors.count
    guard case .linearBiases(let slopes) = AttentionPositions.linearBiases(headCount: headCount) else {
      Issue.record("no linear biases")
      return
    }
    #expect(slopes == divisors.map { 1 / $0 })
  }
}

import Testing

@testable import Training

@Suite struct GradientNormsTests {
  @Test func thereIsNoLimitBeforeEnoughNormsAreKnown() {
    var norms = GradientNorms()
    for _ in 0..<127 { norms.append(1) }
    #expect(norms.limit(clipNorm: 1) == .infinity)
    norms.append(1)
    #expect(norms.limit(clipNorm: 1) == 10)
  }

  @Test func limitIsTenTimesTheMedianOfTheLast128AndNeverUnderTenTimesTheClip() {
    var norms = GradientNorms()
    for norm in 1...1_000 { norms.append(Double(norm)) }
    // The last 128 are 873 to 1,000; the middle one of an even count is the upper.
    #expect(norms.list == (873...1_000).map(Double.init))
    #expect(norms.limit(clipNorm: 1) == 9_370)
    for _ in 0..<128 { norms.append(0.001) }
    #expect(norms.limit(clipNorm: 1) == 10)
    #expect(norms.limit(clipNorm: nil) == 0.01)
  }

  @Test func oneLargeNormDoesNotRaiseTheLimitAndInfinityIsNotKept() {
    var norms = GradientNorms(Array(repeating: 2, count: 128))
    norms.append(1e9)
    norms.append(.infinity)
    #expect(norms.limit(clipNorm: 1) == 20 && norms.list.last == 1e9)
  }

  @Test(arguments: [0, 5, 128, 300]) func whatIsSavedGoesOnAsIfNothingHadHappened(count: Int) {
    var norms = GradientNorms()
    for norm in 0..<count { norms.append(Double(norm)) }
    var read = GradientNorms(norms.list)
    #expect(read == norms)
    norms.append(7)
    read.append(7)
    #expect(read == norms)
  }
}

import Foundation
import Generation
import JSON
import Randomness
import TestSupport
import Testing

/// Choosing tokens, against the probabilities of transformers' warpers.
@Suite struct SamplerTests {
  @Test func distributionsAreThoseOfTransformers() throws {
    let fixture = try Fixtures.json("gpt2/sampling.json")
    let cases = fixture["settings"]?.array ?? []
    try #require(!cases.isEmpty, "\(fixture.object?.keys ?? [])")
    let logits = (fixture["logits"]?.array ?? []).compactMap(\.double)
    for wanted in cases {
      let sampler = Sampler(
        temperature: wanted["temperature"]?.double ?? 1, topK: wanted["top_k"]?.int ?? 0,
        topP: wanted["top_p"]?.double ?? 1)
      let kept = sampler.distribution(logits)
      let total = kept.reduce(0) { $0 + $1.weight }
      // Of equal logits we keep the lower id, and transformers the higher or both: they are compared together.
      var found: [Double: Double] = [:]
      for (id, weight) in kept { found[logits[Int(id)], default: 0] += weight / total }
      var expected: [Double: Double] = [:]
      for (logit, probability) in zip(logits, (wanted["probabilities"]?.array ?? []).compactMap(\.double)) {
        expected[logit, default: 0] += probability
      }
      let error = expected.map { abs($1 - (found[$0] ?? 0)) }.max() ?? 1
      #expect(error < 1e-6, "\(error)")
    }
  }

  @Test func drawsFollowTheDistribution() {
    let sampler = Sampler(temperature: 1)
    var numbers = RandomKey(seed: 3, purpose: .sampling).numbers(sample: 0)
    let draws = 20_000
    var ones = 0
    for _ in 0..<draws where sampler.choose([0, Float(log(3.0))], after: [], numbers: &numbers) == 1 { ones += 1 }
    // p = 3/4; the standard deviation of the share is 0.0031.
    let share = Double(ones) / Double(draws)
    #expect(abs(share - 0.75) < 0.015, "\(share)")
  }

  @Test func withoutTemperatureTheLargestWinsAndTheLowerIdOfEquals() {
    var numbers = RandomKey(seed: 3, purpose: .sampling).numbers(sample: 0)
    #expect(Sampler().choose([1, 5, 5, 2], after: [], numbers: &numbers) == 1)
  }

  @Test func aPenaltyMakesSeenTokensLessLikelyWhateverTheirSign() {
    var numbers = RandomKey(seed: 3, purpose: .sampling).numbers(sample: 0)
    let sampler = Sampler(repetitionPenalty: 2)
    #expect(sampler.choose([3, 2, -9], after: [0], numbers: &numbers) == 1)
    #expect(sampler.choose([-2, -3, -9], after: [0], numbers: &numbers) == 1)
  }
}

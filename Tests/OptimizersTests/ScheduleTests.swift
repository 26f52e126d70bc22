import JSON
import Optimizers
import TestSupport
import Testing

@Suite struct ScheduleTests {
  /// Factors computed by transformers from step W on, and by (s + 1)/W before.
  @Test func factorsAgreeWithTheReference() throws {
    let curves: [String: Schedule.Curve] = [
      "linear": .linear, "cosine": .cosine, "inverse_sqrt": .inverseSquareRoot, "constant_with_warmup": .constant,
      "warmup_stable_decay": .warmupStableDecay,
    ]
    var compared = 0
    for entry in try Fixtures.json("optimizers/schedules.json").array ?? [] {
      guard let curve = entry["type"]?.string.flatMap({ curves[$0] }) else { continue }
      if let decay = entry["decay_type"]?.string, decay != "linear" { continue }
      let steps = entry["steps"]?.int ?? 0
      let schedule = Schedule(
        curve, warmupSteps: entry["warmup"]?.int ?? 0, horizon: steps, leastFactor: entry["minimum"]?.double ?? 0,
        decayShare: Double(entry["decay"]?.int ?? 0) / Double(steps))
      for (step, expected) in (entry["factors"]?.array ?? []).enumerated() {
        let found = schedule.factor(at: step)
        #expect(abs(found - (expected.double ?? .nan)) < 1e-9, "\(entry["type"] ?? .null) step \(step): \(found)")
        compared += 1
      }
    }
    #expect(compared > 100)
  }

  @Test func afterTheHorizonTheFactorStaysAtItsLeast() {
    #expect(Schedule(.linear, horizon: 10).factor(at: 25) == 0)
    #expect(Schedule(.cosine, horizon: 10, leastFactor: 0.1).factor(at: 10) == 0.1)
  }
}

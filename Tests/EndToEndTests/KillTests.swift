import Checkpoints
import Glibc
import Testing

/// Death at any instant costs time, never bits.
@Suite struct KillTests {
  /// Steps of a run here: long after the last instant, so that every kill meets a living process.
  private static let steps = 160
  private static let lastInstant = 100

  @Test(arguments: [("[mlm, nsp]", 14, UInt64(11)), ("[clm]", 6, 12)])
  func killedAtAnyInstantARunEndsWithTheSameBits(objective: String, kills: Int, seed: UInt64) throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline(objective, ["  max_steps: \(Self.steps)"])
      #expect(try toy.cloze(pipeline, "--as", "undisturbed").code == 0)
      let expected = try toy.lastFiles("undisturbed", step: Self.steps)
      let metrics = try toy.metrics("undisturbed")
      #expect(metrics.count == Self.steps + Self.steps / 20, "\(metrics.count) records")
      var dice = Dice(seed: seed)
      var instants: [String] = []
      for number in 0..<kills {
        let name = try kill(number, toy, pipeline, &dice, &instants)
        let saved = toy.savedSteps(name).last
        instants[number] += saved.map { ", goes on from \($0)" } ?? ", begins anew"
        let finished = try toy.cloze(pipeline, "--as", name)
        #expect(finished.code == 0, "\(finished.errors)")
        let differing = zip(try toy.lastFiles(name, step: Self.steps), expected).filter { $0 != $1 }.map(\.1.name)
        #expect(differing.isEmpty, "after a kill \(instants[number]): \(differing)")
        #expect(try toy.metrics(name) == metrics, "after a kill \(instants[number])")
      }
      print("\(objective), \(kills) kills: " + instants.joined(separator: "; "))
    }
  }

  /// Starts a run and kills it at an instant of its own; where a busy machine let it finish first, another run is killed
  /// at another instant, so that every kill has fired.
  private func kill(
    _ number: Int, _ toy: Toy, _ pipeline: String, _ dice: inout Dice, _ instants: inout [String]
  ) throws -> String {
    for attempt in 0..<8 {
      let name = "killed-\(number)-\(attempt)"
      let process = try toy.start(pipeline, "--as", name)
      let instant = hit(process, toy, name, number, &dice)
      process.send(SIGKILL)
      guard try process.wait().ending == .killed(signal: SIGKILL) else { continue }
      instants.append(instant)
      return name
    }
    Issue.record("kill \(number) came too late eight times")
    return ""
  }

  /// Waits for the instant of a kill: some milliseconds after the start, or some microseconds after a step.
  private func hit(
    _ process: ClozeProcess, _ toy: Toy, _ name: String, _ number: Int, _ dice: inout Dice
  ) -> String {
    if number % 4 == 3 {
      let pause = dice.below(80_000)
      usleep(UInt32(pause))
      return "\(pause / 1_000) ms after the start"
    }
    let step = dice.below(Self.lastInstant)
    let pause = dice.below(3_000)
    _ = process.reaches { toy.lineCount(name) > step }
    usleep(UInt32(pause))
    return "\(pause) µs after line \(step + 1)"
  }

  @Test func killedAgainAndAgainARunStillEndsWithTheSameBits() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline("[mlm, nsp]", ["  max_steps: \(Self.steps)"])
      #expect(try toy.cloze(pipeline, "--as", "undisturbed").code == 0)
      var dice = Dice(seed: 13)
      var kills = 0
      for round in 0..<6 {
        let process = try toy.start(pipeline, "--as", "killed")
        let lines = toy.lineCount("killed")
        _ = process.reaches { toy.lineCount("killed") > lines + 2 + round }
        usleep(UInt32(dice.below(2_000)))
        process.send(SIGKILL)
        if try process.wait().ending == .killed(signal: SIGKILL) { kills += 1 }
      }
      #expect(kills > 2, "\(kills) of 6 kills met a living process")
      #expect(try toy.cloze(pipeline, "--as", "killed").code == 0)
      #expect(
        try toy.lastFiles("killed", step: Self.steps) == toy.lastFiles("undisturbed", step: Self.steps))
      #expect(try toy.metrics("killed") == toy.metrics("undisturbed"))
    }
  }
}

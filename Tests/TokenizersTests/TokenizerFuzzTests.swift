import Foundation
import Testing

@testable import Tokenizers

/// Random tokenizer files, texts, trainings and expressions, the same on every run.
///
/// `CLOZE_FUZZ=1200 CLOZE_FUZZ_FROM=1000000` goes on for so many seconds with each, from a seed of its own, and prints
/// where it is: a crash leaves its files in a temporary folder and is met again from the seed printed last.
@Suite("Fuzzing") struct TokenizerFuzzTests {
  private static let seconds = number("CLOZE_FUZZ") ?? 0
  private static let first = UInt64(number("CLOZE_FUZZ_FROM") ?? 1_000_000)

  private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

  /// Runs seeds, each of which says whether its mutant was taken; at least so many in a hundred must be.
  private func run(
    _ seeds: Range<UInt64>, takenPercent: Int, name: String = #function,
    check: (UInt64, FuzzMaterial, String) throws -> Bool
  ) throws {
    let material = try FuzzMaterial(fixtures: Fixtures.folder + "/..")
    let folder = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var (count, taken) = (0, 0)
    func run(_ seed: UInt64) {
      count += 1
      do {
        if try check(seed, material, folder) { taken += 1 }
      } catch {
        Issue.record("seed \(seed): \(error)")
      }
    }
    for seed in seeds { run(seed) }
    let (clock, start) = (ContinuousClock(), ContinuousClock.now)
    var seed = Self.first
    while start.duration(to: clock.now) < .seconds(Self.seconds) {
      if seed.isMultiple(of: 1_000) { print("\(name): seed \(seed), \(taken) of \(count) taken, in \(folder)") }
      run(seed)
      seed += 1
    }
    if Self.seconds > 0 { print("\(name): \(count) seeds, \(taken) taken") }
    #expect(taken * 100 >= count * takenPercent, "only \(taken) of \(count) were taken")
  }

  @Test func mutantsOfTokenizerFilesAreRefusedOrKeepEveryPromise() throws {
    try run(0..<400, takenPercent: 40, check: TokenizerFuzzer.check)
  }

  @Test func trainingOnRandomTextGivesATextBackOrAnError() throws {
    try run(0..<100, takenPercent: 20, check: TokenizerFuzzer.checkTraining)
  }

  @Test func randomExpressionsAreRefusedOrMatchedWithinBounds() throws {
    try run(0..<4000, takenPercent: 20) { seed, material, _ in
      try TokenizerFuzzer.checkPattern(seed: seed, material: material)
    }
  }
}

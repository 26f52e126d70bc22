import Foundation
import Testing

@testable import Tokenizers

/// Random tokenizer files, texts, trainings and expressions, the same on every run.
@Suite("Fuzzing") struct TokenizerFuzzTests {
  /// Runs seeds, each of which says whether its mutant was taken; at least so many in a hundred must be.
  private func run(
    _ seeds: Range<UInt64>, takenPercent: Int, _ check: (UInt64, FuzzMaterial, String) throws -> Bool
  ) throws {
    let material = try FuzzMaterial(fixtures: Fixtures.folder + "/..")
    let folder = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var taken = 0
    for seed in seeds {
      do {
        if try check(seed, material, folder) { taken += 1 }
      } catch {
        Issue.record("seed \(seed): \(error)")
      }
    }
    #expect(taken * 100 >= seeds.count * takenPercent, "only \(taken) of \(seeds.count) were taken")
  }

  @Test func mutantsOfTokenizerFilesAreRefusedOrKeepEveryPromise() throws {
    try run(0..<400, takenPercent: 40, TokenizerFuzzer.check)
  }

  @Test func trainingOnRandomTextGivesATextBackOrAnError() throws {
    try run(0..<100, takenPercent: 20, TokenizerFuzzer.checkTraining)
  }

  @Test func randomExpressionsAreRefusedOrMatchedWithinBounds() throws {
    try run(0..<4000, takenPercent: 20) { seed, material, _ in
      try TokenizerFuzzer.checkPattern(seed: seed, material: material)
    }
  }
}

import JSON
import Testing

@testable import Pipelines

@Suite struct PlateauWarningTests {
  @Test func modelThatKnowsFrequenciesOnlyIsCalledSo() throws {
    let warning = try #require(PlateauWarning(["mlm_accuracy": 0.142, "unigram_accuracy": 0.061]))
    #expect(warning.text.hasPrefix("MLM accuracy is 14.2 % (unigram 6.1 %), under 25 %: pretraining has not left"))
  }

  @Test(arguments: [["mlm_accuracy": 0.25], ["clm_accuracy": 0.1], [:]] as [JSONValue])
  func othersAreNot(scores: JSONValue) { #expect(PlateauWarning(scores) == nil) }

  @Test func withoutScoresNothingIsSaid() { #expect(PlateauWarning(nil) == nil) }
}

import FineTuning
import Testing

/// Scores against values worked out by hand from their definitions.
@Suite struct MetricsTests {
  /// Two labels: 6 true positives, 3 false negatives, 1 false positive, 2 true negatives.
  private let metrics = ClassificationMetrics(
    predicted: [1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0], actual: [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0], labelCount: 2)

  @Test func accuracyIsTheShareOfRightOnes() {
    #expect(abs(metrics.accuracy - 8.0 / 12) < 1e-12, "\(metrics.accuracy)")
  }

  @Test func macroF1IsTheMeanOverLabels() {
    // F1 = 2·TP / (2·TP + FP + FN): 12/16 for label 1, 4/8 for label 0.
    #expect(abs(metrics.macroF1 - (0.75 + 0.5) / 2) < 1e-12, "\(metrics.macroF1)")
  }

  @Test func matthewsIsTheCorrelationOfTwoLabels() {
    // (TP·TN − FP·FN) / √((TP+FP)(TP+FN)(TN+FP)(TN+FN)) = (12 − 3) / √(7·9·3·5)
    let expected = 9 / (945.0).squareRoot()
    #expect(abs(metrics.matthewsCorrelation - expected) < 1e-12, "\(metrics.matthewsCorrelation)")
  }

  @Test func theBootstrapIsSureOfALargeDifferenceAndUnsureOfNone() {
    let right = [Bool](repeating: true, count: 100)
    let half = (0..<100).map { $0 % 2 == 0 }
    #expect(PairedBootstrap(first: right, second: half).confidence > 0.999)
    let same = PairedBootstrap(first: half, second: half)
    #expect(same.confidence == 0.5 && same.difference == 0, "\(same)")
    #expect(PairedBootstrap(first: half, second: right).difference == -0.5)
  }

  @Test func moreSeedsOfTheSameResultsMakeNothingSurer() {
    let first = (0..<60).map { $0 % 3 != 0 }
    let second = (0..<60).map { $0 % 2 == 0 }
    let one = PairedBootstrap(first: [first], second: [second])
    let five = PairedBootstrap(
      first: [[Bool]](repeating: first, count: 5), second: [[Bool]](repeating: second, count: 5))
    #expect(one.confidence == five.confidence, "\(one.confidence) and \(five.confidence)")
    #expect(abs(one.difference - five.difference) < 1e-12)
  }
}

import Randomness

/// How sure it is that one system is better than another on the same texts (Efron; Koehn 2004).
public struct PairedBootstrap: Sendable, Equatable {
  /// The observed difference of accuracies, first minus second.
  public let difference: Double
  /// The share of resampled test sets on which the first is better; ties count half.
  public let confidence: Double

  /// Compares two systems by whether each text was right, over `samples` resampled test sets.
  public init(first: [Bool], second: [Bool], samples: Int = 10_000, seed: UInt64 = 42) {
    self.init(first: [first], second: [second], samples: samples, seed: seed)
  }

  /// Compares two systems trained with several seeds each, all on the same texts.
  ///
  /// Texts are drawn, not seeds: a text counts with the share of seeds that are right on it, so that more seeds don't
  /// pretend to be more texts.
  ///
  /// - Parameters:
  ///   - first: whether each text was right, for each seed of the first.
  ///   - second: the same of the second, with as many seeds.
  public init(first: [[Bool]], second: [[Bool]], samples: Int = 10_000, seed: UInt64 = 42) {
    let count = (first + second).map(\.count).min() ?? 0
    let gains = (0..<count).map { text in first.count { $0[text] } - second.count { $0[text] } }
    let runs = max(1, first.count)
    difference = gains.isEmpty ? 0 : Double(gains.reduce(0, +)) / Double(gains.count * runs)
    var numbers = RandomKey(seed: seed, purpose: .sampling).numbers(sample: 0)
    var better = 0.0
    for _ in 0..<(gains.isEmpty ? 0 : samples) {
      var sum = 0
      for _ in gains { sum += gains[numbers.below(gains.count)] }
      better += sum > 0 ? 1 : sum == 0 ? 0.5 : 0
    }
    confidence = gains.isEmpty ? 0.5 : better / Double(samples)
  }
}

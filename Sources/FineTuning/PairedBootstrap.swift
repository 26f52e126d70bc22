import Randomness

/// How sure it is that one system is better than another on the same texts (Efron; Koehn 2004).
public struct PairedBootstrap: Sendable, Equatable {
  /// The observed difference of accuracies, first minus second.
  public let difference: Double
  /// The share of resampled test sets on which the first is better; ties count half.
  public let confidence: Double

  /// Compares two systems by whether each text was right, over `samples` resampled test sets.
  public init(first: [Bool], second: [Bool], samples: Int = 10_000, seed: UInt64 = 42) {
    let gains = zip(first, second).map { ($0 ? 1 : 0) - ($1 ? 1 : 0) }
    difference = gains.isEmpty ? 0 : Double(gains.reduce(0, +)) / Double(gains.count)
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

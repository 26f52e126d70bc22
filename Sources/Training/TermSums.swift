import Objectives
import Tensors

/// What the terms of an objective add up to over some rows: sums, counts and right predictions.
public struct TermSums: Sendable, Equatable {
  /// Σ loss of each term, in nats.
  public var losses: [Double]
  /// Predictions that each term scored.
  public var counts: [Int]
  /// Predictions that were the most probable class.
  public var correct: [Int]
  /// Tokens read.
  public var tokenCount: Int
  /// Bytes of text that the targets stand for.
  public var byteCount: Int
  /// Targets that are the training text's most frequent token.
  public var frequentCount: Int

  /// Nothing yet, for `termCount` terms.
  public init(termCount: Int) {
    losses = [Double](repeating: 0, count: termCount)
    counts = [Int](repeating: 0, count: termCount)
    correct = [Int](repeating: 0, count: termCount)
    tokenCount = 0
    byteCount = 0
    frequentCount = 0
  }

  /// The sums of one batch.
  init(_ batch: Batch, counts: [Int], scores: [ScoredRows], frequent: Int32? = nil) {
    losses = scores.map(\.total)
    self.counts = counts
    // A single term scores whichever of the two has its rows; a slot may well have none of them.
    let isOfTargets = scores.first.map { $0.predictions.count == batch.targets.count } ?? true
    let targets = isOfTargets ? [batch.targets, batch.labels] : [batch.labels]
    correct = zip(scores, targets).map { $0.correctCount($1) }
    tokenCount = batch.sequences.tokenCount
    byteCount = batch.byteCount
    frequentCount = frequent.map { token in batch.targets.count { $0 == token } } ?? 0
  }

  /// The sums of two sets of rows.
  public static func + (a: TermSums, b: TermSums) -> TermSums {
    var sum = a
    for term in a.losses.indices {
      sum.losses[term] += b.losses[term]
      sum.counts[term] += b.counts[term]
      sum.correct[term] += b.correct[term]
    }
    sum.tokenCount += b.tokenCount
    sum.byteCount += b.byteCount
    sum.frequentCount += b.frequentCount
    return sum
  }

  /// The mean loss of one term, 0 if it scored nothing.
  public func mean(_ term: Int) -> Double { counts[term] == 0 ? 0 : losses[term] / Double(counts[term]) }

  /// The share of right predictions of one term, 0 if it scored nothing.
  public func accuracy(_ term: Int) -> Double {
    counts[term] == 0 ? 0 : Double(correct[term]) / Double(counts[term])
  }

  /// Σ weight · mean loss.
  public func loss(_ terms: [TermDescription]) -> Double {
    terms.indices.reduce(0) { $0 + terms[$1].weight * mean($1) }
  }
}

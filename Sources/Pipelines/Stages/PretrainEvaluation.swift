import Datasets
import Glibc
import JSON
import Objectives
import Training

/// Scores a network on the held-out rows: some of them on the way, all of them at the end.
final class PretrainEvaluation {
  let objective: any Objective
  /// What was scored last.
  private(set) var last: TermSums?
  private let some: HeldOutBatches?
  private let all: HeldOutBatches?
  private let evaluator: Evaluator

  init(_ setup: PretrainSetup, _ objective: any Objective, shared: EvaluationMemory? = nil) throws {
    self.objective = objective
    evaluator = Evaluator(
      objective, precision: setup.settings.precision, frequent: setup.index.mostFrequentToken, shared: shared)
    guard setup.index.validation.rowCount > 0 else {
      (some, all) = (nil, nil)
      return
    }
    all = try HeldOutBatches(setup.dataset, index: setup.index, maker: setup.maker)
    some = try HeldOutBatches(
      setup.dataset, index: setup.index, maker: setup.maker, maximumTokens: setup.settings.maximumEvaluationTokens)
  }

  /// The sums at an evaluation; nil if nothing is held out or it was cancelled.
  func onTheWay(step: Int, isLast: Bool, isCancelled: () -> Bool) throws -> TermSums? {
    guard let batches = isLast ? all : some else { return nil }
    let sums = try evaluator.evaluate(
      batches.count, mark: 2 * step + (isLast ? 2 : 1), isCancelled: isCancelled, batch: batches.batch)
    if let sums { last = sums }
    return sums
  }

  /// Takes over what the members of a group have scored.
  func take(_ sums: TermSums) { last = sums }

  /// The most batches of an evaluation.
  var largestCount: Int { max(1, all?.count ?? 0) }

  /// Whether there is anything to score.
  var hasRows: Bool { all != nil }

  /// The accuracy of always predicting the most frequent training token, on the rows last scored.
  var unigramAccuracy: Double? {
    guard let last, let scored = last.counts.first, scored > 0 else { return nil }
    return Double(last.frequentCount) / Double(scored)
  }
}

/// What the held-out rows say about a model, in the field's units.
public struct EvaluationScores: Sendable {
  /// The scores by name: `loss`, `perplexity`, `bits_per_byte`, `mlm_accuracy`, …
  public let json: JSONObject
  /// The scores for people.
  public let text: String

  /// Scores from an objective's sums.
  public init(_ sums: TermSums, terms: [TermDescription], unigram: Double?) {
    let loss = sums.loss(terms)
    var json = JSONObject([("loss", .number(loss))])
    var parts = ["loss \(Figures.fixed(loss, 3))"]
    for (term, description) in terms.enumerated() {
      let accuracy = sums.accuracy(term)
      json["\(description.name)_loss"] = .number(sums.mean(term))
      json["\(description.name)_accuracy"] = .number(accuracy)
      json["\(description.name)_count"] = .integer(Int64(sums.counts[term]))
      if description.name == "clm" {
        let bits = sums.byteCount == 0 ? 0 : sums.losses[term] / log(2) / Double(sums.byteCount)
        json["perplexity"] = .number(exp(min(700, sums.mean(term))))
        json["bits_per_byte"] = .number(bits)
        parts.append("perplexity \(Figures.fixed(exp(min(700, sums.mean(term))), 2))")
        if sums.byteCount > 0 { parts.append("\(Figures.fixed(bits, 3)) bits/byte") }
      } else {
        parts.append("\(description.name.uppercased()) \(Figures.percent(accuracy, digits: 1))")
      }
      if description.name == "mlm", let unigram {
        json["unigram_accuracy"] = .number(unigram)
        parts[parts.count - 1] += " (unigram \(Figures.percent(unigram, digits: 1)))"
      }
    }
    self.json = json
    text = parts.joined(separator: " · ")
  }
}

import Glibc

/// Multinomial naive Bayes on bags of words, with add-one smoothing: what word counts alone can tell.
///
/// A baseline that a fine-tuned model must beat to be worth its cost.
public struct NaiveBayes: Sendable {
  private let logPrior: [Double]
  private let logLikelihood: [[Int32: Double]]
  private let logUnseen: [Double]

  /// Counts the tokens of labeled texts; `vocabularySize` is that of the tokens.
  public init(texts: [[Int32]], labels: [Int], labelCount: Int, vocabularySize: Int) {
    var counts = [[Int32: Int]](repeating: [:], count: labelCount)
    var totals = [Int](repeating: 0, count: labelCount)
    var documents = [Int](repeating: 0, count: labelCount)
    for (text, label) in zip(texts, labels) where label >= 0 {
      documents[label] += 1
      totals[label] += text.count
      for token in text { counts[label][token, default: 0] += 1 }
    }
    let documentCount = documents.reduce(0, +)
    logPrior = documents.map { log(Double($0 + 1) / Double(documentCount + labelCount)) }
    let denominators = totals.map { Double($0 + vocabularySize) }
    logUnseen = denominators.map { -log($0) }
    logLikelihood = zip(counts, denominators).map { table, denominator in
      table.mapValues { log(Double($0 + 1) / denominator) }
    }
  }

  /// The most probable label of a text.
  public func predict(_ text: [Int32]) -> Int {
    let scores = logPrior.indices.map { label in
      text.reduce(logPrior[label]) { $0 + (logLikelihood[label][$1] ?? logUnseen[label]) }
    }
    return scores.indices.max { scores[$0] < scores[$1] } ?? 0
  }
}

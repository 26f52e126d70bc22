/// How often predicted labels are right, in four ways.
public struct ClassificationMetrics: Sendable, Equatable {
  /// Rows are true labels, columns predicted ones.
  public let confusion: [[Int]]

  /// Counts how `predicted` compares with `actual`, both below `labelCount`; pairs with a negative actual label are left out.
  public init(predicted: [Int], actual: [Int], labelCount: Int) {
    var confusion = [[Int]](repeating: [Int](repeating: 0, count: labelCount), count: labelCount)
    for (guess, truth) in zip(predicted, actual) where truth >= 0 { confusion[truth][guess] += 1 }
    self.confusion = confusion
  }

  /// Scored texts.
  public var count: Int { confusion.joined().reduce(0, +) }

  /// The share of right predictions.
  public var accuracy: Double {
    count == 0 ? 0 : Double(confusion.indices.reduce(0) { $0 + confusion[$1][$1] }) / Double(count)
  }

  /// The mean over labels of the harmonic mean of precision and recall; 0 for a label that is never predicted rightly.
  public var macroF1: Double {
    let scores = confusion.indices.map { label -> Double in
      let right = Double(confusion[label][label])
      let (actual, predicted) = (Double(rowTotals[label]), Double(columnTotals[label]))
      return actual + predicted == 0 ? 0 : 2 * right / (actual + predicted)
    }
    return scores.isEmpty ? 0 : scores.reduce(0, +) / Double(scores.count)
  }

  /// Matthews' correlation of truth and prediction, for any number of labels (Gorodkin 2004); 0 if either is constant.
  public var matthewsCorrelation: Double {
    let total = Double(count)
    let right = Double(confusion.indices.reduce(0) { $0 + confusion[$1][$1] })
    let (rows, columns) = (rowTotals.map(Double.init), columnTotals.map(Double.init))
    let covariance = right * total - zip(rows, columns).reduce(0) { $0 + $1.0 * $1.1 }
    let spread =
      (total * total - rows.reduce(0) { $0 + $1 * $1 }) * (total * total - columns.reduce(0) { $0 + $1 * $1 })
    return spread == 0 ? 0 : covariance / spread.squareRoot()
  }

  private var rowTotals: [Int] { confusion.map { $0.reduce(0, +) } }

  private var columnTotals: [Int] {
    confusion.indices.map { column in confusion.reduce(0) { $0 + $1[column] } }
  }
}

/// The labels of a task: those of its training rows, sorted; numbers by their value.
public struct LabelSet: Sendable, Equatable {
  /// The labels; a label's number is its place.
  public let labels: [String]
  private let numbers: [String: Int32]

  /// The different labels in `rows`.
  /// - Throws: `FineTuningError.missingLabel`, or `tooFewLabels` for less than two.
  public init(of rows: [TextRow], file: String) throws(FineTuningError) {
    var found: Set<String> = []
    for row in rows { found.insert(try LabelSet.label(row, file)) }
    guard found.count > 1 else { throw .tooFewLabels(found.sorted()) }
    self.init(LabelSet.sorted(found))
  }

  /// Labels whose order is given, such as those of a finished classifier.
  public init(_ labels: [String]) {
    self.labels = labels
    numbers = Dictionary(labels.enumerated().map { ($1, Int32($0)) }) { first, _ in first }
  }

  /// The number of a row's label.
  /// - Throws: `FineTuningError.missingLabel`, `unknownLabel`.
  public func number(of row: TextRow, file: String) throws(FineTuningError) -> Int32 {
    let label = try LabelSet.label(row, file)
    guard let number = numbers[label] else {
      throw .unknownLabel(label, file: file, record: row.record, known: labels)
    }
    return number
  }

  private static func label(_ row: TextRow, _ file: String) throws(FineTuningError) -> String {
    guard let label = row.label, !label.isEmpty else { throw .missingLabel(file: file, record: row.record) }
    return label
  }

  private static func sorted(_ labels: Set<String>) -> [String] {
    let byBytes = labels.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard byBytes.allSatisfy({ Int($0) != nil }) else { return byBytes }
    return byBytes.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
  }
}

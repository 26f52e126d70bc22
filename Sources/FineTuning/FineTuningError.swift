/// Why fine-tuning can't start or go on.
public enum FineTuningError: Error, Equatable, Sendable {
  /// The model has no encoder that reads both ways.
  case unsuitableModel(architecture: String)
  /// The model folder holds no tokenizer.
  case noTokenizer(folder: String)
  /// A task needs at least two labels.
  case tooFewLabels([String])
  /// A table has no usable row.
  case emptyTable(file: String)
  /// A row's label is not one of the training labels.
  case unknownLabel(String, file: String, record: Int, known: [String])
  /// A row has no label.
  case missingLabel(file: String, record: Int)
  /// A text lacks its column.
  case missingColumn(String, file: String, found: [String])
  /// A record is not what its file is for.
  case badRecord(file: String, record: Int, problem: String)
}

extension FineTuningError: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .unsuitableModel(let architecture):
      "\(architecture) can't be fine-tuned as a classifier; a BERT encoder can"
    case .noTokenizer(let folder): "\(folder) holds no tokenizer"
    case .tooFewLabels(let labels):
      "classification needs at least two labels; the training file has \(labels.count)"
    case .emptyTable(let file): "\(file) has no rows"
    case .unknownLabel(let label, let file, let record, let known):
      "\(file), record \(record): label \(label.prefix(40)) is not one of the training labels "
        + known.prefix(20).joined(separator: ", ") + (known.count > 20 ? ", …" : "")
    case .missingLabel(let file, let record): "\(file), record \(record) has no label"
    case .badRecord(let file, let record, let problem): "\(file), record \(record) \(problem)"
    case .missingColumn(let name, let file, let found):
      "\(file) has no column \(name); it has \(found.prefix(20).joined(separator: ", "))"
    }
  }
}

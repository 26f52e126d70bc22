import Checkpoints
import FineTuning
import Objectives
import Randomness
import Tensors

/// The rows of a labeled task, ready to be learned.
struct FinetuneData {
  let labels: LabelSet
  private(set) var training: [LabeledText] = []
  private(set) var validation: [LabeledText] = []
  private(set) var test: [LabeledText] = []
  private(set) var cutCount = 0
  /// How word counts alone do on the rows that count.
  let naiveBayes: ClassificationMetrics

  /// Reads the tables of `settings`; without a validation table some training rows are held out, the same for every
  /// seed of the task.
  init(_ settings: FinetuneSettings, _ loaded: LoadedModel, seed: UInt64) throws {
    let columns = settings.columns
    let trainFile = settings.train.path
    var trainingRows = try LabeledTable.rows(trainFile, columns: columns)
    guard !trainingRows.isEmpty else { throw FineTuningError.emptyTable(file: trainFile) }
    let labels = try LabelSet(of: trainingRows, file: trainFile)
    var validationRows: [TextRow]
    let validationFile = settings.validation?.path ?? trainFile
    if let file = settings.validation?.path {
      validationRows = try LabeledTable.rows(file, columns: columns)
    } else {
      (trainingRows, validationRows) = try FinetuneData.split(trainingRows, settings, seed: seed)
    }
    guard !validationRows.isEmpty else { throw FineTuningError.emptyTable(file: validationFile) }
    let testRows = try settings.test.map { try LabeledTable.rows($0.path, columns: columns) } ?? []
    if let file = settings.test?.path, testRows.isEmpty { throw FineTuningError.emptyTable(file: file) }

    self.labels = labels
    var encoder = try RowEncoder(loaded, maximumLength: settings.maximumLength)
    var sample: UInt64 = 0
    func encoded(_ rows: [TextRow], _ file: String) throws -> [LabeledText] {
      try rows.map { row in
        sample += 1
        return encoder.encode(row, label: try labels.number(of: row, file: file), sample: sample - 1)
      }
    }
    training = try encoded(trainingRows, trainFile)
    validation = try encoded(validationRows, validationFile)
    test = try encoded(testRows, settings.test?.path ?? "")
    cutCount = encoder.cutCount
    let scored = testRows.isEmpty ? validationRows : testRows
    naiveBayes = FinetuneData.baseline(
      trainingRows, training, scored, testRows.isEmpty ? validation : test, encoder, labelCount: labels.labels.count)
  }

  /// The rows that count at the end: the test, or the validation without one.
  var scored: [LabeledText] { test.isEmpty ? validation : test }

  /// Holds a share of the rows out, at least one and never all.
  private static func split(
    _ rows: [TextRow], _ settings: FinetuneSettings, seed: UInt64
  ) throws(FineTuningError) -> (training: [TextRow], validation: [TextRow]) {
    guard rows.count > 1 else { throw .emptyTable(file: "what is left of \(settings.train.path) for validation") }
    let share = Int((Double(rows.count) * settings.validationShare).rounded())
    let count = min(max(1, share), rows.count - 1)
    let order = Permutation(
      count: rows.count, numbers: RandomKey(seed: seed, purpose: .split).numbers(sample: hash64(settings.name)))
    let held = Set((0..<count).map { order[$0] })
    return (
      rows.enumerated().filter { !held.contains($0.offset) }.map(\.element),
      rows.enumerated().filter { held.contains($0.offset) }.map(\.element)
    )
  }

  private static func baseline(
    _ rows: [TextRow], _ texts: [LabeledText], _ scoredRows: [TextRow], _ scored: [LabeledText],
    _ encoder: RowEncoder, labelCount: Int
  ) -> ClassificationMetrics {
    let bayes = NaiveBayes(
      texts: rows.map(encoder.words), labels: texts.map { Int($0.label) }, labelCount: labelCount,
      vocabularySize: encoder.vocabularySize)
    return ClassificationMetrics(
      predicted: scoredRows.map { bayes.predict(encoder.words($0)) }, actual: scored.map { Int($0.label) },
      labelCount: labelCount)
  }
}

extension FinetuneSettings {
  /// Where the parts of a row stand.
  var columns: TableColumns {
    TableColumns(text: text.table, pair: pair?.table, label: label.table, hasHeader: hasHeader)
  }

  /// What a single training depends on.
  func configuration(_ choice: FinetuneChoice) -> FineTuningConfiguration {
    var configuration = FineTuningConfiguration()
    configuration.learningRate = choice.learningRate
    configuration.epochs = choice.epochs
    configuration.batchSize = batchSize
    configuration.microBatches = microBatches
    configuration.maximumLength = maximumLength
    configuration.warmupRatio = warmupShare
    configuration.weightDecay = weightDecay
    configuration.dropoutRate = dropout
    configuration.pooling = pooling.map { $0 == .cls ? .cls : .mean }
    return configuration
  }

  /// The points of an arm's grid.
  func grid(_ arm: FinetuneArm) -> [FinetuneChoice] {
    let rates = arm == .scratch ? scratchLearningRates ?? learningRates : learningRates
    let epochs = arm == .scratch ? scratchEpochs ?? self.epochs : self.epochs
    return rates.flatMap { rate in epochs.map { FinetuneChoice(learningRate: rate, epochs: $0) } }
  }
}

extension Column {
  /// The column as tables of texts take it.
  public var table: TableColumn {
    switch self {
    case .name(let name): .name(name)
    case .number(let number): .number(number)
    }
  }
}

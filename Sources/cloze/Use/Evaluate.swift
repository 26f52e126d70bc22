import ArgumentParser
import Checkpoints
import FineTuning
import JSON
import Models
import Pipelines
import Shards
import Tensors

/// Scores of a model on texts or labeled rows.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score a model on texts, or a classifier on labeled rows.",
    discussion: """
      On texts: loss, perplexity and bits per byte of a GPT, accuracy at hidden tokens of a BERT. On labeled rows: \
      accuracy, macro F1, Matthews' correlation and the confusion matrix.

        cloze evaluate checkpoints/stories --text held-out/*.txt.gz
        cloze evaluate checkpoints/letters/finetune/department --data test.csv --text body --label dept
      """)

  @OptionGroup var model: ModelArgument
  @Option(parsing: .upToNextOption, help: "Texts: files, folders or globs; with --data the column of the text.")
  var text: [String] = []
  @Option(help: "Labeled rows: .tsv, .csv or .jsonl.", completion: .file())
  var data: String?
  @Option(help: ArgumentHelp("With --data: the column of the label.", valueName: "column"))
  var label: String?
  @Option(help: ArgumentHelp("With --data: the column of the second text.", valueName: "column"))
  var pair: String?
  @Flag(help: "With --data: the first line is a row, not names of columns.")
  var noHeader = false
  @Option(help: ArgumentHelp("Texts in .jsonl or tables: the key or column.", valueName: "column"))
  var column = "text"
  @Option(help: "Texts in .txt: what a document is, blank_line, line or file.")
  var document = "blank_line"
  @Flag(help: "Don't ask a BERT about next sentences.")
  var mlmOnly = false
  @Option(help: "Cut rows at so many tokens.")
  var maxLength: Int?
  @OptionGroup var products: ProductOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var machine: MachineOptions

  func validate() throws {
    if data == nil, text.isEmpty { throw ValidationError("give --text FILES, or --data FILE with --label COLUMN") }
    if data != nil, text.count > 1 { throw ValidationError("with --data, --text is one column") }
    if DocumentRule(rawValue: document) == nil {
      throw ValidationError("--document must be blank_line, line or file, not \(document)")
    }
  }

  func run() throws {
    machine.start()
    if let data { try scoreLabels(data) } else { try scoreTexts() }
  }

  private func scoreTexts() throws {
    let loaded = try ModelReference.load(model.model)
    var source = CorpusSource(shards: text, text: column)
    source.document = DocumentRule(rawValue: document) ?? .blankLine
    let evaluation = try CorpusEvaluation(
      loaded, source, maximumLength: maxLength, precision: products.precision, scoresNextSentence: !mlmOnly)
    guard report.json else {
      return try Console.line(
        "\(Figures.count(evaluation.documentCount, "document")), \(Figures.bytes(evaluation.byteCount))\n"
          + evaluation.scores.text)
    }
    var object = evaluation.scores.json
    for (key, value) in evaluation.figures.pairs { object.set(key, value) }
    try Console.report(.object(object))
  }

  private func scoreLabels(_ path: String) throws {
    let loaded = try ModelReference.load(model.model)
    guard !loaded.model.labels.isEmpty else {
      throw UserError("\(model.model) holds a \(loaded.model.architecture), which has no labels", .usage)
        .action("fine-tune it first: cloze finetune \(model.model) --train rows.tsv --output FOLDER")
    }
    let columns = TableColumns(
      text: TableColumn(text.first ?? (noHeader ? "0" : "text")), pair: pair.map { TableColumn($0) },
      label: TableColumn(label ?? (noHeader ? "1" : "label")), hasHeader: noHeader ? false : nil)
    let rows = try LabeledTable.rows(path, columns: columns)
    guard !rows.isEmpty else { throw FineTuningError.emptyTable(file: path) }
    let labels = LabelSet(loaded.model.labels)
    var encoder = try RowEncoder(loaded, maximumLength: maxLength)
    let texts = try rows.enumerated().map { place, row in
      encoder.encode(row, label: try labels.number(of: row, file: path), sample: UInt64(place))
    }
    let metrics = try Predictor(loaded).score(texts)
    Console.talk(encoder.cutCount, "text", "cut: longer than \(encoder.maximumLength) tokens")
    guard !report.json else {
      var object = metrics.json
      object.set("labels", .array(labels.labels.map { .string($0) }))
      return try Console.report(.object(object))
    }
    try Console.line("rows      \(Figures.count(metrics.count))")
    try Console.line("accuracy  \(Figures.fixed(metrics.accuracy, 4))")
    try Console.line("macro F1  \(Figures.fixed(metrics.macroF1, 4))")
    try Console.line("Matthews  \(Figures.fixed(metrics.matthewsCorrelation, 4))")
    try Console.line("confusion (rows: true, columns: predicted)")
    try Console.line((["true \\ predicted"] + labels.labels).joined(separator: "\t"))
    for (label, counts) in zip(labels.labels, metrics.confusion) {
      try Console.line(([label] + counts.map(String.init)).joined(separator: "\t"))
    }
  }
}

import ArgumentParser
import FineTuning
import Pipelines
import Tensors

/// The model that a verb uses.
struct ModelArgument: ParsableArguments {
  @Argument(
    help: "A run folder, a step in it, RUN/finetune/NAME, or a Hugging Face folder.",
    completion: .directory)
  var model: String
}

/// What a computing verb may use of the machine.
struct MachineOptions: ParsableArguments {
  @Option(help: "Threads to compute with; the processors this process may use if not given. Never changes the result.")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1_024).contains(threads) {
      throw ValidationError("--threads must be between 1 and 1,024, not \(threads)")
    }
  }

  /// Starts BLAS and the thread pool.
  func start() { Machine.start(threads: threads ?? Machine.processorCount) }
}

extension Precision: ExpressibleByArgument {}

/// How numbers are multiplied.
struct ProductOptions: ParsableArguments {
  @Option(help: "What matrix products multiply: float32, or bfloat16 where the CPU has a unit for it.")
  var precision = Precision.float32
}

/// Whether a report is for programs.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print JSON.")
  var json = false
}

/// Where rows of text come from.
struct RowOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Rows: .txt (a text a line), .tsv, .csv or .jsonl, plain or .gz, .lz4, .zst; - is standard input.",
      valueName: "file"),
    completion: .file())
  var file = "-"

  @Option(help: ArgumentHelp("Column of the text: a name or JSON key, or a number from 0.", valueName: "column"))
  var text: String?

  @Option(help: ArgumentHelp("Column that names a row, kept in the output.", valueName: "column"))
  var id: String?

  @Flag(help: "The first line of a table is a row, not names of columns.")
  var noHeader = false

  /// Where the parts of a row stand; nil if no column is named.
  func columns(pair: String? = nil, label: String? = nil) -> TableColumns? {
    guard text != nil || id != nil || pair != nil || label != nil || noHeader else { return nil }
    return TableColumns(
      text: text.map { TableColumn($0) } ?? (noHeader ? .number(0) : .name("text")), pair: pair.map { TableColumn($0) },
      label: label.map { TableColumn($0) }, id: id.map { TableColumn($0) }, hasHeader: noHeader ? false : nil)
  }
}

extension Pooling: ExpressibleByArgument {}

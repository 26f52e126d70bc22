import ArgumentParser
import Checkpoints
import FineTuning
import JSON
import Models
import Pipelines

/// Labels for texts, with their probabilities.
struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Label texts with a fine-tuned model.",
    discussion: """
      Prints a line per row: the label and its probability, separated by a tab, after the row's id if --id is given; with \
      --json an object with every label's probability.

        cloze predict checkpoints/letters/finetune/department letters.tsv --text body --id number
        echo "Where is my parcel?" | cloze predict checkpoints/letters/finetune/department --json
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var rows: RowOptions
  @Option(help: ArgumentHelp("Column of the second text of a pair.", valueName: "column"))
  var pair: String?
  @Option(help: "Cut texts at so many tokens; the model's limit if not given.")
  var maxLength: Int?
  @OptionGroup var report: ReportOptions
  @OptionGroup var machine: MachineOptions

  func run() throws {
    machine.start()
    let loaded = try ModelReference.load(model.model)
    guard !loaded.model.labels.isEmpty else {
      throw UserError("\(model.model) holds a \(loaded.model.architecture), which has no labels", .usage)
        .action("fine-tune it first: cloze finetune \(model.model) --train rows.tsv --output FOLDER")
    }
    let predictor = try Predictor(loaded)
    var encoder = try RowEncoder(loaded, maximumLength: maxLength)
    let input = try TextInput(rows.file, columns: rows.columns(pair: pair))
    var count: UInt64 = 0
    while true {
      let batch = try input.next(input.isTyped ? 1 : 32)
      if batch.isEmpty { break }
      let texts = batch.enumerated().map { encoder.encode($1, sample: count + UInt64($0)) }
      for (row, probabilities) in zip(batch, predictor.probabilities(texts)) {
        try write(row, probabilities, predictor.labels)
      }
      count += UInt64(batch.count)
      if input.isTyped { try Console.flush() }
    }
    Console.talk(encoder.cutCount, "text", "cut: longer than \(encoder.maximumLength) tokens")
    Console.talk(input.repairedCount, "line", "repaired: not UTF-8")
  }

  private func write(_ row: TextRow, _ probabilities: [Double], _ labels: [String]) throws {
    guard let best = probabilities.indices.max(by: { probabilities[$0] < probabilities[$1] }) else { return }
    guard report.json else {
      let id = row.id.map { "\($0)\t" } ?? ""
      return try Console.line("\(id)\(labels[best])\t\(Figures.fixed(probabilities[best], 4))")
    }
    var object = JSONObject()
    if let id = row.id { object.set("id", .string(id)) }
    object.set("label", .string(labels[best]))
    object.set("probability", .number(probabilities[best]))
    object.set("probabilities", .object(JSONObject(zip(labels, probabilities).map { ($0, .number($1)) })))
    try Console.line(.object(object))
  }
}

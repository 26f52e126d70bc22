import ArgumentParser
import Checkpoints
import DurableFiles
import FineTuning
import JSON
import Models
import Pipelines

/// Fine-tunes a model for a labeled task: a pipeline's finetune stage on its own.
struct Finetune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Teach a pretrained model to label texts.",
    discussion: """
      Leaves a Hugging Face folder per seed, the link best, report.md and report.json in --output. Of several learning \
      rates and epochs the best on the validation rows is used; the test rows are scored once, at the end.

        cloze finetune checkpoints/letters --train train.csv --test test.csv --text body --label dept --seeds 3 \\
          --learning-rate 1e-4 3e-4 --scratch --output checkpoints/letters-dept
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var task: FinetuneOptions
  @Option(name: .shortAndLong, help: "The folder for models and report.", completion: .directory)
  var output: String?
  @Option(help: "The first seed; the others follow it.")
  var seed: UInt64 = 42
  @Flag(help: "Print the pipeline file that does the same, and stop.")
  var printPipeline = false
  @OptionGroup var report: ReportOptions
  @OptionGroup var machine: MachineOptions

  func validate() throws {
    if output == nil, !printPipeline { throw ValidationError("give --output FOLDER") }
    if seed > UInt64(Int32.max) { throw ValidationError("--seed must be below 2,147,483,648") }
  }

  func run() throws {
    let settings = try task.settings(name: output.map { Paths.name(of: $0) } ?? "task")
    guard !printPipeline else {
      return try Console.write(settings.pipelineText(model: model.model, seed: Int(seed)))
    }
    machine.start()
    let base = try ModelReference.load(model.model)
    let folder = output ?? ""
    let stop = StopRequest()
    let isQuiet = report.json
    let outcome = try FinetuneTask(
      settings, base: base, folder: folder, seed: seed, shouldStop: { stop.isRequested },
      observe: { if !isQuiet { Finetune.tell($0) } }
    ).run()
    let result = FinetuneReport(settings, outcome)
    guard !report.json else { return try Console.report(result.json) }
    try Console.write("\n" + result.markdown)
    Console.talk("\n\(folder)/best → \(outcome.bestFolder)\nnext: cloze predict \(folder) FILE")
  }

  private static func tell(_ event: FinetuneEvent) {
    switch event {
    case .read(let training, let validation, let test, let labels, let cut):
      Console.talk(
        "\(Figures.count(training, "row")) to learn from, \(Figures.count(validation)) to choose by, "
          + "\(Figures.count(test)) to test on, \(Figures.count(labels, "label"))")
      Console.talk(cut, "text", "cut: longer than the limit")
    case .epoch(let arm, let choice, let seed, let epoch):
      Console.talk(
        "\(arm.rawValue), rate \(choice.learningRate), seed \(seed), epoch \(epoch.number) of \(choice.epochs): "
          + "loss \(Figures.fixed(epoch.trainingLoss, 4)), validation \(Figures.percent(epoch.validation.accuracy))")
    case .tried: break
    case .finished(let run):
      let test = run.test.map { ", test \(Figures.percent($0.accuracy))" } ?? ""
      Console.talk(
        "✓ \(run.arm.folderName(seed: run.seed)): validation \(Figures.percent(run.validation.accuracy))\(test)")
    }
  }
}

/// The keys of a finetune stage as flags.
struct FinetuneOptions: ParsableArguments {
  @Option(help: "Rows to learn from: .tsv, .csv or .jsonl.", completion: .file())
  var train: String
  @Option(help: "Rows to choose the best by; a part of --train if not given.", completion: .file())
  var validation: String?
  @Option(help: "The share of --train held out where --validation is not given.")
  var validationShare = 0.1
  @Option(help: "Rows that are scored once, at the end.", completion: .file())
  var test: String?
  @Option(help: ArgumentHelp("Column of the text: a name or JSON key, or a number from 0.", valueName: "column"))
  var text: String?
  @Option(help: ArgumentHelp("Column of the second text.", valueName: "column"))
  var pair: String?
  @Option(help: ArgumentHelp("Column of the label.", valueName: "column"))
  var label: String?
  @Flag(help: "The first line of a table is a row, not names of columns.")
  var noHeader = false
  @Option(parsing: .upToNextOption, help: "Peak learning rates to try.")
  var learningRate: [Double] = [1e-4]
  @Option(parsing: .upToNextOption, help: "Passes over the rows to try.")
  var epochs: [Int] = [3]
  @Option(help: "How many seeds, for mean and spread.")
  var seeds = 1
  @Flag(help: "Also train the same network from scratch, to compare.")
  var scratch = false
  @Option(parsing: .upToNextOption, help: "Learning rates of the control; the same if not given.")
  var scratchLearningRate: [Double] = []
  @Option(parsing: .upToNextOption, help: "Epochs of the control; the same if not given.")
  var scratchEpochs: [Int] = []
  @Option(help: "Rows of a step.")
  var batchSize = 32
  @Option(help: "Fixed parts of a step.")
  var microBatches = 4
  @Option(help: "Longest text in tokens.")
  var maxLength = 128
  @Option(help: "cls or mean; cls after next-sentence pretraining if not given, else mean.")
  var pooling: String?
  @Option(help: "Dropout, whatever pretraining used.")
  var dropout = 0.1
  @Option(help: "Warm-up as a share of the steps.")
  var warmupRatio = 0.1
  @Option(help: "Weight decay, on matrices only.")
  var weightDecay = 0.01

  /// The settings of a stage called `name`.
  /// - Throws: `UserError` with every flag that is out of range.
  func settings(name: String) throws -> FinetuneSettings {
    var settings = FinetuneSettings()
    settings.name = name
    settings.train = FilePath(train)
    settings.validation = validation.map { FilePath($0) }
    settings.validationShare = validationShare
    settings.test = test.map { FilePath($0) }
    settings.text = column(text, noHeader ? "0" : "text")
    settings.pair = pair.map { column($0, "") }
    settings.label = column(label, noHeader ? "1" : "label")
    settings.hasHeader = !noHeader
    (settings.learningRates, settings.epochs) = (learningRate, epochs)
    settings.scratchLearningRates = scratchLearningRate.isEmpty ? nil : scratchLearningRate
    settings.scratchEpochs = scratchEpochs.isEmpty ? nil : scratchEpochs
    (settings.seeds, settings.scratch) = (seeds, scratch)
    (settings.batchSize, settings.microBatches, settings.maximumLength) = (batchSize, microBatches, maxLength)
    if let pooling {
      guard let found = FinetuneSettings.Pooling(rawValue: pooling) else {
        throw UserError("--pooling must be cls or mean, not \(pooling)", .usage)
      }
      settings.pooling = found
    }
    (settings.dropout, settings.warmupShare, settings.weightDecay) = (dropout, warmupRatio, weightDecay)
    try settings.check()
    return settings
  }

  private func column(_ text: String?, _ standard: String) -> Column {
    switch TableColumn(text ?? standard) {
    case .name(let name): .name(name)
    case .number(let number): .number(number)
    }
  }
}

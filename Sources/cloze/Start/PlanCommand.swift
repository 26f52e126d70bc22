import ArgumentParser
import DurableFiles
import FoundationEssentials
import Glibc
import JSON
import Models
import Pipelines
import Shards

/// What a pipeline would come to.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "What can I afford? Check a pipeline, measure this machine, and train nothing.",
    discussion: """
      Reports every problem of the file; then the corpus, memory, the speed of a few real steps on random ids, and what
      each preset comes to in the time given.

        cloze plan letters-bert.yaml --budget 72h
        cloze plan letters-bert.yaml --resolved
      """)

  @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
  var pipeline: String
  @Option(help: "Plan for this time instead of the pipeline's stop rule, such as 8h or 3d.")
  var budget: String?
  @Flag(help: "Print the pipeline with every default, and nothing else.")
  var resolved = false
  @OptionGroup var changes: PipelineChanges
  @OptionGroup var place: RunPlace
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if let budget, TimeSpan(text: budget) == nil {
      throw ValidationError("--budget wants \(TimeSpan.wanted), not \(budget)")
    }
    if resolved, report.json { throw ValidationError("--resolved prints YAML; leave --json out") }
  }

  func run() throws {
    let (file, _) = try changes.load(existing: pipeline)
    let configuration = file.configuration
    if resolved { return try Console.write(configuration.resolved(explained: true)) }
    Machine.start(threads: Machine.threadCount(configuration))
    let folder = RunFolder(Paths.join(place.checkpoints, place.as ?? configuration.name))
    let plan = try planned(file, folder)
    guard !report.json else { return try Console.report(plan.json) }
    for line in PlanText(plan: plan, configuration: configuration).lines { try Console.line(line) }
  }

  private func planned(_ file: PipelineFile, _ folder: RunFolder) throws -> PipelinePlan {
    do {
      return try PipelinePlan(file.configuration, folder: folder, budget: budget.flatMap { TimeSpan(text: $0) })
    } catch let error as ShardError {
      throw UserError.shards(error, file.places)
    }
  }
}

extension PipelineChanges {
  /// The pipeline in a file that must exist: a wrong name is a mistake in the command.
  func load(existing path: String) throws -> (PipelineFile, source: [UInt8]) {
    switch try RealFileSystem().status(path, followingLinks: true)?.kind {
    case .file, .other: return try load(path)
    case nil:
      throw UserError("\(path) does not exist", .usage).action("write one for your text: cloze init --text FOLDER")
    default: throw UserError("\(path) is no pipeline file", .usage)
    }
  }
}

/// A plan in words.
private struct PlanText {
  let plan: PipelinePlan
  let configuration: PipelineConfiguration

  var lines: [String] { [corpus, tokens, network, workers, memory, speed, steps, finish, ""] + table + [advice] }

  private var about: String { plan.corpus.isExact ? "" : "about " }

  private var corpus: String {
    let facts = plan.corpus
    let files =
      facts.shardCount == 0
      ? "the sample, which the run will write"
      : "\(Figures.count(facts.shardCount, "shard")), \(Figures.bytes(facts.fileBytes))"
    let bad = facts.badRecordCount > 0 ? " · \(Figures.count(facts.badRecordCount, "bad record")) in the sample" : ""
    let documents = whole(facts.documentCount)
    return "corpus    \(files) · \(about)\(Figures.bytes(whole(facts.textBytes))) of text in"
      + " \(about)\(Figures.short(documents)) \(Figures.noun(documents, "document"))\(bad)"
  }

  private var tokens: String {
    "tokens    \(about)\(Figures.short(whole(plan.corpus.trainingTokens))) in"
      + " \(Figures.short(whole(plan.corpus.trainingRows))) rows to train on · vocabulary"
      + " \(Figures.count(plan.corpus.vocabularySize)) · \(Figures.fixed(plan.corpus.bytesPerToken, 2)) bytes each"
  }

  private var network: String {
    let name = configuration.model.preset?.rawValue ?? configuration.model.from?.path ?? "own sizes"
    return "model     \(name) · \(Figures.short(plan.parameters)) parameters"
  }

  private var workers: String {
    let layout = ProcessLayout(configuration)
    return "workers   \(layout.text): \(layout.reason)"
  }

  private var memory: String {
    let memory = plan.memory
    return "memory    about \(Figures.bytes(memory.total)) of \(Figures.bytes(plan.memoryLimit)): values and moments"
      + " \(Figures.bytes(memory.parameters)), as much for checkpoints, gradients \(Figures.bytes(memory.gradients)), activations"
      + " \(Figures.bytes(memory.activations))"
  }

  private var speed: String {
    "speed     \(seconds(plan.secondsPerStep)) a step of \(Figures.count(plan.rowsPerStep, "row")),"
      + " \(Figures.rate(plan.tokensPerSecond)) tokens/s, measured on random ids"
  }

  private var steps: String {
    "steps     \(Figures.count(plan.steps.steps)), warm-up \(Figures.count(plan.steps.warmupSteps)), curve ends at"
      + " \(Figures.count(plan.steps.horizon)) · \(Figures.short(whole(plan.tokens))) tokens ·"
      + " \(Figures.fixed(plan.passes, 2)) passes"
  }

  private var finish: String {
    let now = LocalTime(secondsSince1970: Date().timeIntervalSince1970)
    return "pretrain  takes about \(Figures.duration(plan.seconds)); started now it ends"
      + " \(now.after(plan.seconds).description(from: now))"
  }

  private var table: [String] {
    let rows = plan.offers.map { offer in
      [
        (offer == plan.recommended ? "▸ " : "  ") + offer.preset.rawValue, Figures.short(offer.parameters),
        Figures.bytes(offer.memoryBytes), (offer.isMeasured ? "" : "≈ ") + Figures.rate(offer.tokensPerSecond),
        Figures.short(whole(offer.tokens)), Figures.fixed(offer.passes, 1), Figures.fixed(offer.tokensPerParameter, 1),
      ]
    }
    let header = ["  preset", "parameters", "memory", "tokens/s", "tokens", "passes", "tokens/parameter"]
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return ["what \(Figures.duration(plan.offeredSeconds)) of training buy here:"]
      + all.map { row in
        row.indices.map { column in
          let space = String(repeating: " ", count: widths[column] - row[column].count)
          return column == 0 ? row[column] + space : space + row[column]
        }.joined(separator: "  ")
      }
  }

  private var advice: String {
    guard let best = plan.recommended else { return "" }
    if best.tokensPerParameter < 20 {
      return
        "\(best.preset.rawValue): the smallest; even it wants 20 tokens for each parameter, from more time or more text"
    }
    return "\(best.preset.rawValue): the largest that sees 20 tokens for each parameter, no text more than 40 times"
  }

  private func seconds(_ value: Double) -> String {
    value < 10 ? "\(Figures.fixed(value, value < 0.1 ? 3 : 2)) s" : Figures.duration(value)
  }

  private func whole(_ value: Double) -> Int { Int(exactly: min(1e18, max(0, value)).rounded()) ?? 0 }
}

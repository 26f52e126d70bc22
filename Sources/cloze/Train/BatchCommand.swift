import ArgumentParser
import Datasets
import DurableFiles
import JSON
import Pipelines

/// The rows that one step trains on.
struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch", abstract: "Show exactly the rows that a step trains on, decoded; this prints your text.",
    discussion: """
      Hidden tokens stand as the model reads them ([MASK], another token, or unchanged), with the true ones behind.

        cloze batch letters-bert.yaml 1000 --rows 4
        cloze batch checkpoints/letters-bert 1000 --json
      """)

  @Argument(help: "A pipeline file, or a run folder.", completion: .file())
  var pipeline: String
  @Argument(help: "The step, from 1.")
  var step: Int
  @Option(help: "Show at most so many rows.")
  var rows: Int?
  @OptionGroup var changes: PipelineChanges
  @OptionGroup var place: RunPlace
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if step < 1 { throw ValidationError("steps are counted from 1, not \(step)") }
    if let rows, rows < 1 { throw ValidationError("--rows must be at least 1, not \(rows)") }
  }

  func run() throws {
    let (file, folder) = try located()
    let found = try StepRows(file.configuration, places: file.places, folder: folder, step: step, limit: rows)
    guard !report.json else { return try Console.report(found.json) }
    Console.talk("step \(Figures.count(step)), pass \(found.epoch + 1) over the corpus: this is your text")
    for row in found.rows { try write(row) }
  }

  /// The pipeline and the run's folder, from either of them.
  private func located() throws -> (PipelineFile, RunFolder) {
    let files = RealFileSystem()
    let isFolder = try files.status(pipeline, followingLinks: true)?.kind == .folder
    if isFolder {
      let folder = RunFolder(pipeline)
      guard try folder.exists(folder.record) else {
        throw UserError("\(pipeline) is no run folder: there is no run.json in it", .usage)
      }
      if !changes.settings.isEmpty {
        throw UserError("--set changes a pipeline file; \(pipeline) is a run, whose settings are kept", .usage)
      }
      return (try folder.resolvedPipeline(), folder)
    }
    let (file, _) = try changes.load(existing: pipeline)
    return (file, RunFolder(Paths.join(place.checkpoints, place.as ?? file.configuration.name)))
  }

  private func write(_ row: StepRows.Row) throws {
    var title = "sample \(row.example.sample) · slot \(row.slot)"
    switch row.example.nextSentenceLabel {
    case 0: title += " · the second part follows the first"
    case 1: title += " · the second part is random"
    default: break
    }
    try Console.line(title)
    for segment in row.example.segments {
      try Console.line("  \(segment.text)")
      // The targets of a causal row are the text itself, one place on.
      let isCausal = segment.targets.count * 2 > segment.tokens.count
      guard !segment.targets.isEmpty, !isCausal else { continue }
      let hidden = segment.targets.map { target in
        let read = segment.tokens.indices.contains(target.place) ? segment.tokens[target.place] : ""
        return read == target.token ? "\(target.place) \(target.token) (kept)" : "\(target.place) \(target.token)"
      }
      try Console.line("  → \(hidden.joined(separator: ", "))")
    }
  }
}

import JSON
import Models

/// Writes the run's `README.md`: a model card with every stage's result and without a word of the text.
struct ReportStage: Stage {
  let name = "report"

  func fingerprint(_ context: RunContext) throws -> String {
    context.record.stages.filter { $0.key != name }.map { "\($0.key): \($0.value.summary)" }.sorted().joined(
      separator: "\n")
  }

  func isIntact(_ context: RunContext) throws -> Bool { try context.folder.exists(context.folder.card) }

  func run(_ context: RunContext) throws -> StageResult {
    var figures = JSONObject()
    var lines = header(context)
    lines += ["## Stages", "", "| stage | result | time |", "|---|---|---|"]
    for (name, stage) in order(context) {
      lines.append("| \(name) | \(stage.summary) | \(Figures.duration(stage.seconds)) |")
    }
    if let warning = PlateauWarning(context.record.stages["pretrain"]?.figures["validation"]) {
      context.tell(.noted(stage: name, warning.text))
      lines += ["", warning.text]
    }
    if let sample = context.configuration.corpus.synthesize {
      context.tell(.noted(stage: name, "comparing with the world's true probabilities"))
      let world = try WorldReport(context, sample)
      figures = world.figures
      lines += ["", "## Beside the truth", ""] + world.lines.map { "- \($0)" }
      for line in world.lines { context.tell(.noted(stage: name, line)) }
    }
    lines += footer(context)
    try context.folder.write(lines.joined(separator: "\n") + "\n", to: context.folder.card)
    return StageResult(summary: "README.md", figures: figures)
  }

  private func header(_ context: RunContext) -> [String] {
    let configuration = context.configuration
    let pretrain = context.record.stages["pretrain"]?.figures
    var lines = ["---", "library_name: transformers", "tags: [cloze]", "---", "", "# \(configuration.name)", ""]
    lines.append("Made by Cloze from the pipeline in `pipeline.yaml`; `resolved.yaml` has every setting.")
    if let parameters = pretrain?["parameters"]?.int { lines.append("\(Figures.count(parameters)) parameters.") }
    if let digest = pretrain?["weights_sha256"]?.string { lines.append("SHA-256 of the weights: `\(digest)`.") }
    return lines + [""]
  }

  /// The stages in the order in which they are done.
  private func order(_ context: RunContext) -> [(String, RunRecord.Stage)] {
    let configuration = context.configuration
    let names =
      ["corpus", "tokenizer", "pretrain"] + configuration.finetune.map { FinetuneStage(settings: $0).name }
      + configuration.embed.map { EmbedStage(settings: $0).name } + ["export"]
    return names.compactMap { name in context.record.stages[name].map { (name, $0) } }
  }

  private func footer(_ context: RunContext) -> [String] {
    [
      "", "## Use", "", "```python", "from transformers import AutoModel, AutoTokenizer",
      "model = AutoModel.from_pretrained(\"pretrain/best\")",
      "tokenizer = AutoTokenizer.from_pretrained(\"pretrain/best\")", "```", "",
      "Trained on CPUs with bits that do not depend on the number of threads; started "
        + "\(Figures.count(context.record.starts, "time")), running for \(Figures.duration(context.record.seconds)).",
    ]
  }
}

import FineTuning
import JSON

/// What fine-tuning for a task brought, for people and for programs; no word of the texts but the labels.
public struct FinetuneReport {
  private let settings: FinetuneSettings
  private let outcome: FinetuneOutcome

  /// The report of an outcome.
  public init(_ settings: FinetuneSettings, _ outcome: FinetuneOutcome) {
    self.settings = settings
    self.outcome = outcome
  }

  /// One line: the pretrained score beside the from-scratch and bag-of-words ones.
  public var summary: String {
    let score = outcome.spread(.pretrained, \.accuracy)
    var parts = ["accuracy \(percent(score, seeds: outcome.scores(.pretrained).count))"]
    if settings.scratch {
      parts.append(
        "from scratch \(percent(outcome.spread(.scratch, \.accuracy), seeds: outcome.scores(.scratch).count))")
    }
    parts.append("naive Bayes \(Figures.percent(outcome.naiveBayes.accuracy))")
    return parts.joined(separator: " · ")
  }

  /// `report.md`.
  public var markdown: String {
    let rows = outcome.isTested ? "test" : "validation"
    var lines = ["# Fine-tuning: \(settings.name.isEmpty ? "a task" : settings.name)", ""]
    lines.append(
      "\(Figures.count(outcome.trainingCount, "training row")), "
        + "\(Figures.count(outcome.validationCount, "validation row")), "
        + "\(Figures.count(outcome.testCount, "test row")); \(Figures.count(outcome.labels.count, "label")).")
    if outcome.cutCount > 0 {
      lines.append(
        "\(Figures.count(outcome.cutCount, "text")) cut: longer than \(settings.maximumLength) tokens.")
    }
    lines += ["", "Scores on the \(rows) rows, mean ± standard deviation over seeds:", ""]
    lines += ["| | seeds | accuracy | macro F1 | Matthews |", "|---|---|---|---|---|"]
    for arm in FinetuneArm.allCases where !outcome.scores(arm).isEmpty { lines.append(row(arm)) }
    let bayes = outcome.naiveBayes
    lines.append("| naive Bayes on word counts | | " + metrics(bayes) + " |")
    if let bootstrap = outcome.bootstrap { lines += ["", sentence(bootstrap)] }
    lines += seedLines() + gridLines() + confusionLines(rows)
    return lines.joined(separator: "\n") + "\n"
  }

  /// `report.json`, and the figures of the stage.
  public var json: JSONValue {
    var object: JSONObject = [
      "name": .string(settings.name), "labels": .array(outcome.labels.map { .string($0) }),
      "train_rows": JSONValue(outcome.trainingCount), "validation_rows": JSONValue(outcome.validationCount),
      "test_rows": JSONValue(outcome.testCount), "cut_texts": JSONValue(outcome.cutCount),
      "scored_on": .string(outcome.isTested ? "test" : "validation"), "best": .string(outcome.bestFolder),
    ]
    for arm in FinetuneArm.allCases where !outcome.scores(arm).isEmpty { object.set(arm.rawValue, armJSON(arm)) }
    object.set("naive_bayes", .object(outcome.naiveBayes.json))
    if let bootstrap = outcome.bootstrap {
      object.set(
        "paired_bootstrap",
        ["accuracy_difference": .number(bootstrap.difference), "confidence": .number(bootstrap.confidence)])
    }
    return .object(object)
  }

  private func armJSON(_ arm: FinetuneArm) -> JSONValue {
    let spread = outcome.spread(arm, \.accuracy)
    let choice = outcome.choices[arm]
    return [
      "learning_rate": choice.map { .number($0.learningRate) } ?? .null,
      "epochs": choice.map { JSONValue($0.epochs) } ?? .null,
      "accuracy_mean": .number(spread.mean), "accuracy_deviation": .number(spread.deviation),
      "macro_f1_mean": .number(outcome.spread(arm, \.macroF1).mean),
      "matthews_mean": .number(outcome.spread(arm, \.matthewsCorrelation).mean),
      "seeds": .array(outcome.runs.filter { $0.arm == arm }.map(runJSON)),
      "grid": .array(
        outcome.trials.filter { $0.arm == arm }.map {
          [
            "learning_rate": .number($0.choice.learningRate), "epochs": JSONValue($0.choice.epochs),
            "validation_accuracy": .number($0.accuracy),
          ]
        }),
    ]
  }

  private func runJSON(_ run: FinetuneRun) -> JSONValue {
    [
      "seed": JSONValue(run.seed), "best_epoch": JSONValue(run.bestEpoch), "validation": .object(run.validation.json),
      "test": run.test.map { .object($0.json) } ?? .null,
    ]
  }

  private func row(_ arm: FinetuneArm) -> String {
    let name = arm == .pretrained ? "pretrained" : "the same network from scratch"
    let cells = [\ClassificationMetrics.accuracy, \.macroF1, \.matthewsCorrelation].map { score in
      let (mean, deviation) = outcome.spread(arm) { $0[keyPath: score] }
      return "\(Figures.fixed(mean, 4)) ± \(Figures.fixed(deviation, 4))"
    }
    return "| \(name) | \(outcome.scores(arm).count) | " + cells.joined(separator: " | ") + " |"
  }

  private func sentence(_ bootstrap: PairedBootstrap) -> String {
    let points = Figures.fixed(100 * bootstrap.difference, 1)
    return
      "Pretrained minus from scratch: \(points) points of accuracy; in \(Figures.percent(bootstrap.confidence)) of "
      + "10,000 resampled sets of the same rows the pretrained model is better (paired bootstrap)."
  }

  private func seedLines() -> [String] {
    var lines = [
      "", "## Seeds", "", "| folder | best epoch | validation accuracy | test accuracy |", "|---|---|---|---|",
    ]
    for run in outcome.runs {
      lines.append(
        "| \(run.arm.folderName(seed: run.seed)) | \(run.bestEpoch) | \(Figures.fixed(run.validation.accuracy, 4)) | "
          + "\(run.test.map { Figures.fixed($0.accuracy, 4) } ?? "") |")
    }
    return lines
  }

  private func gridLines() -> [String] {
    var lines = ["", "## What was chosen, on the validation rows", ""]
    for arm in FinetuneArm.allCases {
      guard let choice = outcome.choices[arm] else { continue }
      lines.append("- \(arm.rawValue): learning rate \(choice.learningRate), \(Figures.count(choice.epochs, "epoch"))")
    }
    guard !outcome.trials.isEmpty else { return lines }
    lines += ["", "| | learning rate | epochs | validation accuracy |", "|---|---|---|---|"]
    return lines
      + outcome.trials.map {
        "| \($0.arm.rawValue) | \($0.choice.learningRate) | \($0.choice.epochs) | \(Figures.fixed($0.accuracy, 4)) |"
      }
  }

  private func confusionLines(_ rows: String) -> [String] {
    guard outcome.labels.count <= 30, let run = outcome.runs.first else { return [] }
    let confusion = (run.test ?? run.validation).confusion
    let labels = outcome.labels.map { $0.replacingPipes }
    var lines = ["", "## Confusion on the \(rows) rows, \(run.arm.folderName(seed: run.seed))", ""]
    lines.append("| true ↓ predicted → | " + labels.joined(separator: " | ") + " |")
    lines.append("|---|" + String(repeating: "---|", count: labels.count))
    return lines
      + zip(labels, confusion).map { label, counts in
        "| \(label) | " + counts.map { Figures.count($0) }.joined(separator: " | ") + " |"
      }
  }

  private func metrics(_ metrics: ClassificationMetrics) -> String {
    [metrics.accuracy, metrics.macroF1, metrics.matthewsCorrelation].map { Figures.fixed($0, 4) }
      .joined(separator: " | ")
  }

  private func percent(_ score: (mean: Double, deviation: Double), seeds: Int) -> String {
    Figures.percent(score.mean) + (seeds > 1 ? " ± \(Figures.fixed(100 * score.deviation, 1))" : "")
  }
}

extension ClassificationMetrics {
  /// The scores by name, with the confusion matrix: rows are true labels.
  public var json: JSONObject {
    [
      "count": JSONValue(count), "accuracy": .number(accuracy), "macro_f1": .number(macroF1),
      "matthews": .number(matthewsCorrelation),
      "confusion": .array(confusion.map { row in .array(row.map { JSONValue($0) }) }),
    ]
  }
}

extension String {
  /// Text that does not end a table's cell.
  fileprivate var replacingPipes: String { String(map { $0 == "|" || $0.isNewline ? "/" : $0 }) }
}

import Checkpoints
import DurableFiles
import FineTuning
import Glibc
import JSON

/// Fine-tunes the pretrained model for one labeled task.
struct FinetuneStage: Stage {
  let settings: FinetuneSettings

  var name: String { "finetune \(settings.name)" }

  func fingerprint(_ context: RunContext) throws -> String {
    let weights = context.record.stages["pretrain"]?.figures["weights_sha256"]?.string
    let model = weights ?? context.configuration.model.from?.path ?? ""
    return YAMLWriter.flow(settings.settings(.frozen)) + " \(settings.train.path) \(context.configuration.seed) "
      + model
  }

  func isIntact(_ context: RunContext) throws -> Bool {
    try context.folder.exists(Paths.join(context.folder.finetune(settings.name), "report.md"))
  }

  func run(_ context: RunContext) throws -> StageResult {
    let base = try FinetuneStage.base(context)
    let task = FinetuneTask(
      settings, base: base, folder: context.folder.finetune(settings.name), seed: UInt64(context.configuration.seed),
      fileSystem: context.folder.fileSystem, shouldStop: { context.shouldStop },
      observe: { event in text(event).map { context.tell(.noted(stage: name, $0)) } })
    let outcome = try task.run()
    let report = FinetuneReport(settings, outcome)
    var figures = report.json.object ?? JSONObject()
    var scores = JSONObject()
    for arm in FinetuneArm.allCases where !outcome.scores(arm).isEmpty {
      scores[arm == .scratch ? "from_scratch" : arm.rawValue] = .number(outcome.spread(arm, \.accuracy).mean)
    }
    scores["bag_of_words"] = .number(outcome.naiveBayes.accuracy)
    figures["scores"] = .object(scores)
    return StageResult(summary: report.summary, figures: figures)
  }

  /// The model to fine-tune: this run's, or the finished one that the pipeline names.
  static func base(_ context: RunContext) throws -> LoadedModel {
    if context.configuration.pretrain == nil, let from = context.configuration.model.from {
      return try ModelReference.load(from.path)
    }
    return try ModelReference.load(context.folder.path)
  }

  private func text(_ event: FinetuneEvent) -> String? {
    switch event {
    case .read(let training, let validation, let test, let labels, let cut):
      "\(Figures.count(training, "row")) to learn from, \(Figures.count(validation)) to choose by, "
        + "\(Figures.count(test)) to test on, \(Figures.count(labels, "label"))"
        + (cut > 0 ? ", \(Figures.count(cut, "text")) cut" : "")
    case .epoch(let arm, _, let seed, let epoch):
      "\(arm.rawValue), seed \(seed), epoch \(epoch.number): validation \(Figures.percent(epoch.validation.accuracy))"
    case .tried, .finished: nil
    }
  }
}

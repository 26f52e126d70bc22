import Checkpoints
import DurableFiles
import FineTuning
import Glibc
import JSON
import Objectives

/// Fine-tunes a model for one labeled task: chooses on the validation rows, trains every seed, compares with the same
/// network from scratch and with word counts, and scores the test rows once.
///
/// Leaves `seed-42`, `scratch-42`, … as Hugging Face folders, the link `best`, `report.md` and `report.json`. The same
/// settings, model and data give the same bits.
public struct FinetuneTask {
  /// The settings of the stage.
  public let settings: FinetuneSettings
  /// The folder for models and report.
  public let folder: String
  private let base: LoadedModel
  private let seed: UInt64
  private let fileSystem: any FileSystem
  private let shouldStop: () -> Bool
  private let observe: (FinetuneEvent) -> Void

  /// A task.
  ///
  /// - Parameters:
  ///   - base: the pretrained model with its tokenizer.
  ///   - folder: where models and report go.
  ///   - seed: the first seed; the others follow it.
  ///   - shouldStop: asked after every step.
  ///   - observe: told what happens.
  public init(
    _ settings: FinetuneSettings, base: LoadedModel, folder: String, seed: UInt64 = 42,
    fileSystem: any FileSystem = RealFileSystem(), shouldStop: @escaping () -> Bool = { false },
    observe: @escaping (FinetuneEvent) -> Void = { _ in }
  ) {
    self.settings = settings
    self.base = base
    self.folder = folder
    self.seed = seed
    self.fileSystem = fileSystem
    self.shouldStop = shouldStop
    self.observe = observe
  }

  /// Does all of it.
  /// - Throws: `StoppedOnRequest`; what was written stays, and the task begins anew the next time.
  public func run() throws -> FinetuneOutcome {
    let arms: [FinetuneArm] = settings.scratch ? [.pretrained, .scratch] : [.pretrained]
    if settings.scratch, settings.grid(.scratch).count < settings.grid(.pretrained).count {
      throw UserError("the control from scratch has a smaller grid than the pretrained model", .usage)
        .action("give scratch_learning_rate and scratch_epochs at least as many values")
    }
    let data = try FinetuneData(settings, base, seed: seed)
    observe(
      .read(
        training: data.training.count, validation: data.validation.count, test: data.test.count,
        labels: data.labels.labels.count, cut: data.cutCount))
    var trials: [FinetuneTrial] = []
    var choices: [FinetuneArm: FinetuneChoice] = [:]
    var runs: [FinetuneRun] = []
    for arm in arms {
      let search = try search(arm, data)
      trials += search.trials
      choices[arm] = search.best.choice
      runs.append(try finish(search.best, data))
      for further in 1..<max(1, UInt64(clamping: settings.seeds)) {
        runs.append(try finish(try train(arm, search.best.choice, seed: seed + further, data), data))
      }
    }
    return try report(data, trials, choices, runs)
  }

  /// A classifier that was trained, before it is scored.
  private struct Trained {
    let arm: FinetuneArm
    let choice: FinetuneChoice
    let seed: UInt64
    let classifier: LoadedModel
    let best: FineTuner.Epoch
  }

  /// Tries every point of an arm's grid with the first seed; the earlier one of equals is best.
  private func search(_ arm: FinetuneArm, _ data: FinetuneData) throws -> (best: Trained, trials: [FinetuneTrial]) {
    let grid = settings.grid(arm)
    var best: Trained?
    var trials: [FinetuneTrial] = []
    for choice in grid {
      let trained = try train(arm, choice, seed: seed, data)
      let accuracy = trained.best.validation.accuracy
      if grid.count > 1 {
        trials.append(FinetuneTrial(arm: arm, choice: choice, accuracy: accuracy))
        trials.last.map { observe(.tried($0)) }
      }
      if best.map({ accuracy > $0.best.validation.accuracy }) ?? true { best = trained }
    }
    guard let best else { throw UserError("learning_rate and epochs need a value each", .usage) }
    return (best, trials)
  }

  private func train(
    _ arm: FinetuneArm, _ choice: FinetuneChoice, seed: UInt64, _ data: FinetuneData
  ) throws -> Trained {
    let configuration = settings.configuration(choice)
    let labels = data.labels.labels
    let classifier =
      switch arm {
      case .pretrained:
        try ClassifierFactory.pretrained(base, labels: labels, configuration: configuration, seed: seed)
      case .scratch: try ClassifierFactory.scratch(base, labels: labels, configuration: configuration, seed: seed)
      }
    var isStopped = false
    let epochs = try FineTuner(classifier, configuration: configuration, seed: seed).train(
      data.training, validation: data.validation,
      shouldStop: {
        isStopped = isStopped || shouldStop()
        return isStopped
      }, observe: { observe(.epoch(arm, choice, seed: seed, $0)) })
    // The earliest of the best: the one whose parameters were kept.
    let best = epochs.reversed().max { $0.validation.accuracy < $1.validation.accuracy }
    guard !isStopped, let best = epochs.first(where: { $0.validation.accuracy == best?.validation.accuracy }) else {
      throw StoppedOnRequest(standing: "in \(settings.name), \(arm.rawValue), seed \(seed)")
    }
    return Trained(arm: arm, choice: choice, seed: seed, classifier: classifier, best: best)
  }

  /// Scores a trained classifier and writes its folder.
  private func finish(_ trained: Trained, _ data: FinetuneData) throws -> FinetuneRun {
    let predictor = try Predictor(trained.classifier)
    let predicted = predictor.probabilities(data.scored).map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
    let actual = data.scored.map { Int($0.label) }
    let metrics = ClassificationMetrics(
      predicted: predicted, actual: actual, labelCount: data.labels.labels.count)
    let run = FinetuneRun(
      arm: trained.arm, seed: trained.seed, bestEpoch: trained.best.number, validation: trained.best.validation,
      test: data.test.isEmpty ? nil : metrics, isRight: zip(predicted, actual).map { $0 == $1 })
    try fileSystem.makeFolders(folder)
    try FolderWriter.replace(
      Paths.join(folder, trained.arm.folderName(seed: trained.seed)), ModelWriter.files(trained.classifier),
      fileSystem: fileSystem)
    observe(.finished(run))
    return run
  }

  private func report(
    _ data: FinetuneData, _ trials: [FinetuneTrial], _ choices: [FinetuneArm: FinetuneChoice], _ runs: [FinetuneRun]
  ) throws -> FinetuneOutcome {
    let pretrained = runs.filter { $0.arm == .pretrained }
    let scratch = runs.filter { $0.arm == .scratch }
    let best = pretrained.max { $0.validation.accuracy < $1.validation.accuracy }
    let name = FinetuneArm.pretrained.folderName(seed: best?.seed ?? seed)
    try DurableFile.replaceLink(Paths.join(folder, CheckpointStore.bestLink), to: name, fileSystem: fileSystem)
    let outcome = FinetuneOutcome(
      labels: data.labels.labels, trainingCount: data.training.count, validationCount: data.validation.count,
      testCount: data.test.count, cutCount: data.cutCount, trials: trials, choices: choices, runs: runs,
      naiveBayes: data.naiveBayes,
      bootstrap: scratch.isEmpty
        ? nil : PairedBootstrap(first: pretrained.map(\.isRight), second: scratch.map(\.isRight)),
      bestFolder: Paths.join(folder, name))
    let report = FinetuneReport(settings, outcome)
    for (name, text) in [("report.md", report.markdown), ("report.json", report.json.text(pretty: true) + "\n")] {
      try DurableFile.replace(Paths.join(folder, name), text: text, fileSystem: fileSystem)
    }
    return outcome
  }
}

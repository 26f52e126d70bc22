import Collectives
import JSON
import Models
import NN

/// What settings must fulfill together. Every check runs; each problem stands at the setting that is to change.
struct PipelineChecks {
  let configuration: PipelineConfiguration
  private(set) var reader: SettingReader

  init(_ configuration: PipelineConfiguration, _ reader: SettingReader) {
    self.configuration = configuration
    self.reader = reader
  }

  mutating func run() {
    corpus()
    tokenizer()
    model()
    if let pretrain = configuration.pretrain {
      objective(pretrain)
      batch(pretrain)
      stop(pretrain)
      schedule(pretrain)
    } else if configuration.model.from == nil {
      reader.report(
        "pretrain",
        reader.isWritten("pretrain")
          ? "has no value" : "is missing; without it, model.from must name a finished model")
    }
    finetune()
    embed()
    exclusive()
    if case .fixed(let count) = configuration.machine.workers, count > SharedGroup.largestCount {
      reader.report("machine.workers", "is \(count); at most \(SharedGroup.largestCount) can share a step")
    }
    if case .fixed(let count) = configuration.machine.workers, let pretrain = configuration.pretrain,
      count > pretrain.microBatches
    {
      reader.report(
        "machine.workers",
        "is \(count); a step has \(pretrain.microBatches) micro-batches, and each worker needs one at least")
    }
  }

  private mutating func exclusive() {
    for group in PipelineFile.alternatives {
      let given = group.filter { reader.isWritten($0) }
      for path in given.dropFirst() {
        let name = given[0].split(separator: ".").last.map(String.init) ?? given[0]
        reader.report(path, "cannot stand beside \(name); keep one of them")
      }
    }
  }

  private mutating func corpus() {
    let needsText =
      configuration.pretrain != nil || configuration.tokenizer.from == nil && configuration.model.from == nil
    if needsText, configuration.corpus.shards == nil {
      reader.report("corpus.shards", "is missing; it names the text, such as data/*.jsonl.gz")
    }
    if configuration.pretrain != nil, configuration.corpus.validation == .share(0) {
      reader.report("corpus.validation", "is 0; something must be held out, or no result can be trusted")
    }
  }

  private mutating func tokenizer() {
    let settings = configuration.tokenizer
    guard settings.from == nil else { return }
    let family = configuration.model.resolvedFamily
    let kind = settings.kind ?? (family?.isCausal == true ? .byteBPE : .wordpiece)
    let least: Int
    switch kind {
    case .wordpiece: least = 64
    case .byteBPE: least = 257
    case .unigram: least = 320
    case .characters, .words: least = 6
    }
    if settings.vocabularySize < least {
      let reason =
        switch kind {
        case .byteBPE: "256 bytes and the end of a text"
        case .unigram: "special tokens, 256 bytes and the alphabet"
        default: "special tokens and the alphabet"
        }
      reader.report(
        "tokenizer.vocab_size",
        "\(settings.vocabularySize) is too small for \(kind.rawValue): \(reason) need at least \(least)")
    }
    if kind == .byteBPE, settings.lowercase == true || settings.stripAccents == true {
      reader.report(
        settings.lowercase == true ? "tokenizer.lowercase" : "tokenizer.strip_accents",
        "byte_bpe keeps every byte; fold the text beforehand or use wordpiece")
    }
  }

  private mutating func model() {
    let model = configuration.model
    if model.preset == nil, model.from == nil, model.family == nil {
      reader.report("model", "names no network; give preset: bert-mini, from: FOLDER, or model_type with sizes")
    }
    if let preset = model.preset, let family = model.family, preset.family != family {
      reader.report(
        "model.model_type", "is \(family.rawValue); the preset \(preset.rawValue) is \(preset.family.rawValue)")
    }
    if model.initialization != nil, model.from != nil || model.resolvedFamily?.isCausal == true {
      let reason = model.from == nil ? "is for a new BERT" : "starts nothing: model.from goes on with a finished model"
      reader.report("model.initialization", "\(reason); leave it out")
    }
    if let size = model.overrides.first(where: { $0.key == "vocab_size" })?.value.int,
      size > 0, size < configuration.tokenizer.vocabularySize, configuration.tokenizer.from == nil
    {
      reader.report(
        "model.vocab_size",
        "\(size) is below tokenizer.vocab_size \(configuration.tokenizer.vocabularySize); leave it out")
    }
    guard let family = model.resolvedFamily, let network = model.configuration else { return }
    let width = family.sizeKeys.width
    for issue in network.issues() {
      reader.report("model.\(writtenName(issue.key))", issue.message.replacing(width, with: writtenName(width)))
    }
  }

  /// A key of the model as the file spells it.
  private func writtenName(_ key: String) -> String {
    let common = ModelSettings.commonNames.first { $0.value == key && reader.isWritten("model.\($0.key)") }?.key
    return common ?? key
  }

  private mutating func objective(_ pretrain: PretrainSettings) {
    let objective = pretrain.resolvedObjective(configuration.model.resolvedFamily)
    if Set(objective).count != objective.count {
      reader.report("pretrain.objective", "names one objective twice")
    } else if objective.contains(.clm), objective.count > 1 {
      reader.report(
        "pretrain.objective", "clm stands alone: it reads from left to right, mlm and nsp in both directions")
    } else if objective.contains(.nsp), !objective.contains(.mlm) {
      reader.report("pretrain.objective", "nsp needs mlm beside it: [mlm, nsp]")
    }
    if let family = configuration.model.resolvedFamily, objective.contains(.clm) != family.isCausal {
      reader.report(
        "pretrain.objective",
        family.isCausal
          ? "\(family.rawValue) reads from left to right: its objective is [clm]"
          : "bert is trained with [mlm] or [mlm, nsp]")
    }
    if objective.contains(.clm) {
      let defaults = PretrainSettings()
      // A default that is written says nothing: `resolved.yaml` has all of them.
      if pretrain.maskingShare != defaults.maskingShare {
        reader.report("pretrain.mlm_probability", "has no meaning for clm")
      }
      if pretrain.masksWholeWords != defaults.masksWholeWords {
        reader.report("pretrain.whole_word_masking", "has no meaning for clm")
      }
    } else if pretrain.acrossDocuments {
      reader.report("pretrain.across_documents", "is for clm; mlm rows never see another document")
    }
    if let family = configuration.model.resolvedFamily,
      let longest = configuration.model.value(family.sizeKeys.length)?.int,
      configuration.model.from == nil, pretrain.maximumLength > longest
    {
      reader.report(
        "pretrain.max_length",
        "\(pretrain.maximumLength) is longer than the model's \(family.sizeKeys.length) \(longest)")
    }
  }

  private mutating func batch(_ pretrain: PretrainSettings) {
    if let tokens = pretrain.batchTokens {
      if tokens < pretrain.maximumLength {
        reader.report("pretrain.batch_tokens", "\(tokens) does not hold one row of \(pretrain.maximumLength) tokens")
      }
    } else {
      let rows = pretrain.batchSize ?? PretrainSettings.defaultBatchSize
      if pretrain.microBatches > rows {
        reader.report(
          reader.isWritten("pretrain.micro_batches") ? "pretrain.micro_batches" : "pretrain.batch_size",
          "\(pretrain.microBatches) micro_batches cannot share \(Figures.count(rows, "row")); at most one each")
      }
    }
  }

  private mutating func stop(_ pretrain: PretrainSettings) {
    let rules = PipelineFile.stopRules
    if !rules.contains(where: { reader.isWritten($0) }) {
      reader.report("pretrain", "never ends; give one of max_steps, max_tokens, epochs and budget")
    }
  }

  private mutating func schedule(_ pretrain: PretrainSettings) {
    let schedule = pretrain.schedule
    let end = schedule.totalSteps ?? pretrain.maximumSteps
    if let warmup = schedule.warmupSteps, let end, warmup >= end {
      reader.report("pretrain.lr_scheduler.warmup_steps", "\(warmup) leaves nothing of \(end) steps after warm-up")
    }
    if let total = schedule.totalSteps, let steps = pretrain.maximumSteps, total < steps {
      reader.report(
        "pretrain.lr_scheduler.total_steps", "\(total) ends before max_steps \(steps); the rest would not learn")
    }
  }

  private mutating func finetune() {
    var names: Set<String> = []
    for (index, task) in configuration.finetune.enumerated() {
      let path = "finetune.\(index)"
      name(task.name, path, &names)
      if task.train.path.isEmpty { reader.report("\(path).train", "is missing; it names the labeled rows") }
      if task.microBatches > task.batchSize {
        reader.report(
          "\(path).micro_batches",
          "\(task.microBatches) cannot share \(Figures.count(task.batchSize, "row")); at most one each")
      }
      grid(task, path)
      if !task.hasHeader { numbers([("text", task.text), ("label", task.label)], path) }
    }
  }

  private mutating func grid(_ task: FinetuneSettings, _ path: String) {
    let own = task.learningRates.count * task.epochs.count
    let scratch =
      (task.scratchLearningRates ?? task.learningRates).count * (task.scratchEpochs ?? task.epochs).count
    if scratch < own {
      reader.report(
        task.scratchLearningRates == nil ? "\(path).scratch_epochs" : "\(path).scratch_learning_rate",
        "the control may choose among \(scratch) settings, the pretrained model among \(own); give it as many")
    }
    if !task.scratch, task.scratchLearningRates != nil || task.scratchEpochs != nil {
      reader.report("\(path).scratch", "is false, but settings for the control are given; set scratch: true")
    }
  }

  private mutating func numbers(_ columns: [(String, Column)], _ path: String) {
    for (key, column) in columns {
      if case .name(let name) = column {
        reader.report("\(path).\(key)", "is “\(shown(name))”; without a header columns are numbers from 0")
      }
    }
  }

  private mutating func name(_ name: String, _ path: String, _ names: inout Set<String>) {
    let isPlain =
      !name.isEmpty && name.first != "." && name.utf8.count <= 128
      && name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-".utf8.contains($0) }
    if !isPlain {
      reader.report(
        "\(path).name",
        name.isEmpty ? "is missing; it names the stage's folder" : "wants letters, digits, '.', '_' and '-'")
    } else if !names.insert(name).inserted {
      reader.report("\(path).name", "\(name) names two stages")
    }
  }

  private mutating func embed() {
    var names: Set<String> = []
    for (index, stage) in configuration.embed.enumerated() {
      name(stage.name, "embed.\(index)", &names)
      if stage.input.path.isEmpty { reader.report("embed.\(index).input", "is missing; it names the texts") }
    }
  }
}

extension PretrainSettings {
  /// What is predicted: as given, or what the family is made for.
  public func resolvedObjective(_ family: ModelFamily?) -> [ObjectiveKind] {
    objective ?? (family?.isCausal == true ? [.clm] : [.mlm])
  }
}

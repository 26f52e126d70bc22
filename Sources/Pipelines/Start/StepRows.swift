import Datasets
import JSON
import Training

/// The rows that one step trains on, in words: decoded, with masks and labels.
///
/// They hold the user's text.
public struct StepRows: Sendable {
  /// One row of a step.
  public struct Row: Sendable {
    /// The micro-slot that the row is dealt to, from 0.
    public var slot: Int
    /// The row in words.
    public var example: DecodedExample
  }

  /// The step, from 1.
  public let step: Int
  /// The pass over the corpus, from 0.
  public let epoch: Int
  /// The rows in order.
  public let rows: [Row]

  /// The rows of the run in `folder`, whose corpus and tokenizer stages must be done; the first `limit` of them.
  /// - Throws: `UserError` where something is missing, and what reading the corpus throws.
  public init(
    _ configuration: PipelineConfiguration, places: [String: Place] = [:], folder: RunFolder, step: Int,
    limit: Int? = nil
  ) throws {
    guard (1...1_000_000_000).contains(step) else {
      throw UserError("steps are counted from 1 to 1,000,000,000, not \(step)", .usage)
    }
    guard let settings = configuration.pretrain else {
      throw UserError("this pipeline has no pretraining, so no step to show", .usage)
    }
    guard let record = try RunRecord.load(folder), record.stages["corpus"] != nil, record.stages["tokenizer"] != nil
    else {
      throw UserError("\(folder.path) has no corpus index and tokenizer yet", .usage)
        .action("make them first: cloze run PIPELINE.yaml --until tokenizer")
    }
    let context = RunContext(
      configuration: configuration, places: places, base: "", folder: folder, record: record, acceptsNumerics: true,
      verifiesData: false, observers: [], stop: { false })
    let setup = try PretrainSetup(settings, context)
    let masking: Masking? =
      try setup.objectives == [.clm]
      ? nil
      : Masking(
        tokenizer: setup.tokenizer, probability: settings.maskingShare, masksWholeWords: settings.masksWholeWords,
        seed: setup.seed)
    self.step = step
    epoch = try setup.rows.plan.cursor(of: step - 1).epoch
    let slots = try setup.rows.examples(of: step - 1, slots: settings.microBatches)
    let all = slots.enumerated().flatMap { slot, examples in examples.map { (slot, $0) } }
    rows = all.prefix(limit ?? .max).map { slot, example in
      let masked = masking?.choose(example)
      return Row(slot: slot, example: DecodedExample(example, masked: masked, tokenizer: setup.tokenizer))
    }
  }

  /// The rows for programs.
  public var json: JSONValue {
    [
      "step": JSONValue(step), "epoch": JSONValue(epoch),
      "rows": .array(
        rows.map { row in
          [
            "slot": JSONValue(row.slot), "sample": JSONValue(row.example.sample),
            "next_sentence_label": row.example.nextSentenceLabel.map { JSONValue($0) } ?? .null,
            "segments": .array(row.example.segments.map(\.json)),
          ]
        }),
    ]
  }
}

extension DecodedExample.Segment {
  fileprivate var json: JSONValue {
    [
      "text": .string(text), "tokens": .array(tokens.map { .string($0) }),
      "targets": .array(
        targets.map { ["place": JSONValue($0.place), "token": .string($0.token)] as JSONValue }),
    ]
  }
}

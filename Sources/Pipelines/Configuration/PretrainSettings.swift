import JSON
import Tensors

/// Learning from the text itself.
public struct PretrainSettings: SettingGroup {
  /// What is predicted; by default what the family is made for.
  public var objective: [ObjectiveKind]?
  /// The share of tokens that are hidden.
  public var maskingShare = 0.15
  /// Whether all tokens of a word are hidden together.
  public var masksWholeWords = false
  /// Whether rows see across document breaks.
  public var acrossDocuments = false
  /// Tokens of a row.
  public var maximumLength = 128
  /// Rows of a step; nil with `batchTokens`.
  public var batchSize: Int?
  /// Tokens of a step.
  public var batchTokens: Int?
  /// The fixed parts of a step.
  public var microBatches = 8
  /// The peak learning rate.
  public var learningRate = 5e-4
  /// Its curve.
  public var schedule = ScheduleSettings()
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.999
  /// ε.
  public var epsilon = 1e-8
  /// λ.
  public var weightDecay = 0.01
  /// The largest norm of a gradient; 0 for no limit.
  public var maximumGradientNorm = 1.0
  /// Whether Adam corrects the bias of its moments.
  public var correctsBias = true
  /// What matrix products multiply.
  public var precision = Precision.float32
  /// Whether backward computes layers again instead of keeping their activations.
  public var recomputesLayers = false
  /// Stop after this many steps.
  public var maximumSteps: Int?
  /// Stop after this many tokens.
  public var maximumTokens: Int?
  /// Stop after this many passes.
  public var epochs: Double?
  /// Stop after this time.
  public var budget: TimeSpan?
  /// Steps between evaluations; nil for a twentieth of the run.
  public var evaluationSteps: Int?
  /// The most tokens of an evaluation on the way.
  public var maximumEvaluationTokens: Int?
  /// Steps between checkpoints; nil for every five minutes' worth of steps.
  public var saveSteps: Int?
  /// Checkpoints that are kept, beside the best.
  public var saveTotalLimit = 2
  /// Steps between lines of metrics.
  public var loggingSteps = 10

  /// Every default.
  public init() {}

  /// Rows of a step where neither size is given.
  public static let defaultBatchSize = 32

  /// The keys under `pretrain`.
  public static var keys: [SettingKey<Self>] { objectiveKeys + batchKeys + optimizerKeys + stopKeys }

  private static let count = "a whole number from 1"
  @Sendable private static func isPositive(_ value: Int?) -> Bool { value.map { $0 >= 1 } ?? true }
  @Sendable private static func isPositive(_ value: Int) -> Bool { value >= 1 }

  private static var objectiveKeys: [SettingKey<Self>] {
    [
      SettingKey(
        "objective", \.objective, "[mlm], [mlm, nsp] or [clm]; default: mlm for BERT, clm for GPT", .frozen,
        wanted: "mlm, nsp or clm, or a list"),
      SettingKey(
        "mlm_probability", \.maskingShare, "share of tokens that are hidden and predicted", .frozen,
        wanted: "a number above 0 and below 1"
      ) { $0 > 0 && $0 < 1 },
      SettingKey("whole_word_masking", \.masksWholeWords, "hide all tokens of a word together", .frozen),
      SettingKey("across_documents", \.acrossDocuments, "clm: let rows see over document breaks", .frozen),
      SettingKey(
        "max_length", \.maximumLength, "tokens of a row", .frozen, wanted: "a whole number from 4 to 1,048,576"
      ) { (4...1_048_576).contains($0) },
    ]
  }

  private static var batchKeys: [SettingKey<Self>] {
    [
      SettingKey(
        "batch_size", \.batchSize, "rows of a step, whatever the workers (default \(defaultBatchSize))", .frozen,
        wanted: "a whole number from 1 to 1,048,576"
      ) { (1...1_048_576).contains($0 ?? 1) },
      SettingKey(
        "batch_tokens", \.batchTokens, "tokens of a step, instead of batch_size", .frozen,
        wanted: "a whole number from 1 to 1,073,741,824"
      ) { (1...1_073_741_824).contains($0 ?? 1) },
      SettingKey(
        "micro_batches", \.microBatches, "fixed parts of a step: gradient accumulation, and the most workers", .frozen,
        wanted: "a whole number from 1 to 4,096"
      ) { (1...4_096).contains($0) },
      SettingKey(
        "gradient_checkpointing", \.recomputesLayers,
        "compute layers again in the backward pass: less memory, more time, the same bits"),
      SettingKey(
        "precision", \.precision,
        "what matrix products multiply; bfloat16 is faster where the CPU has a unit for it", .frozen),
    ]
  }

  private static var optimizerKeys: [SettingKey<Self>] {
    [
      SettingKey(
        "learning_rate", \.learningRate, "peak learning rate", .tunable, wanted: "a number above 0 and below 10"
      ) { $0 > 0 && $0 < 10 },
      .group("lr_scheduler", \.schedule, "the learning rate's curve"),
      SettingKey("adam_beta1", \.beta1, "decay of the first moment", .frozen, wanted: "a number from 0 to below 1") {
        (0..<1).contains($0)
      },
      SettingKey("adam_beta2", \.beta2, "decay of the second moment", .frozen, wanted: "a number from 0 to below 1") {
        (0..<1).contains($0)
      },
      SettingKey(
        "adam_epsilon", \.epsilon, "added to the root of the second moment", .frozen, wanted: "a number above 0"
      ) {
        $0 > 0
      },
      SettingKey(
        "weight_decay", \.weightDecay, "on matrices only, not on norms and biases", .frozen, wanted: "a number from 0"
      ) {
        $0 >= 0
      },
      SettingKey(
        "max_grad_norm", \.maximumGradientNorm, "longer gradients are shortened to it; 0: never", .frozen,
        wanted: "a number from 0"
      ) { $0 >= 0 },
      SettingKey("bias_correction", \.correctsBias, "false: the optimizer of the original BERT", .frozen),
    ]
  }

  private static var stopKeys: [SettingKey<Self>] {
    [
      SettingKey("max_steps", \.maximumSteps, "stop after so many steps", .tunable, wanted: count, where: isPositive),
      SettingKey(
        "max_tokens", \.maximumTokens, "stop after so many tokens", .tunable, wanted: count, where: isPositive),
      SettingKey(
        "epochs", \.epochs, "stop after so many passes over the corpus", .tunable, wanted: "a number above 0 to 10,000"
      ) { $0.map { $0 > 0 && $0 <= 10_000 } ?? true },
      SettingKey("budget", \.budget, "stop after this time; frozen into steps at the first start", .tunable),
      SettingKey(
        "eval_steps", \.evaluationSteps, "steps between evaluations; default: a twentieth of the run", wanted: count,
        where: isPositive),
      SettingKey(
        "max_eval_tokens", \.maximumEvaluationTokens, "most tokens of an evaluation on the way; the end scores all",
        wanted: count, where: isPositive),
      SettingKey(
        "save_steps", \.saveSteps, "steps between checkpoints; default: about every five minutes", wanted: count,
        where: isPositive),
      SettingKey(
        "save_total_limit", \.saveTotalLimit, "newest checkpoints kept, beside the best", wanted: count,
        where: isPositive),
      SettingKey(
        "logging_steps", \.loggingSteps, "steps between lines of metrics.jsonl", wanted: count, where: isPositive),
    ]
  }
}

/// What is predicted from what.
public enum ObjectiveKind: String, SettingValue, CaseIterable {
  /// Hidden tokens.
  case mlm
  /// Whether the second text follows the first.
  case nsp
  /// The next token.
  case clm
}

extension Precision: SettingValue {}

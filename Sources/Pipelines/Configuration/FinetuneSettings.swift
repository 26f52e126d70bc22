import JSON

/// One labeled task to learn.
public struct FinetuneSettings: SettingGroup {
  /// Kinds of tasks.
  public enum Task: String, SettingValue, CaseIterable {
    /// One label for a text or a pair of texts.
    case classification
  }

  /// How a text becomes one vector.
  public enum Pooling: String, SettingValue, CaseIterable {
    /// The `[CLS]` vector through the pooler.
    case cls
    /// The mean of all vectors.
    case mean
  }

  /// The stage's name: its folder is `finetune/<name>`.
  public var name = ""
  /// The kind of task.
  public var task = Task.classification
  /// The rows to learn from.
  public var train = FilePath("")
  /// The rows to choose by; nil to hold some of `train` out.
  public var validation: FilePath?
  /// The share of `train` that is held out where `validation` is not given.
  public var validationShare = 0.1
  /// The rows that are scored once, at the end.
  public var test: FilePath?
  /// The column of the text.
  public var text = Column.name("text")
  /// The column of the second text.
  public var pair: Column?
  /// The column of the label.
  public var label = Column.name("label")
  /// Whether the first line names the columns.
  public var hasHeader = true
  /// Peak learning rates; of several the best on validation is used.
  public var learningRates = [1e-4]
  /// Passes over the rows; of several the best on validation is used.
  public var epochs = [3]
  /// The same for the control, at least as many.
  public var scratchLearningRates: [Double]?
  /// The same for the control, at least as many.
  public var scratchEpochs: [Int]?
  /// Rows of a step.
  public var batchSize = 32
  /// The fixed parts of a step.
  public var microBatches = 4
  /// The longest text, in tokens.
  public var maximumLength = 128
  /// How a text becomes one vector; nil for `cls` after next-sentence pretraining, else `mean`.
  public var pooling: Pooling?
  /// How many seeds.
  public var seeds = 1
  /// Whether the same network is also trained from scratch.
  public var scratch = false
  /// Dropout, whatever pretraining used.
  public var dropout = 0.1
  /// Warm-up as a share of the steps.
  public var warmupShare = 0.1
  /// λ.
  public var weightDecay = 0.01

  /// Every default.
  public init() {}

  /// The keys of an element of `finetune`.
  public static var keys: [SettingKey<Self>] { dataKeys + learningKeys }

  private static var dataKeys: [SettingKey<Self>] {
    [
      SettingKey("name", \.name, "the stage's name; its folder is finetune/<name>"),
      SettingKey("task", \.task, "kind of task", .frozen),
      SettingKey("train", \.train, "rows to learn from: .tsv .csv .jsonl"),
      SettingKey("validation", \.validation, "rows to choose the best by; default: a part of train"),
      SettingKey(
        "validation_share", \.validationShare, "share of train held out where validation is not given", .frozen,
        wanted: "a number above 0 and below 1"
      ) { $0 > 0 && $0 < 1 },
      SettingKey("test", \.test, "rows that are scored once, at the end"),
      SettingKey("text", \.text, "column of the text: a name, or a number from 0", .frozen),
      SettingKey("pair", \.pair, "column of the second text", .frozen),
      SettingKey("label", \.label, "column of the label", .frozen),
      SettingKey("header", \.hasHeader, "the first line names the columns", .frozen),
    ]
  }

  private static var learningKeys: [SettingKey<Self>] {
    let positive: @Sendable ([Double]) -> Bool = { $0.allSatisfy { $0 > 0 && $0 < 10 } && $0.count <= 32 }
    let counts: @Sendable ([Int]) -> Bool = { $0.allSatisfy { (1...10_000).contains($0) } && $0.count <= 32 }
    return [
      SettingKey(
        "learning_rate", \.learningRates, "peak learning rate; of a list the best on validation", .frozen,
        wanted: "a number above 0 and below 10, or a list", where: positive),
      SettingKey(
        "epochs", \.epochs, "passes over train; of a list the best on validation", .frozen,
        wanted: "a whole number from 1, or a list", where: counts),
      SettingKey(
        "scratch_learning_rate", \.scratchLearningRates, "the same for the control; default: the same", .frozen,
        wanted: "a number above 0 and below 10, or a list"
      ) { $0.map(positive) ?? true },
      SettingKey(
        "scratch_epochs", \.scratchEpochs, "the same for the control; default: the same", .frozen,
        wanted: "a whole number from 1, or a list"
      ) { $0.map(counts) ?? true },
      SettingKey("batch_size", \.batchSize, "rows of a step", .frozen, wanted: "a whole number from 1 to 65,536") {
        (1...65_536).contains($0)
      },
      SettingKey(
        "micro_batches", \.microBatches, "fixed parts of a step", .frozen, wanted: "a whole number from 1 to 4,096"
      ) {
        (1...4_096).contains($0)
      },
      SettingKey("max_length", \.maximumLength, "longest text in tokens", .frozen, wanted: "a whole number from 4") {
        (4...1_048_576).contains($0)
      },
      SettingKey("pooling", \.pooling, "how a text becomes a vector; default: cls after nsp, else mean", .frozen),
      SettingKey(
        "seeds", \.seeds, "how many seeds, for mean and spread", .frozen, wanted: "a whole number from 1 to 1,000"
      ) {
        (1...1_000).contains($0)
      },
      SettingKey("scratch", \.scratch, "also train the same network from scratch, to compare", .frozen),
      SettingKey(
        "dropout", \.dropout, "dropout, whatever pretraining used", .frozen, wanted: "a number from 0 to below 1"
      ) {
        (0..<1).contains($0)
      },
      SettingKey(
        "warmup_ratio", \.warmupShare, "warm-up as a share of the steps", .frozen, wanted: "a number from 0 to below 1"
      ) {
        (0..<1).contains($0)
      },
      SettingKey("weight_decay", \.weightDecay, "on matrices only", .frozen, wanted: "a number from 0") { $0 >= 0 },
    ]
  }
}

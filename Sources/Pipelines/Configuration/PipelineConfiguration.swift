import JSON

/// A pipeline: everything that a pipeline file says, with every default written.
///
/// This is the one place of defaults and of the words that explain a key: reading, `help KEY`, the file that `init`
/// writes, `resolved.yaml` and the list of frozen settings all come from the tables of these structs.
public struct PipelineConfiguration: SettingGroup {
  /// The run's name: its folder is `checkpoints/<name>`.
  public var name = "run"
  /// The seed of every random choice.
  public var seed = 42
  /// The text.
  public var corpus = CorpusSettings()
  /// The tokenizer.
  public var tokenizer = TokenizerSettings()
  /// The model.
  public var model = ModelSettings()
  /// Pretraining; nil to go on with a finished model.
  public var pretrain: PretrainSettings?
  /// The uses the model is fine-tuned for.
  public var finetune: [FinetuneSettings] = []
  /// Texts to embed at the end.
  public var embed: [EmbedSettings] = []
  /// The folders to export at the end.
  public var export: [ExportKind]?
  /// What the run may use of the machine.
  public var machine = MachineSettings()

  /// Every default.
  public init() {}

  /// The keys of the file.
  public static var keys: [SettingKey<Self>] {
    [
      SettingKey(
        "name", \.name, "the run's name; its folder is checkpoints/<name> (default: the file's name)",
        wanted: "a name of letters, digits, '.', '_' and '-', at most 128", where: isPlainName),
      SettingKey("seed", \.seed, "seed of every random choice", .frozen, wanted: "a whole number from 0") { $0 >= 0 },
      .group("corpus", \.corpus, "the text to learn from"),
      .group("tokenizer", \.tokenizer, "how text becomes ids"),
      .group("model", \.model, "the network; any Hugging Face configuration key may stand here"),
      .optionalGroup("pretrain", \.pretrain, "learning from the text itself"),
      .groups("finetune", \.finetune, "labeled tasks to learn afterwards"),
      .groups("embed", \.embed, "texts to turn into vectors at the end"),
      SettingKey("export", \.export, "folders to write for other tools at the end"),
      .group("machine", \.machine, "what the run may use of this machine; never changes the result"),
    ]
  }

  @Sendable private static func isPlainName(_ name: String) -> Bool {
    guard name.first != ".", name.utf8.count <= 128 else { return false }
    return name.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
    }
  }

  /// Every key with its help, default and type, in the order of the file.
  public static var allKeys: [SettingDescription] { descriptions(path: "") }

  /// What `help KEY` tells: the keys whose path ends with `name`, or those inside it.
  public static func help(_ name: String) -> [SettingDescription] {
    let wanted = name.split(separator: ".").map { $0.filter { $0 != "[" && $0 != "]" } }
    return allKeys.filter { key in
      key.path.split(separator: ".").map { $0.filter { $0 != "[" && $0 != "]" } }.suffix(wanted.count) == wanted[...]
    }
  }
}

/// Formats to export.
public enum ExportKind: String, SettingValue, CaseIterable {
  /// A folder for `from_pretrained`.
  case huggingFace = "hugging-face"
  /// A folder for `SentenceTransformer(…)`.
  case sentenceTransformers = "sentence-transformers"
}

/// What a run may use of the machine: no part of its identity, never changes the bits.
public struct MachineSettings: SettingGroup {
  /// Processes that share a step's work.
  public var workers = AutoCount.automatic
  /// Threads of each worker.
  public var threads = AutoCount.automatic
  /// The most memory to use; nil for what the machine allows.
  public var memory: ByteCount?

  /// Every default.
  public init() {}

  /// The keys under `machine`.
  public static var keys: [SettingKey<Self>] {
    [
      SettingKey(
        "workers", \.workers,
        "processes that share each step; auto: by processors, micro-batches and memory"),
      SettingKey("threads", \.threads, "threads of each worker; auto: by processors"),
      SettingKey("memory", \.memory, "the most memory to use, such as 16GB; default: what the machine allows"),
    ]
  }
}

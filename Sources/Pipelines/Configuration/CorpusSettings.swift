import JSON

/// Where text comes from, what a document is, and what is held out.
public struct CorpusSettings: SettingGroup {
  /// Globs, folders or files.
  public var shards: [FilePath]?
  /// The JSONL key or the column with the text.
  public var text = Column.name("text")
  /// What a document is in plain text.
  public var document = DocumentBreak.blankLine
  /// The key or column that says which documents belong together.
  public var group: Column?
  /// What is held out.
  public var validation = Holdout.share(0.005)
  /// What happens to a record that cannot be read.
  public var onBadRecord = BadRecordPolicy.fail
  /// What happens to a shard that cannot be read.
  public var onBadShard = BadShardPolicy.fail
  /// The longest record.
  public var maximumRecord = ByteCount(bytes: 64_000_000)
  /// A corpus to make if the shards do not exist.
  public var synthesize: SynthesisSettings?

  /// Every default.
  public init() {}

  /// The keys under `corpus`.
  public static var keys: [SettingKey<Self>] {
    [
      SettingKey(
        "shards", \.shards, "glob, folder, file or a list: .txt .jsonl .csv .tsv, plain or .gz .lz4 .zst",
        wanted: "a path, a pattern such as data/*.jsonl.gz, or a list"),
      SettingKey("text", \.text, "JSONL key or column that holds the text", .frozen),
      SettingKey("document", \.document, "for .txt: what one document is", .frozen),
      SettingKey(
        "group", \.group, "key or column; documents of one group are never on both sides of the split", .frozen),
      SettingKey("validation", \.validation, "what is held out: share of groups, glob, or {tail: share}", .frozen),
      SettingKey("on_bad_record", \.onBadRecord, "invalid UTF-8, broken JSON, over-long; each is counted", .frozen),
      SettingKey("on_bad_shard", \.onBadShard, "truncated or corrupt files; each is counted", .frozen),
      SettingKey("max_record_size", \.maximumRecord, "longer records are bad records", .frozen),
      .optionalGroup("synthesize", \.synthesize, "make the sample corpus in the shards' folder if it is not there"),
    ]
  }
}

/// What one document is in plain text.
public enum DocumentBreak: String, SettingValue, CaseIterable {
  /// Lines up to a blank one.
  case blankLine = "blank_line"
  /// One line.
  case line
  /// A whole file.
  case file
}

/// What happens to a record that cannot be read.
public enum BadRecordPolicy: String, SettingValue, CaseIterable {
  /// The run stops and names it.
  case fail
  /// It is left out and counted.
  case skip
  /// What can be read of it is used, and it is counted.
  case repair
}

/// What happens to a shard that cannot be read.
public enum BadShardPolicy: String, SettingValue, CaseIterable {
  /// The run stops and names it.
  case fail
  /// The rest of it is left out and counted.
  case skip
}

/// The documents that are held out of training.
public enum Holdout: SettingValue {
  /// A share of the groups, or of the documents where there are none.
  case share(Double)
  /// The shards whose names match one of these patterns.
  case shards([String])
  /// The last share of the text.
  case tail(Double)

  /// What is accepted.
  public static var wanted: String { "a share such as 0.01, a pattern of shards, or {tail: 0.1}" }

  /// A share, a pattern, a list of patterns, or a map with `tail`.
  public init?(setting node: YAMLNode) {
    if let entries = node.entries {
      guard entries.count == 1, entries[0].key == "tail", let share = Double(setting: entries[0].value) else {
        return nil
      }
      guard share > 0, share < 1 else { return nil }
      self = .tail(share)
    } else if let share = Double(setting: node) {
      guard share >= 0, share < 1 else { return nil }
      self = .share(share)
    } else if let patterns = [String](setting: node) {
      self = .shards(patterns)
    } else {
      return nil
    }
  }

  /// As it is written.
  public var setting: JSONValue {
    switch self {
    case .share(let share): share.setting
    case .shards(let patterns): patterns.count == 1 ? patterns[0].setting : patterns.setting
    case .tail(let share): .object(JSONObject([("tail", share.setting)]))
    }
  }
}

/// The sample corpus: plain English about a little world whose true probabilities are known.
public struct SynthesisSettings: SettingGroup {
  /// How many documents.
  public var documents = 20_000
  /// The seed they are drawn with.
  public var seed = 1
  /// Documents for the labeled task: so many to train on, a quarter of it to test on.
  public var taskRows = 4_000

  /// Every default.
  public init() {}

  /// The keys under `corpus.synthesize`.
  public static var keys: [SettingKey<Self>] {
    [
      SettingKey(
        "documents", \.documents, "how many documents to write", .frozen, wanted: "a whole number from 10 to 10,000,000"
      ) { (10...10_000_000).contains($0) },
      SettingKey("seed", \.seed, "seed of the sample", .frozen, wanted: "a whole number from 0") { $0 >= 0 },
      SettingKey(
        "task_rows", \.taskRows, "labeled rows beside it: task-train.tsv, and a quarter as many in task-test.tsv",
        .frozen, wanted: "a whole number from 0 to 1,000,000"
      ) { (0...1_000_000).contains($0) },
    ]
  }
}

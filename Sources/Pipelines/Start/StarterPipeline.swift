import DurableFiles
import JSON
import Models
import Shards
import Tensors

/// A first pipeline file for somebody's text on this machine: what was found, and what was chosen because of it.
public struct StarterPipeline: Sendable {
  /// What a person asks for.
  public struct Wishes: Sendable {
    /// Files, folders or globs.
    public var text: [String]
    /// The family of the network.
    public var family: ModelFamily
    /// The run's name; nil for the text folder's.
    public var name: String?
    /// The key or column of the text; nil to guess it.
    public var column: String?
    /// How long pretraining may take.
    public var budget: TimeSpan

    /// Wishes.
    public init(
      text: [String], family: ModelFamily = .bert, name: String? = nil, column: String? = nil, budget: TimeSpan
    ) {
      (self.text, self.family, self.name, self.column, self.budget) = (text, family, name, column, budget)
    }
  }

  /// What was found in the text.
  public let sample: CorpusSample
  /// How documents are cut out of it.
  public let guess: CorpusGuess
  /// Tokens in the text, about.
  public let tokens: Double
  /// Bytes of text for each token in the sample.
  public let bytesPerToken: Double
  /// The chosen size.
  public let choice: StarterChoice
  /// The run's name.
  public let name: String
  /// Files, folders or globs to write into the pipeline.
  public let shards: [String]
  /// Files of other formats in the folders, which are left out.
  public let leftOutCount: Int
  private let wishes: Wishes
  private let precision: Precision

  /// Looks at the text, and chooses for a machine of `gigaflops` GFLOP/s in `precision`.
  /// - Throws: errors of shards, and `UserError` for text that is none.
  public init(_ wishes: Wishes, precision: Precision = .float32, gigaflops: Double) throws {
    self.precision = precision
    self.wishes = wishes
    let (shards, set, leftOut) = try StarterPipeline.shards(wishes.text)
    (self.shards, leftOutCount) = (shards, leftOut)
    if set.shards.isEmpty {
      throw UserError("\(wishes.text.joined(separator: ", ")) holds no text", .usage)
        .action("name files or folders of .txt, .jsonl, .csv or .tsv, plain or with .gz, .lz4 or .zst behind")
    }
    let sizes = try set.shards.map { try RealFileSystem().status($0.path, followingLinks: true)?.bytes ?? 0 }
    var guess = try CorpusGuess(set, meanFileBytes: Double(sizes.reduce(0, +)) / Double(max(1, set.shards.count)))
    if let column = wishes.column { guess.text = Int(column).map { .number($0) } ?? .name(column) }
    self.guess = guess
    var settings = CorpusSettings()
    settings.shards = shards.map { FilePath($0) }
    (settings.text, settings.document) = (guess.text, guess.document)
    sample = try CorpusSample(set, source: settings.source, sizes: sizes)
    guard !sample.documents.isEmpty else {
      throw UserError("no document with text in the first records of \(wishes.text.joined(separator: ", "))", .data)
        .action("name the key or column of the text: --column NAME")
    }
    let vocabulary = StarterChoice.vocabularySize(
      textBytes: sample.textBytes, family: wishes.family, isIdeographic: sample.letters.isIdeographic)
    let estimate = try TokenEstimate(
      kind: wishes.family.isCausal ? .byteBPE : .wordpiece, vocabularySize: vocabulary, lowercase: nil,
      stripAccents: nil, isCausal: wishes.family.isCausal, documents: sample.documents)
    bytesPerToken = estimate.bytesPerToken
    tokens = sample.textBytes / max(0.1, estimate.bytesPerToken)
    choice = try StarterChoice(
      family: wishes.family, vocabularySize: vocabulary, tokens: tokens, seconds: wishes.budget.seconds,
      gigaflops: gigaflops, memoryBytes: MachineFacts.memoryLimit)
    name = wishes.name ?? StarterPipeline.name(wishes.text[0], family: wishes.family)
  }

  /// What to read: in folders only the format with the most bytes, so that a list of sources or a table beside the text
  /// is none of it.
  static func shards(_ text: [String]) throws -> (shards: [String], set: ShardSet, leftOut: Int) {
    let all = try ShardSet(resolving: CorpusSource(shards: text))
    if Set(all.shards.map(\.format)).count < 2 { return (text, all, 0) }
    var bytes: [ShardFormat: UInt64] = [:]
    for shard in all.shards {
      bytes[shard.format, default: 0] += try RealFileSystem().status(shard.path, followingLinks: true)?.bytes ?? 0
    }
    guard let main = bytes.max(by: { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) })?.key else {
      return (text, all, 0)
    }
    let shards = try text.flatMap { entry in
      guard try RealFileSystem().status(entry, followingLinks: true)?.kind == .folder else { return [entry] }
      let own = try ShardSet(resolving: CorpusSource(shards: [entry])).shards.filter { $0.format == main }
      return Set(own.map(\.codec.pathExtension)).sorted().map { Paths.join(entry, "**/*.\(main.rawValue)\($0)") }
    }
    let set = try ShardSet(resolving: CorpusSource(shards: shards))
    return (shards, set, all.shards.count - set.shards.count)
  }

  /// `letters-bert` for `/srv/text/letters/*.gz`.
  static func name(_ path: String, family: ModelFamily) -> String {
    let parts = path.split(separator: "/").map(String.init).filter { !Glob.isPattern($0) && $0 != "." && $0 != ".." }
    let last = parts.last ?? "text"
    let stem = PipelineFile.stem(String(last.prefix { $0 != "." }))
    return "\(stem)-\(family == .gpt2 ? "gpt" : "bert")"
  }

  /// The file's text.
  public var text: String {
    let isCausal = wishes.family.isCausal
    var file = CommentedYAML()
    file.remark("Written by cloze init. Every key: cloze help KEY; what it costs: cloze plan FILE.")
    file.entry("name", .string(name), "→ checkpoints/\(name)/")
    file.entry("seed", 42)
    file.group("corpus")
    file.entry("corpus.shards", .array(shards.map { .string($0) }))
    let formats = Set(sample.set.shards.map(\.format))
    if formats != [.txt] { file.entry("corpus.text", guess.text.setting) }
    if let group = guess.groupColumn {
      file.suggestion("corpus.group", group, "no \(shown(group)) on both sides; take the first mark away")
    }
    if formats.contains(.txt) { file.entry("corpus.document", .string(guess.document.rawValue), guess.reason) }
    file.entry("corpus.validation", .number(choice.validationShare), "share that is never trained on")
    file.entry("corpus.on_bad_record", .string(sample.badRecordCount > 0 ? "skip" : "fail"), "fail, skip or repair")
    file.group("tokenizer")
    file.entry("tokenizer.kind", isCausal ? "byte_bpe" : "wordpiece")
    file.entry("tokenizer.vocab_size", JSONValue(choice.vocabularySize))
    if !isCausal { file.entry("tokenizer.lowercase", .bool(true), "false keeps upper case and accents") }
    file.group("model")
    file.entry("model.preset", .string(choice.preset.rawValue), "\(Figures.short(choice.parameters)) parameters")
    for key in isCausal
      ? ["resid_pdrop", "embd_pdrop", "attn_pdrop"] : ["hidden_dropout_prob", "attention_probs_dropout_prob"]
    {
      file.entry("model.\(key)", .number(choice.dropout))
    }
    file.group("pretrain")
    file.entry("pretrain.objective", .array([isCausal ? "clm" : "mlm"]), isCausal ? "the next token" : "hidden tokens")
    if !isCausal { file.entry("pretrain.mlm_probability", 0.15) }
    file.entry("pretrain.max_length", JSONValue(choice.maximumLength))
    file.entry("pretrain.batch_size", JSONValue(choice.batchSize))
    file.entry("pretrain.micro_batches", 4, "fixed parts of a step: more take less memory")
    if precision == .bfloat16 {
      file.entry("pretrain.precision", .string(precision.rawValue), "this processor has a unit for it; else float32")
    }
    file.entry("pretrain.learning_rate", .number(choice.learningRate))
    file.entry("pretrain.lr_scheduler", ["type": "linear", "warmup_ratio": 0.05])
    file.entry("pretrain.adam_beta2", 0.98)
    file.entry("pretrain.adam_epsilon", 1e-6)
    file.entry("pretrain.weight_decay", .number(isCausal ? 0.1 : 0.01))
    file.entry("pretrain.budget", wishes.budget.setting)
    file.entry("pretrain.max_eval_tokens", 100_000)
    if !isCausal {
      file.remark("Labeled rows to learn afterwards; take the marks away:")
      file.remark("finetune:")
      file.remark("  - {name: topic, train: rows.csv, text: text, label: label, scratch: true}")
    }
    file.entry("export", .array(isCausal ? ["hugging-face"] : ["hugging-face", "sentence-transformers"]))
    return file.text
  }

  /// What was found and chosen, for programs.
  public var json: JSONValue {
    [
      "name": .string(name), "shards": JSONValue(sample.set.shards.count),
      "file_bytes": JSONValue(sample.fileBytes), "text_bytes": .number(sample.textBytes.rounded()),
      "documents": .number(sample.documentCount.rounded()), "tokens": .number(tokens.rounded()),
      "bytes_per_token": .number(bytesPerToken), "exact": .bool(sample.isExact), "text": guess.text.setting,
      "other_columns": .array(guess.otherColumns.map { .string($0) }), "document": .string(guess.document.rawValue),
      "letters": .object(JSONObject(sample.letters.shares.map { ($0.script.rawValue, .number($0.share)) })),
      "preset": .string(choice.preset.rawValue), "vocab_size": JSONValue(choice.vocabularySize),
    ]
  }
}

/// YAML with each key's meaning behind it.
private struct CommentedYAML {
  private(set) var text = ""
  private let help = Dictionary(
    PipelineConfiguration.allKeys.map { ($0.path, $0.help) }, uniquingKeysWith: { first, _ in first })

  mutating func remark(_ remark: String) { text += "# \(remark)\n" }

  /// An entry of a group that is switched off.
  mutating func suggestion(_ path: String, _ value: String, _ remark: String) {
    let key = path.split(separator: ".").last ?? ""
    text += padded("  # \(key): \(YAMLWriter.flow(.string(value)))", 45) + "# \(remark)\n"
  }

  mutating func group(_ path: String) { line(path, "", help[path]) }

  mutating func entry(_ path: String, _ value: JSONValue, _ remark: String? = nil) {
    line(path, " " + YAMLWriter.flow(value), remark ?? help[path])
  }

  private mutating func line(_ path: String, _ value: String, _ remark: String?) {
    let parts = path.split(separator: ".")
    let content = String(repeating: "  ", count: parts.count - 1) + (parts.last ?? "") + ":" + value
    guard let remark, !remark.isEmpty, displayWidth(content) <= 52 else { return text += content + "\n" }
    text += padded(content, max(45, displayWidth(content) + 2)) + "# \(remark)\n"
  }
}

import Checkpoints
import DurableFiles
import Foundation
import Glibc
import JSON
import Pipelines
import Shards
import Testing

/// A repeatable stream of small random numbers for test data and instants.
struct Dice {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  private mutating func word() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number below `bound`.
  mutating func below(_ bound: Int) -> Int { Int(word() % UInt64(bound)) }

  /// One of the elements.
  mutating func pick(_ words: [String]) -> String { words[below(words.count)] }
}

/// Words that stand in the toy corpus and nowhere else.
enum Canary {
  static let words = ["xanthippe", "quokkaville", "zephyrine", "wumblecook"]
}

/// A workplace for one test: a small corpus, pipelines and run folders, all in a temporary folder.
struct Toy {
  let folder: String

  /// A folder of its own, in memory if possible: what is tested here are processes, not disks.
  static func with<R>(_ body: (Toy) throws -> R) throws -> R {
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : FileManager.default.temporaryDirectory.path
    let folder = "\(base)/cloze-e2e-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let toy = Toy(folder: folder)
    try toy.writeCorpus()
    return try body(toy)
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }
  func run(_ name: String) -> String { path("runs/\(name)") }

  // MARK: text

  /// Short documents of a few sentences each about one person in one place.
  static func documents(_ count: Int, seed: UInt64) -> [[String]] {
    let people = ["Anna", "Boris", "Clara", "David", "Emma", "Felix", "Greta", "Hugo"]
    let verbs = ["sees", "finds", "loses", "paints", "carries", "opens", "closes", "mends"]
    let things = ["door", "boat", "lamp", "letter", "stone", "basket", "mirror", "wheel"]
    let places = ["house", "garden", "harbor", "forest", "market", "tower"] + Canary.words
    var dice = Dice(seed: seed)
    return (0..<count).map { _ in
      let (person, place) = (dice.pick(people), dice.pick(places))
      return (0..<3 + dice.below(5)).map { _ in
        "\(person) \(dice.pick(verbs)) the \(dice.pick(things)) in the \(place)."
      }
    }
  }

  /// Two compressed shards of text and one of JSON lines.
  private func writeCorpus() throws {
    for (name, seed) in [("a.txt.gz", UInt64(1)), ("b.jsonl", 2), ("c.txt.gz", 3)] {
      try writeShard("corpus/\(name)", Self.documents(100, seed: seed))
    }
  }

  /// A shard of these documents.
  func writeShard(_ name: String, _ documents: [[String]]) throws {
    let place = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    let writer = try ShardWriter(path: place.path)
    for document in documents { try writer.write(document.joined(separator: " ")) }
    try writer.close()
  }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path(name)))) }
  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
  func list(_ name: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path(name))) ?? []).sorted()
  }

  // MARK: pipelines

  static let bert =
    "{model_type: bert, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 32, "
    + "max_position_embeddings: 64}"
  static let gpt = "{model_type: gpt2, n_embd: 16, n_layer: 1, n_head: 2, n_positions: 64}"
  static let llama =
    "{model_type: llama, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1, num_attention_heads: 4, "
    + "num_key_value_heads: 2, max_position_embeddings: 64, tie_word_embeddings: true}"
  static let steps = 60

  /// A pipeline file; `changes` replace whole lines by the keys that they begin with, or add them.
  func pipeline(_ objective: String = "[mlm, nsp]", _ changes: [String] = [], name: String = "toy.yaml") throws
    -> String
  {
    let isCausal = objective == "[clm]"
    var lines = [
      "name: toy", "seed: 7", "corpus:", "  shards: corpus/*", "  document: blank_line", "  validation: 0.1",
      "tokenizer:", "  kind: \(isCausal ? "byte_bpe" : "wordpiece")", "  vocab_size: \(isCausal ? 320 : 200)",
      "model: \(isCausal ? Self.gpt : Self.bert)", "pretrain:", "  objective: \(objective)", "  max_length: 32",
      "  batch_size: 16", "  micro_batches: 4", "  learning_rate: 3e-3",
      "  lr_scheduler: {type: linear, warmup_steps: 1}", "  max_steps: \(Self.steps)", "  save_steps: 5",
      "  eval_steps: 20", "  logging_steps: 1", "machine: {threads: 1}",
    ]
    for change in changes {
      let key = change.prefix { $0 != ":" } + ":"
      if let index = lines.firstIndex(where: { $0.hasPrefix(key) }) {
        lines[index] = change
      } else {
        lines.append(change)
      }
    }
    try write(lines.joined(separator: "\n") + "\n", to: name)
    return path(name)
  }

  /// Runs a pipeline to its end.
  func cloze(_ pipeline: String, _ options: String...) throws -> Finished {
    try ClozeProcess.run(["run", pipeline, "--checkpoints", path("runs")] + options, in: folder)
  }

  /// Starts a pipeline in which named places are to fail.
  func start(_ pipeline: String, failing points: String, _ options: String...) throws -> ClozeProcess {
    try ClozeProcess(
      ["run", pipeline, "--checkpoints", path("runs")] + options, in: folder, failpoints: points)
  }

  /// Starts a pipeline.
  func start(_ pipeline: String, _ options: String...) throws -> ClozeProcess {
    try ClozeProcess(["run", pipeline, "--checkpoints", path("runs")] + options, in: folder)
  }

  // MARK: results

  /// The last checkpoint's files with their digests: weights, moments, state.
  func lastFiles(_ name: String, step: Int = Toy.steps) throws -> [CheckpointManifest.File] {
    let store = CheckpointStore(folder: run(name) + "/pretrain", runIdentifier: nil)
    return try store.verify(step: step).files
  }

  /// SHA-256 of the last checkpoint's weights.
  func weights(_ name: String, step: Int = Toy.steps) throws -> String {
    try #require(lastFiles(name, step: step).first { $0.name == "model.safetensors" }).digest
  }

  /// What the metrics say of the steps that led to the end, without the clock.
  func metrics(_ name: String) throws -> [JSONObject] {
    try MetricsFile.records(run(name) + "/metrics.jsonl").map { record in
      JSONObject(record.pairs.filter { $0.0 != "tokens_per_second" && $0.0 != "wall_time" }.map { ($0.0, $0.1) })
    }
  }

  /// What `run.json` says.
  func record(_ name: String) throws -> JSONValue { try JSONValue.parse(bytes("runs/\(name)/run.json")) }

  /// Steps that `metrics.jsonl` speaks of so far, those of earlier starts too.
  func lineCount(_ name: String) -> Int {
    ((try? bytes("runs/\(name)/metrics.jsonl")) ?? []).count { $0 == UInt8(ascii: "\n") }
  }

  /// Checkpoints there are.
  func savedSteps(_ name: String) -> [Int] {
    (try? CheckpointStore(folder: run(name) + "/pretrain", runIdentifier: nil).steps()) ?? []
  }
}

/// Expects an exit code and a message with all of these parts.
func expect(
  _ finished: Finished, code: Int32, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(finished.code == code, "\(finished.ending): \(finished.errors)", sourceLocation: sourceLocation)
  for part in parts {
    #expect(
      finished.message.contains(part), "“\(part)” is missing in: \(finished.errors)", sourceLocation: sourceLocation)
  }
  #expect(
    finished.message.contains("[exit \(code)]"), "the exit code is not shown: \(finished.errors)",
    sourceLocation: sourceLocation)
  for word in Canary.words {
    #expect(!finished.errors.contains(word), "the text is shown: \(finished.errors)", sourceLocation: sourceLocation)
  }
}

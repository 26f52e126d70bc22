import DurableFiles
import Glibc
import JSON

/// The folder of a run and the names in it.
///
/// Made with mode 0700; every model folder in it loads with `from_pretrained` as it lies.
public struct RunFolder: Sendable {
  /// Where it lies.
  public let path: String
  let fileSystem: any FileSystem

  /// The folder of a run at `path`, whether it exists or not.
  public init(_ path: String, fileSystem: any FileSystem = RealFileSystem()) {
    self.path = path
    self.fileSystem = fileSystem
  }

  /// The lock that a running process holds.
  public var lock: String { file("LOCK") }
  /// What the run is and which stages are done.
  public var record: String { file("run.json") }
  /// Decisions that changed the course of the run, one JSON object a line.
  public var decisions: String { file("decisions.jsonl") }
  /// One JSON object a line about the training.
  public var metrics: String { file("metrics.jsonl") }
  /// Events for TensorBoard.
  public var tensorBoard: String { file("tensorboard") }
  /// The plain log.
  public var log: String { file("run.log") }
  /// The model card.
  public var card: String { file("README.md") }
  /// The pipeline file as typed.
  public var pipeline: String { file("pipeline.yaml") }
  /// The pipeline with every default and the frozen budget.
  public var resolved: String { file("resolved.yaml") }
  /// The shard index.
  public var corpusIndex: String { file("corpus/index.json") }
  /// The planned rows of the corpus.
  public var rowIndex: String { file("corpus/rows.json") }
  /// What was found in the corpus.
  public var corpusReport: String { file("corpus/report.md") }
  /// The tokenizer's folder.
  public var tokenizer: String { file("tokenizer") }
  /// The checkpoints of pretraining.
  public var pretrain: String { file("pretrain") }
  /// The folder of a fine-tuned use.
  public func finetune(_ name: String) -> String { file("finetune/\(name)") }
  /// What `--profile` leaves: a trace for chrome://tracing and the like.
  public var profileTrace: String { file("profile/trace.json") }
  /// What `--profile` leaves: a table of operations.
  public var profileReport: String { file("profile/report.txt") }
  /// A folder or file for other tools.
  public func export(_ name: String) -> String { file("exports/\(name)") }

  /// A path in the folder.
  public func file(_ name: String) -> String { Paths.join(path, name) }

  /// Makes the folder and the folders in it that every run has.
  public func make() throws(FileError) {
    for folder in [path, file("corpus")] { try fileSystem.makeFolders(folder) }
  }

  /// Whether something of that name is there.
  public func exists(_ path: String) throws(FileError) -> Bool {
    try fileSystem.status(path, followingLinks: true) != nil
  }

  /// Replaces a text file durably, making the folder it lies in.
  public func write(_ text: String, to path: String) throws(FileError) {
    try fileSystem.makeFolders(Paths.parent(of: path))
    try DurableFile.replace(path, Array(text.utf8), fileSystem: fileSystem)
  }

  /// The JSON in a file, nil where there is no file.
  public func json(_ path: String, limit: Int = 256 << 20) throws -> JSONValue? {
    guard try exists(path) else { return nil }
    let bytes = try fileSystem.readBounded(path, limit: limit)
    do { return try JSONValue.parse(bytes) } catch {
      throw UserError("\(path) is damaged: \(error)", .data).action(
        "restore it from a copy, or start anew with --fresh, which sets this run aside")
    }
  }
}

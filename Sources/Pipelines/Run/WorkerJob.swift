import Collectives
import DurableFiles
import JSON

/// What the processes of a run are told: the pipeline as it was given, and what its start has settled.
public struct WorkerJob: Sendable {
  /// The pipeline file's text, where it lies, and the changes to it.
  let source: [UInt8]
  let path: String
  let overrides: [String]
  /// The run's folder.
  var folder = ""
  /// The processes.
  var layout = (workers: 1, threads: 1)
  /// The step plan that is frozen.
  var plan = JSONValue.null
  /// The code paths that shape bits.
  var numerics = ""
  /// The measured peak of all workers together in GFLOP/s, where some steps are to be profiled.
  public var profiledPeak: Double?

  /// A job for the pipeline in `path`.
  public init(source: [UInt8], path: String, overrides: [String]) {
    (self.source, self.path, self.overrides) = (source, path, overrides)
  }

  /// The job as text.
  var text: String {
    JSONValue.object(
      JSONObject([
        ("source", .string(String(decoding: source, as: UTF8.self))), ("path", .string(path)),
        ("overrides", .array(overrides.map { .string($0) })), ("folder", .string(folder)),
        ("workers", .integer(Int64(layout.workers))), ("threads", .integer(Int64(layout.threads))),
        ("plan", plan), ("numerics", .string(numerics)),
        ("profiled_peak", profiledPeak.map { .number($0) } ?? .null),
      ])
    ).text()
  }

  /// The job that `text` spells.
  init(parsing text: [UInt8]) throws {
    let json = try JSONValue.parse(text)
    guard let source = json["source"]?.string, let path = json["path"]?.string, let folder = json["folder"]?.string,
      let workers = json["workers"]?.int, let threads = json["threads"]?.int, let plan = json["plan"],
      let numerics = json["numerics"]?.string
    else { throw UserError("a worker was started without a job", .usage) }
    let overrides = json["overrides"]?.array?.compactMap(\.string) ?? []
    self.init(source: Array(source.utf8), path: path, overrides: overrides)
    (self.folder, layout, self.plan, self.numerics) = (folder, (workers, threads), plan, numerics)
    profiledPeak = json["profiled_peak"]?.double
  }

  /// The pipeline.
  func configuration() throws -> PipelineFile {
    let file = PipelineFile(source, path: path, overrides: overrides) { name in
      try? RealFileSystem().readBounded(name, limit: 1 << 20)
    }
    if !file.problems.isEmpty { throw UserError.pipeline(path, file.problems) }
    return file
  }
}

/// The command with which this program starts the processes of a run, and its arguments.
public struct WorkerCall {
  /// The hidden subcommand.
  public static let command = "worker"
  /// A worker's rank; nil for the writer of checkpoints.
  public let rank: Int?
  /// The process that started it.
  public let parent: Int32
  /// The descriptors of shared memory and job.
  public let memory, job: Int32

  /// A call with these arguments.
  public init(rank: Int?, parent: Int32, memory: Int32, job: Int32) {
    (self.rank, self.parent, self.memory, self.job) = (rank, parent, memory, job)
  }

  var arguments: [String] {
    [WorkerCall.command, "--parent", "\(parent)", "--memory", "\(memory)", "--job", "\(job)"]
      + (rank.map { ["--rank", "\($0)"] } ?? [])
  }
}

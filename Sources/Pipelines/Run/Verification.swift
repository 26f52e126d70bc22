import Checkpoints
import Collectives
import DurableFiles
import FoundationEssentials
import Glibc
import JSON

/// Shows on a user's own pipeline that neither the number of workers nor kills change a bit: a shortened copy of the run is
/// trained three times, and the checkpoints and metrics are compared.
public final class Verification {
  /// A finding, for one line.
  public struct Finding: Equatable, Sendable {
    /// Whether it is as promised.
    public let isGood: Bool
    /// What was done.
    public let what: String
    /// What came out.
    public let outcome: String
  }

  private let path: String
  private let overrides: [String]
  private let folder: String
  private let steps: Int
  private let workers: Int
  private let processors: Int

  /// A verification of the pipeline in `path` over `steps` steps, in a temporary folder in `checkpoints`.
  public init(_ file: PipelineFile, path: String, overrides: [String], checkpoints: String, steps: Int) throws {
    guard let settings = file.configuration.pretrain else {
      throw UserError("\(path) does not pretrain, so there is nothing to verify", .usage)
    }
    self.path = path
    self.steps = max(8, steps)
    self.overrides = overrides
    processors = Machine.processorCount
    workers = min(settings.microBatches, 3)
    folder = Paths.join(checkpoints, ".verify-\(DurableFile.uniqueSuffix())")
  }

  /// Trains and compares; tells each finding as it is there.
  ///
  /// - Returns: whether everything is as promised.
  public func run(tell: (Finding) -> Void) throws -> Bool {
    defer { try? RealFileSystem().removeTree(folder) }
    try RealFileSystem().makeFolders(folder)
    try finish("plain", workers: 1, threads: processors, until: "tokenizer")
    for name in ["workers", "killed"] { try takeOver("plain", to: name) }
    try finish("plain", workers: 1, threads: processors)
    let plain = try files("plain")
    let weights = plain.first { $0.name == ModelFiles.weights }?.digest ?? ""
    tell(
      Finding(
        isGood: true, what: "1 worker × \(Figures.count(processors, "thread"))",
        outcome: "\(steps) steps, weights \(weights.prefix(12))…"))
    try finish("workers", workers: workers, threads: 1)
    let kills = try killed("killed")
    var isGood = true
    for (name, what) in [
      ("workers", "\(Figures.count(workers, "worker")) × 1 thread"),
      ("killed", "\(kills) kills: workers, writer, the run itself"),
    ] {
      let differing = zip(try files(name), plain).filter { $0 != $1 }.map(\.0.name)
      isGood = isGood && differing.isEmpty
      tell(
        Finding(
          isGood: differing.isEmpty, what: what,
          outcome: differing.isEmpty ? "the same bits" : "other bits in " + differing.joined(separator: ", ")))
    }
    let records = try ["plain", "workers", "killed"].map(metrics)
    let areEqual = records.allSatisfy { $0 == records[0] }
    tell(
      Finding(
        isGood: areEqual, what: "metrics.jsonl of all three",
        outcome: areEqual ? "the same in all \(records[0].count) records" : "not the same"))
    return isGood && areEqual
  }

  /// A run whose processes are killed in a step, in an update, in a save, and all together.
  ///
  /// - Returns: how many kills there were.
  private func killed(_ name: String) throws -> Int {
    let second = min(1, workers - 1)
    let points = ["gradient@0:5=kill", "piece@\(second):3=kill", "save@writer:1=kill", "updated@0:4=kill"]
    setenv("CLOZE_FAILPOINTS", points.joined(separator: ","), 1)
    defer { unsetenv("CLOZE_FAILPOINTS") }
    let process = try start(name, workers: workers, threads: 1, until: "pretrain")
    while process.poll() == nil, (try metrics(name).count) < steps * 3 / 4 {
      ChildProcess.wait(forAny: [process], seconds: 0.005)
    }
    process.kill()
    let wasKilled = process.wait() == .killed(signal: SIGKILL)
    unsetenv("CLOZE_FAILPOINTS")
    let log = String(
      decoding: (try? RealFileSystem().readBounded(file(name, "run.log"), limit: 1 << 24)) ?? [], as: UTF8.self)
    try finish(name, workers: workers, threads: 1)
    return log.ranges(of: "was killed by signal 9").count + (wasKilled ? 1 : 0)
  }

  /// Gives a run the corpus index and the tokenizer that another has made.
  private func takeOver(_ other: String, to name: String) throws {
    try FileManager.default.createDirectory(atPath: Paths.join(folder, name), withIntermediateDirectories: true)
    for part in ["corpus", "tokenizer", "run.json"] where FileManager.default.fileExists(atPath: file(other, part)) {
      try FileManager.default.copyItem(atPath: file(other, part), toPath: file(name, part))
    }
  }

  private func start(_ name: String, workers: Int, threads: Int, until: String) throws -> ChildProcess {
    let changes = [
      "pretrain.max_steps=\(steps)", "pretrain.save_steps=\(max(1, steps / 4))",
      "pretrain.eval_steps=\(max(1, steps / 2))", "pretrain.max_eval_tokens=2000", "pretrain.logging_steps=1",
    ]
    let settings = (overrides + changes).flatMap { ["--set", $0] }
    return try ChildProcess(
      ["run", path, "--checkpoints", folder, "--as", name, "--until", until, "--workers", "\(workers)"]
        + ["--threads", "\(threads)"] + settings)
  }

  private func finish(_ name: String, workers: Int, threads: Int, until: String = "pretrain") throws {
    let process = try start(name, workers: workers, threads: threads, until: until)
    let ending = process.wait()
    guard ending != .exited(code: 0) else { return }
    let code: ExitCode = if case .exited(let code) = ending { ExitCode(rawValue: code) ?? .fault } else { .fault }
    let lines = process.printed().split(separator: "\n").suffix(6).joined(separator: "\n")
    throw UserError("the shortened run did not come to its end:\n\(lines)", code)
  }

  private func files(_ name: String) throws -> [CheckpointManifest.File] {
    try CheckpointStore(folder: file(name, "pretrain"), runIdentifier: nil).verify(step: steps).files
  }

  /// The records without clock and speed.
  private func metrics(_ name: String) throws -> [JSONObject] {
    let path = file(name, "metrics.jsonl")
    guard try RunFolder(folder).exists(path) else { return [] }
    return try MetricsFile.records(path).map { record in
      JSONObject(record.pairs.filter { !MetricRecord.clockKeys.contains($0.0) }.map { ($0.0, $0.1) })
    }
  }

  private func file(_ name: String, _ file: String) -> String { Paths.join(Paths.join(folder, name), file) }
}

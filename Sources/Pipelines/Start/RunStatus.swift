import Checkpoints
import DurableFiles
import JSON
import Training

/// Where a run stands, read from its folder while it goes on or after it ended; nothing is changed.
public struct RunStatus: Sendable {
  /// Whether somebody works on the run.
  public enum State: Equatable, Sendable {
    /// A process holds the folder.
    case running(RunHolder)
    /// Every stage is done.
    case finished
    /// Nobody works on it, and something is left to do.
    case stopped
  }

  /// The newest checkpoint.
  public struct Saved: Equatable, Sendable {
    /// Its step.
    public var step: Int
    /// Its folder.
    public var folder: String
    /// When it was finished, in seconds since 1970.
    public var time: Double
    /// Newer ones that are not whole.
    public var damagedCount: Int
  }

  /// A stage and what it brought, nil while it is not done.
  public struct StageStatus: Sendable {
    /// Its name.
    public var name: String
    /// Its result.
    public var done: RunRecord.Stage?
  }

  /// The run's folder.
  public let folder: RunFolder
  /// Whether somebody works on it.
  public let state: State
  /// Identity, starts and results.
  public let record: RunRecord
  /// The stages in order.
  public let stages: [StageStatus]
  /// The newest checkpoint, nil before the first.
  public let saved: Saved?
  /// What the newest checkpoint says of the training.
  public let progress: RunProgress?
  /// Steps of the whole pretraining, nil before its plan is known.
  public let steps: Int?
  /// The newest line about a step in `metrics.jsonl`.
  public let latest: JSONObject?
  /// The newest line about an evaluation.
  public let evaluation: JSONObject?
  /// The evaluation with the lowest loss: its step and loss.
  public let best: (step: Int, loss: Double)?

  /// The status of the run in `folder`.
  /// - Throws: `UserError` where there is no run, and what damaged files and checkpoints throw.
  public init(_ folder: RunFolder) throws {
    guard let record = try RunRecord.load(folder) else {
      throw UserError("\(folder.path) is no run folder: there is no run.json in it", .usage)
    }
    self.folder = folder
    self.record = record
    let names = RunStatus.stageNames(folder) ?? record.stages.keys.sorted()
    stages = names.map { StageStatus(name: $0, done: record.stages[$0]) }
    let holder = RunHolder.find(folder)
    let isDone = record.stages[ReportStage().name] != nil && stages.allSatisfy { $0.done != nil }
    state = holder.map { .running($0) } ?? (isDone ? .finished : .stopped)
    let store = CheckpointStore(
      folder: folder.pretrain, runIdentifier: record.identifier, fileSystem: folder.fileSystem)
    if let found = try store.load(isReadOnly: true, depth: .sizes) {
      let manifest = Paths.join(found.folder, CheckpointManifest.fileName)
      let status = try folder.fileSystem.status(manifest, followingLinks: false)
      saved = Saved(
        step: found.step, folder: found.folder, time: Double(status?.modifiedNanoseconds ?? 0) / 1e9,
        damagedCount: found.setAside.count)
      let state = try RunState.load(found.folder, fileSystem: folder.fileSystem)
      progress = state.progress
      steps = state.plan["steps"].flatMap { StepPlan(json: $0) }?.steps
    } else {
      (saved, progress, steps) = (nil, nil, nil)
    }
    let metrics =
      try folder.exists(folder.metrics) ? MetricsFile.records(folder.metrics, fileSystem: folder.fileSystem) : []
    latest = metrics.last { $0["loss"] != nil }
    evaluation = metrics.last { record in record.keys.contains { $0.hasPrefix("eval_") } }
    best = metrics.compactMap { record in
      if let step = record["step"]?.int, let loss = record["eval_loss"]?.double { (step, loss) } else { nil }
    }.min { $0.loss < $1.loss }
  }

  /// The step the run is at, as far as its files tell: the newest line, or the newest checkpoint.
  public var step: Int? { [latest?["step"]?.int, saved?.step].compactMap { $0 }.max() }

  /// Seconds until pretraining is done at the speed of late; nil where it is not known.
  public var secondsLeft: Double? {
    guard let steps, let step = latest?["step"]?.int, let tokens = latest?["tokens"]?.double, step > 0, steps > step,
      let speed = latest?["tokens_per_second"]?.double, speed > 0
    else { return nil }
    return Double(steps - step) * tokens / Double(step) / speed
  }

  /// `running`, `finished` or `stopped`.
  public var stateName: String {
    switch state {
    case .running: "running"
    case .finished: "finished"
    case .stopped: "stopped"
    }
  }

  /// The status for programs.
  public var json: JSONValue {
    var pairs: [(String, JSONValue)] = [
      ("folder", .string(folder.path)), ("run", .string(record.identifier)), ("state", .string(stateName)),
    ]
    if case .running(let holder) = state { pairs.append(("holder", .string(holder.text))) }
    pairs += [("starts", JSONValue(record.starts)), ("seconds", .number(record.seconds))]
    pairs.append(("step", step.map { JSONValue($0) } ?? .null))
    pairs.append(("steps", steps.map { JSONValue($0) } ?? .null))
    pairs.append(("seconds_left", secondsLeft.map { .number($0) } ?? .null))
    pairs.append(("saved_step", saved.map { JSONValue($0.step) } ?? .null))
    pairs.append(("saved_at", saved.map { .number($0.time) } ?? .null))
    pairs.append(("damaged_checkpoints", JSONValue(saved?.damagedCount ?? 0)))
    pairs.append(("best_step", best.map { JSONValue($0.step) } ?? .null))
    pairs.append(("latest", latest.map { .object($0) } ?? .null))
    pairs.append(("evaluation", evaluation.map { .object($0) } ?? .null))
    pairs.append(
      (
        "stages",
        .array(
          stages.map { stage in
            [
              "name": .string(stage.name), "done": .bool(stage.done != nil),
              "summary": stage.done.map { .string($0.summary) } ?? .null,
            ] as JSONValue
          })
      ))
    return .object(JSONObject(pairs))
  }

  /// The stages of the pipeline that the run was last started with; nil where it cannot be read.
  private static func stageNames(_ folder: RunFolder) -> [String]? {
    guard let file = try? folder.resolvedPipeline() else { return nil }
    return try? PipelineRunner(file, source: [], options: RunOptions()).stageNames()
  }
}

extension RunFolder {
  /// The pipeline that the run was last started with.
  public func resolvedPipeline() throws -> PipelineFile {
    let file = PipelineFile(try fileSystem.readBounded(resolved, limit: 4 << 20), path: resolved)
    if !file.problems.isEmpty { throw UserError.pipeline(resolved, file.problems) }
    return file
  }

  /// The run that `reference` names: a run folder, or the name of one in `checkpoints`.
  /// - Throws: `UserError` with the runs that there are.
  public static func named(
    _ reference: String, in checkpoints: String, fileSystem: any FileSystem = RealFileSystem()
  ) throws -> RunFolder {
    for path in [reference, Paths.join(checkpoints, reference)] {
      let folder = RunFolder(path, fileSystem: fileSystem)
      if try folder.exists(path), try folder.exists(folder.record) { return folder }
    }
    let names = try all(in: checkpoints, fileSystem: fileSystem).map { Paths.name(of: $0.path) }
    let error = UserError("\(reference) is no run folder, and \(checkpoints) holds no run of that name", .usage)
    if names.isEmpty { throw error.action("start one: cloze run PIPELINE.yaml") }
    throw error.action("name one of these: " + names.prefix(12).joined(separator: ", "))
  }

  /// The runs in a folder, by name.
  public static func all(
    in checkpoints: String, fileSystem: any FileSystem = RealFileSystem()
  ) throws -> [RunFolder] {
    guard let status = try fileSystem.status(checkpoints, followingLinks: true) else { return [] }
    guard status.kind == .folder else { throw UserError("\(checkpoints) is no folder", .usage) }
    return try fileSystem.list(checkpoints).compactMap { name in
      let folder = RunFolder(Paths.join(checkpoints, name), fileSystem: fileSystem)
      let entry = try fileSystem.status(folder.path, followingLinks: true)
      guard entry?.kind == .folder, try folder.exists(folder.record) else { return nil }
      return folder
    }
  }
}

import Checkpoints
import DurableFiles
import FoundationEssentials
import Glibc
import JSON
import Training

/// How a run is to be started.
public struct RunOptions: Sendable {
  /// The folder that holds run folders.
  public var checkpoints = "checkpoints"
  /// Another name for the run than the pipeline's.
  public var name: String?
  /// Whether an existing run of that name is set aside first, never deleted.
  public var isFresh = false
  /// The last stage to do.
  public var until: String?
  /// The first stage to do again.
  public var from: String?
  /// Whether bits of other code paths may be trained on.
  public var acceptsNumerics = false
  /// Whether every byte of the shards is read again.
  public var verifiesData = false
  /// What processes of their own are told that train; nil to train in this one.
  public var job: WorkerJob?

  /// Every default.
  public init() {}
}

/// Runs a pipeline's stages in order, skipping what is done; the same command goes on after a stop or a crash.
public final class PipelineRunner {
  /// The run's folder.
  public let folder: RunFolder
  private let configuration: PipelineConfiguration
  private let places: [String: Place]
  private let source: [UInt8]
  private let options: RunOptions
  /// Held from `prepare` on.
  private var lock: FileLock?
  /// Whether this start is counted in the record.
  private var isCounted = false

  /// A runner of the pipeline in `file`, whose text is `source`.
  public init(_ file: PipelineFile, source: [UInt8], options: RunOptions, fileSystem: any FileSystem = RealFileSystem())
  {
    configuration = file.configuration
    places = file.places
    self.source = source
    self.options = options
    folder = RunFolder(Paths.join(options.checkpoints, options.name ?? file.configuration.name), fileSystem: fileSystem)
  }

  /// Runs to the end, to `until`, or to a request to stop.
  ///
  /// - Returns: the record of the run, with every stage's result.
  /// - Throws: `StoppedOnRequest` with everything saved; `UserError` and lower errors otherwise.
  public func run(observers: [any PipelineObserver], shouldStop: @escaping () -> Bool) throws -> RunRecord {
    let stages = try chosenStages()
    try prepare()
    let record = try RunRecord.load(folder) ?? RunRecord()
    try checkFrozen(record)
    try record.save(folder)
    try folder.write(String(decoding: source, as: UTF8.self), to: folder.pipeline)
    try folder.write(configuration.resolved(), to: folder.resolved)
    let recorder = MetricsRecorder(folder, loggingSteps: configuration.pretrain?.loggingSteps ?? 10)
    let context = RunContext(
      configuration: configuration, places: places, base: "", folder: folder, record: record,
      acceptsNumerics: options.acceptsNumerics, verifiesData: options.verifiesData, job: options.job,
      observers: [recorder] + observers,
      stop: shouldStop)
    Machine.start(threads: Machine.threadCount(configuration))
    for stage in stages { try perform(stage, context) }
    if let failure = recorder.failure { context.tell(.noted(stage: "pretrain", "metrics are incomplete: \(failure)")) }
    return context.record
  }

  /// Makes the run's folder and takes its lock, after setting an existing one aside if that is asked for. Done by `run`
  /// unless somebody who writes into the folder has done it before.
  public func prepare() throws {
    guard lock == nil else { return }
    let pretraining = try chosenStages().first { $0 is PretrainStage }
    let done = options.isFresh ? [:] : try RunRecord.load(folder)?.stages ?? [:]
    if let pretraining, done[pretraining.name] == nil { try MemoryNeed.check(configuration) }
    if options.isFresh { try setAside() }
    try folder.make()
    lock = try FileLock(folder.lock, isInheritable: options.job != nil)
  }

  /// The names of the stages that `run` goes through, in order.
  public func stageNames() throws -> [String] { try chosenStages().map(\.name) }

  /// Does a stage unless it is done and nothing it depends on has changed.
  private func perform(_ stage: any Stage, _ context: RunContext) throws {
    let fingerprint = try stage.fingerprint(context)
    if let done = context.record.stages[stage.name], done.fingerprint == fingerprint, options.from != stage.name,
      try stage.isIntact(context)
    {
      return context.tell(.finished(stage: stage.name, summary: done.summary, seconds: done.seconds, wasDone: true))
    }
    try count(context)
    context.tell(.began(stage: stage.name))
    if context.shouldStop { throw StoppedOnRequest(standing: "before \(stage.name)") }
    let start = Date()
    let earlier =
      (context.record.stages[stage.name]?.seconds ?? 0) + (context.record.unfinishedSeconds[stage.name] ?? 0)
    do {
      let result = try stage.run(context)
      let seconds = Date().timeIntervalSince(start)
      context.record.seconds += seconds
      context.record.unfinishedSeconds[stage.name] = nil
      context.record.stages[stage.name] = RunRecord.Stage(
        fingerprint: fingerprint, summary: result.summary, seconds: earlier + seconds, figures: result.figures)
      try context.record.save(folder)
      context.tell(.finished(stage: stage.name, summary: result.summary, seconds: earlier + seconds, wasDone: false))
    } catch {
      let seconds = Date().timeIntervalSince(start)
      context.record.seconds += seconds
      context.record.unfinishedSeconds[stage.name, default: 0] += seconds
      try? context.record.save(folder)
      throw error
    }
  }

  /// Counts this start when it finds its first stage to do: looking at a finished run is none.
  private func count(_ context: RunContext) throws {
    guard !isCounted else { return }
    isCounted = true
    context.record.starts += 1
    try context.record.save(folder)
  }

  /// The stages of the pipeline, from the first to the one to stop after.
  private func chosenStages() throws -> [any Stage] {
    var stages: [any Stage] = [CorpusStage(), TokenizerStage()]
    if let settings = configuration.pretrain { stages.append(PretrainStage(settings: settings)) }
    stages += configuration.finetune.map { FinetuneStage(settings: $0) }
    stages += configuration.embed.map { EmbedStage(settings: $0) }
    if let kinds = configuration.export, !kinds.isEmpty { stages.append(ExportStage(kinds: kinds)) }
    stages.append(ReportStage())
    let names = stages.map(\.name)
    for wanted in [options.until, options.from].compactMap({ $0 }) where !names.contains(wanted) {
      throw UserError("this pipeline has no stage \(wanted); it has " + names.joined(separator: ", "), .usage)
    }
    guard let last = options.until.flatMap({ names.firstIndex(of: $0) }) else { return stages }
    return Array(stages[...last])
  }

  /// Refuses at once what the newest checkpoint does not allow, before any stage overwrites something.
  private func checkFrozen(_ record: RunRecord) throws {
    guard let settings = configuration.pretrain else { return }
    guard let state = try PretrainResume.newestState(folder, record, settings) else { return }
    var saved = state.frozen
    for name in ["corpus_sha256", "tokenizer_sha256"] { saved[name] = nil }
    let changes = Fingerprint(configuration).changes(since: Fingerprint(settings: .object(saved)), places: places)
    if changes.isEmpty { return }
    throw UserError.changed(
      changes, saved: "step \(Figures.count(state.progress.step))",
      command: "cloze run PIPELINE.yaml --as \(Paths.name(of: folder.path))-2")
  }

  /// Renames an existing run folder; nothing is deleted.
  private func setAside() throws {
    guard try folder.exists(folder.path) else { return }
    // Not under the feet of a process that writes there.
    let held = try FileLock(folder.lock)
    defer { withExtendedLifetime(held) {} }
    var number = 1
    while try folder.exists("\(folder.path).old-\(number)") { number += 1 }
    try folder.fileSystem.rename(folder.path, to: "\(folder.path).old-\(number)", replacing: false)
  }
}

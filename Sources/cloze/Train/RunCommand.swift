import ArgumentParser
import DurableFiles
import Glibc
import JSON
import Pipelines
import Tensors

/// `cloze run`: does a pipeline's stages, or what is left of them.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a pipeline; the same command goes on after a stop or a crash.",
    discussion: """
      Ctrl-C saves and stops (exit code 10). Settings that shape what was trained are frozen at the first start; \
      learning rate, schedule and stop rule may change with --set and are recorded in decisions.jsonl.
      """)

  @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
  var pipeline: String

  @OptionGroup var changes: PipelineChanges
  @OptionGroup var place: RunPlace

  @Option(help: "Stop after this stage.")
  var until: String?
  @Option(help: "Do this stage again; pretraining always goes on where it is, --fresh begins it anew.")
  var from: String?
  @Flag(help: "Set an existing run of this name aside first; nothing is deleted.")
  var fresh = false
  @Flag(help: "Train on although other code paths (CPU, BLAS) shaped the bits so far; recorded.")
  var acceptNumerics = false
  @Flag(help: "Read every byte of the shards again before training goes on.")
  var verifyData = false
  @Flag(help: "Take the time of ten steps by operation: a table, and a trace in profile/.")
  var profile = false
  @Flag(help: "Print the result of every stage as one JSON object.")
  var json = false

  func run() throws {
    let (file, source) = try changes.load(pipeline)
    var options = RunOptions()
    options.checkpoints = place.checkpoints
    options.name = place.as
    options.isFresh = fresh
    options.until = until
    options.from = from
    options.acceptsNumerics = acceptNumerics
    options.verifiesData = verifyData
    var job = WorkerJob(source: source, path: pipeline, overrides: changes.overrides)
    if profile {
      Machine.start(threads: Machine.threadCount(file.configuration))
      job.profiledPeak = Machine.peak(file.configuration.pretrain?.precision ?? .float32)
    }
    options.job = job
    let runner = PipelineRunner(file, source: source, options: options)
    let stop = StopRequest()
    let session = try RunSession(runner, file.configuration)
    do {
      let record = try runner.run(observers: [session.monitor], shouldStop: { stop.isRequested })
      session.finish(record, pipeline: pipeline)
      if profile { session.showProfile() }
      if json { try Console.report(record.json) }
    } catch let stopped as StoppedOnRequest {
      session.stopped(stopped)
      if profile { session.showProfile() }
      Glibc.exit(Pipelines.ExitCode.stopped.rawValue)
    } catch {
      session.monitor.fail()
      throw error
    }
  }
}

/// Where runs lie and what this one is called.
struct RunPlace: ParsableArguments {
  @Option(help: ArgumentHelp("The folder that holds run folders.", valueName: "folder"), completion: .directory)
  var checkpoints = "checkpoints"
  @Option(help: ArgumentHelp("Another name for the run than the pipeline's.", valueName: "name"))
  var `as`: String?
}

/// Changes to a pipeline file made on the command line.
struct PipelineChanges: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Set a key of the pipeline, such as pretrain.max_steps=1000; may be repeated.", valueName: "key=value"))
  var settings: [String] = []
  @Option(help: "Threads of each worker; never changes the result.")
  var threads: Int?
  @Option(help: "Processes that share each step; never changes the result.")
  var workers: Int?

  /// The changes as `--set` spells them.
  var overrides: [String] {
    settings + (threads.map { ["machine.threads=\($0)"] } ?? []) + (workers.map { ["machine.workers=\($0)"] } ?? [])
  }

  /// The pipeline in `path` with these changes.
  func load(_ path: String) throws -> (PipelineFile, source: [UInt8]) {
    let files = RealFileSystem()
    guard try files.status(path, followingLinks: true)?.kind == .file else {
      throw UserError("there is no pipeline file \(path)", .usage)
        .action("name a file such as pipelines/quickstart.yaml")
    }
    let source = try files.readBounded(path, limit: 1 << 20)
    let file = PipelineFile(source, path: path, overrides: overrides) { name in
      try? files.readBounded(name, limit: 1 << 20)
    }
    if !file.problems.isEmpty { throw UserError.pipeline(path, file.problems) }
    return (file, source)
  }
}

import Checkpoints
import Collectives
import JSON
import Models
import Optimizers
import Tensors
import Training

/// What the processes of a run do: workers train, the writer brings snapshots to the disk.
public enum PretrainWorker {
  /// Does what `call` says until that is done.
  ///
  /// - Returns: the code to exit with. What went wrong stands on the group's board.
  public static func serve(_ call: WorkerCall) -> Int32 {
    // A parent that is gone already will never send the signal.
    let name = call.rank.map { "cloze worker \($0)" } ?? "cloze writer"
    guard ChildDuties.begin(parent: call.parent, name: name) else { return Supervisor.tryAgainCode }
    do {
      let shared = try SharedMemory(inherited: call.memory)
      let job = try WorkerJob(parsing: InheritedText.read(call.job))
      let group = SharedGroup(shared, rank: call.rank ?? SharedGroup.observer, count: job.layout.workers)
      group.beat(.starting)
      do {
        try serve(call.rank, job, group)
        return ExitCode.finished.rawValue
      } catch {
        let shown = UserError(converting: error)
        group.board.say(call.rank ?? group.count, shown.json.text())
        return shown.exitCode.rawValue
      }
    } catch {
      return UserError(converting: error).exitCode.rawValue
    }
  }

  private static func serve(_ rank: Int?, _ job: WorkerJob, _ group: SharedGroup) throws {
    let file = try job.configuration()
    let folder = RunFolder(job.folder)
    guard let settings = file.configuration.pretrain, let plan = StepPlan(json: job.plan),
      let record = try RunRecord.load(folder)
    else { throw UserError("a worker was started for a run that is none", .usage) }
    let context = RunContext(
      configuration: file.configuration, places: file.places, base: "", folder: folder, record: record, observers: [],
      stop: { false })
    Machine.start(threads: rank == nil ? 1 : job.layout.threads)
    let setup = try PretrainSetup(settings, context)
    let places = try PretrainPlaces(setup, context, group, isNew: false)
    guard rank != nil else { return try write(places, setup, context, plan, job) }
    try train(places, setup, context, plan, job, group)
  }

  private static func train(
    _ places: PretrainPlaces, _ setup: PretrainSetup, _ context: RunContext, _ plan: StepPlan, _ job: WorkerJob,
    _ group: SharedGroup
  ) throws {
    let memory = places.memory
    let progress = memory.run.progress
    places.optimizer.updateCount = progress.updateCount
    let trainer = setup.trainer(
      places.loaded, places.objective, places.optimizer, plan, step: progress.step, shared: memory.steps)
    trainer.repair()
    trainer.recordLeftOut = context.leaveOut
    let isStopping = { memory.run.stop.value != 0 }
    let profiler = group.rank == 0 ? profiler(of: trainer, job, group) : nil
    let run = TrainingRun(
      trainer, plan: PretrainStage.runPlan(plan, setup.settings), memory: memory.run,
      observers: [GroupReporter(memory.run)] + (profiler.map { [$0] } ?? []),
      evaluate: places.evaluation.hasRows
        ? {
          try places.evaluation.onTheWay(
            step: trainer.step, isLast: trainer.step == plan.steps, isCancelled: isStopping)
        } : nil,
      save: { progress in
        try memory.snapshot.take(places.loaded.store, places.optimizer, progress)
        return false
      })
    _ = try run.run(until: isStopping)
    try profiler?.write()
  }

  private static func profiler(of trainer: Trainer, _ job: WorkerJob, _ group: SharedGroup) -> StepProfiler? {
    job.profiledPeak.map { peak in
      StepProfiler(
        trainer, group, folder: RunFolder(job.folder),
        title: "worker 0 of \(job.layout.workers), \(Figures.count(job.layout.threads, "thread"))",
        peak: peak / Double(job.layout.workers))
    }
  }

  /// Writes snapshots for as long as the run goes on; it is killed at its end.
  private static func write(
    _ places: PretrainPlaces, _ setup: PretrainSetup, _ context: RunContext, _ plan: StepPlan, _ job: WorkerJob
  ) throws {
    let memory = places.memory
    var slabs = memory.snapshot.slabs
    let copy = try setup.network(context, allocate: { _ in slabs.removeFirst() }, isNew: false)
    let optimizer = setup.optimizer(copy)
    let state = PretrainState(context, setup, plan, numerics: job.numerics)
    let checkpoints = PretrainStage.checkpoints(context, setup.settings)
    try memory.snapshot.serve(memory.run) { progress in
      memory.steps.reach("save", as: .writer)
      try state.save(progress, copy, optimizer, in: checkpoints)
      memory.steps.reach("saved", as: .writer)
    }
  }
}

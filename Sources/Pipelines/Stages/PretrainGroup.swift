import Checkpoints
import Collectives
import Glibc
import JSON
import NN
import Objectives
import Optimizers
import Tensors
import Training

/// Pretraining by processes of their own on shared memory, watched by this one, which does no arithmetic.
final class PretrainGroup {
  /// The network, in the shared memory.
  let loaded: LoadedModel
  /// The optimizer, in the shared memory.
  let optimizer: AdamW
  private let layout: ProcessLayout
  private let shared: SharedMemory
  private let group: SharedGroup
  private let memory: TrainingMemory
  private let setup: PretrainSetup
  private let context: RunContext
  private var job: WorkerJob

  /// Memory for the processes that the pipeline asks for, with the network's starting parameters in it if it `isNew`.
  init(_ setup: PretrainSetup, _ context: RunContext, job: WorkerJob, isNew: Bool) throws {
    layout = ProcessLayout(context.configuration)
    let count = MemoryCount(members: layout.workers)
    _ = try PretrainPlaces(setup, context, count, isNew: false)
    shared = try SharedMemory(
      byteCount: SharedGroup.byteCount(members: layout.workers, taking: count.byteCount))
    group = SharedGroup(shared, rank: SharedGroup.observer, count: layout.workers)
    let places = try PretrainPlaces(setup, context, group, isNew: isNew)
    (loaded, optimizer, memory) = (places.loaded, places.optimizer, places.memory)
    (self.setup, self.context, self.job) = (setup, context, job)
  }

  /// What saving has cost the trainer since this start.
  var savingWaits: Snapshot.Waits { memory.snapshot.waits }

  /// Trains from `progress` to the end or to a request to stop.
  func run(
    _ progress: RunProgress, _ plan: StepPlan, _ numerics: String, _ evaluation: PretrainEvaluation
  ) throws -> (RunOutcome, RunProgress) {
    memory.run.begin(progress)
    memory.steps.begin(after: progress.updateCount)
    job.folder = context.folder.path
    job.layout = (layout.workers, layout.threads)
    (job.plan, job.numerics) = (plan.json, numerics)
    let text = try InheritedText(job.text)
    let feed = GroupEvents(memory, evaluation, context, step: progress.step)
    let supervisor = Supervisor(group, memory) { [shared] role in
      let rank: Int? = if case .worker(let rank) = role { rank } else { nil }
      let call = WorkerCall(
        rank: rank, parent: ChildDuties.identifier, memory: shared.descriptor, job: text.descriptor)
      return try ChildProcess(call.arguments)
    } observe: { [context] event in
      context.tell(.noted(stage: "pretrain", GroupEvents.text(event)))
    } drain: {
      feed.drain()
    }
    do {
      let outcome = try supervisor.run(until: { context.shouldStop })
      return (outcome, memory.run.progress)
    } catch let error as SupervisionError {
      feed.drain()
      throw try CrashReport(error, context, memory, layout).written()
    }
  }
}

/// The network and all that belongs to its training, placed in the memory of a group in the one order.
struct PretrainPlaces {
  let loaded: LoadedModel
  let objective: any Objective
  let optimizer: AdamW
  let memory: TrainingMemory
  let evaluation: PretrainEvaluation

  /// - Parameter isNew: whether the starting parameters are written into the memory.
  init(_ setup: PretrainSetup, _ context: RunContext, _ group: any ProcessGroup, isNew: Bool) throws {
    loaded = try setup.network(context, allocate: { group.slab($0) }, isNew: isNew)
    objective = try setup.objective(loaded)
    optimizer = setup.optimizer(loaded)
    let heldOut = try PretrainEvaluation(setup, objective).largestCount
    memory = TrainingMemory(
      group, loaded.store, optimizer, slotCount: setup.settings.microBatches, evaluationCount: heldOut)
    evaluation = try PretrainEvaluation(setup, objective, shared: memory.evaluation)
  }
}

/// Takes a group's events from its memory and tells them, each once.
private final class GroupEvents {
  private let memory: TrainingMemory
  private let evaluation: PretrainEvaluation
  private let context: RunContext
  private var step: Int
  private var evaluatedStep: Int
  private var durableStep: Int?

  init(_ memory: TrainingMemory, _ evaluation: PretrainEvaluation, _ context: RunContext, step: Int) {
    (self.memory, self.evaluation, self.context, self.step) = (memory, evaluation, context, step)
    evaluatedStep = step - 1
  }

  func drain() {
    memory.run.takeEvents(terms: evaluation.objective.terms, tell)
    guard let durable = memory.snapshot.durableStep, durable != durableStep else { return }
    durableStep = durable
    context.tell(.trained(.saved(step: durable)))
  }

  private func tell(_ event: TrainingEvent) {
    switch event {
    case .step(let report):
      // A process that took another's place reports a step again whose end it did not see.
      guard report.step > step else { return }
      step = report.step
    case .evaluation(let step, let sums, _):
      guard step > evaluatedStep else { return }
      evaluatedStep = step
      evaluation.take(sums)
    case .saved: return
    }
    context.tell(.trained(event))
  }

  static func text(_ event: SupervisionEvent) -> String {
    switch event {
    case .replaced(let incident):
      "\(incident.cause) after step \(Figures.count(incident.step)); replaced, nothing is lost"
    case .writerReplaced(let cause): "\(cause); replaced, the checkpoint is written again"
    }
  }
}

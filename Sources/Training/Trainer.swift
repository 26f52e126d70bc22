import Collectives
import NN
import Objectives
import Optimizers
import Randomness
import Tensors

/// Where a step's rows come from: for each micro-slot the batch it makes, as a function of the step alone.
public protocol StepSource: AnyObject {
  /// The slots of a step.
  var slotCount: Int { get }
  /// The batches of a step's slots, in slot order; a slot without rows is nil.
  func slots(of step: Int) throws -> [Batch?]
}

/// What one step did.
public struct StepReport: Sendable {
  /// Steps done, this one included.
  public let step: Int
  /// What the objective's terms added up to, before the update.
  public let sums: TermSums
  /// Σ weight · mean loss.
  public let loss: Double
  /// The gradient's norm before clipping.
  public let gradientNorm: Double
  /// The learning rate of the update.
  public let learningRate: Double
  /// Whether the step changed nothing, because its loss or gradient was not finite or its gradient a spike.
  public let isLeftOut: Bool
}

/// The numbers that shape an update beside the optimizer's own.
public struct StepConfiguration: Sendable, Equatable {
  /// The peak learning rate.
  public var learningRate: Double
  /// The learning rate's curve.
  public var schedule: Schedule
  /// The largest norm of the gradient; a longer one is shortened to it. Nil for no limit.
  public var clipNorm: Double?

  /// A configuration.
  public init(learningRate: Double, schedule: Schedule, clipNorm: Double? = 1) {
    self.learningRate = learningRate
    self.schedule = schedule
    self.clipNorm = clipNorm
  }
}

/// A step whose loss or gradient is infinite or not a number, or whose gradient is far longer than those before it, also
/// when it is computed again with the same bits.
public struct LeftOutStep: Sendable {
  /// The step, counted from 0.
  public let step: Int
  /// Σ weight · mean loss.
  public let loss: Double
  /// The gradient's norm.
  public let gradientNorm: Double
}

/// Takes steps: sums the slots' gradients over the tree, shortens them, updates the parameters.
///
/// In a group every member takes the same steps; it computes the gradients of its own slots and updates its own share.
public final class Trainer {
  /// What is predicted from what.
  public let objective: any Objective
  /// The model's parameters.
  public let store: ParameterStore
  /// The optimizer and its moments.
  public let optimizer: AdamW
  /// Learning rate and clipping.
  public let configuration: StepConfiguration
  /// Steps done.
  public private(set) var step: Int
  /// Records that a step is left out, before that takes effect; without it none is, and one that is not finite ends
  /// training.
  public var recordLeftOut: ((LeftOutStep) throws -> Void)?
  /// Takes the time of what steps consist of; nil for none.
  public var profile: OpProfile?
  let shared: StepMemory
  private let source: any StepSource
  private let key: RandomKey
  private let appliesDropout: Bool
  private let precision: Precision
  private let recomputesLayers: Bool
  private let workspace = Workspace()
  /// This member's slabs for the tree.
  private let slabs: [Slab]

  /// A trainer that has done `step` steps, alone or as a member of the group of `shared`.
  ///
  /// - Parameters:
  ///   - precision: what matrix products multiply.
  ///   - recomputesLayers: whether backward computes layers again instead of keeping their activations.
  public init(
    objective: any Objective, store: ParameterStore, optimizer: AdamW, configuration: StepConfiguration,
    source: any StepSource, seed: UInt64, step: Int = 0, appliesDropout: Bool = true,
    precision: Precision = .float32, recomputesLayers: Bool = false, shared: StepMemory? = nil
  ) {
    self.objective = objective
    self.store = store
    self.optimizer = optimizer
    self.configuration = configuration
    self.source = source
    self.step = step
    self.appliesDropout = appliesDropout
    self.precision = precision
    self.recomputesLayers = recomputesLayers
    self.shared =
      shared ?? StepMemory(SingleProcess(), store, optimizer, slotCount: source.slotCount, isShared: false)
    key = RandomKey(seed: seed, purpose: .dropout)
    let count = store.slabCount
    let owner = self.shared
    slabs = owner.reduction.ownBuffers.map { buffer in Slab(adopting: buffer, count: count) { _ = owner } }
  }

  /// Takes the next step; one whose gradient's norm is above `normLimit` is a spike.
  ///
  /// - Parameter extraordinaryBefore: how many steps just before this one were not finite or spikes.
  /// - Throws: `TrainingError.notFinite`, `TrainingError.bitsDiffer`, and what the source of the steps throws.
  public func advance(normLimit: Double = .infinity, extraordinaryBefore: Int = 0) throws -> StepReport {
    try measured(Trainer.stepEvent) { try takeStep(normLimit: normLimit, extraordinaryBefore) }
  }

  private func takeStep(normLimit: Double, _ extraordinaryBefore: Int) throws -> StepReport {
    // A process that takes another's place may find the first half done.
    if !shared.isComplete(step) { try sumGradients() }
    let learningRate = configuration.learningRate * configuration.schedule.factor(at: step)
    let (sums, norm) = try results()
    let isFinite = norm.isFinite && sums.losses.allSatisfy(\.isFinite)
    var isLeftOut = false
    if !isFinite || norm > normLimit {
      try confirm()
      isLeftOut = try leaveOut(sums, norm, isFinite: isFinite, extraordinaryBefore)
    }
    if !isLeftOut { try update(learningRate, scale(norm)) }
    step += 1
    return StepReport(
      step: step, sums: sums, loss: sums.loss(objective.terms), gradientNorm: norm, learningRate: learningRate,
      isLeftOut: isLeftOut)
  }

  /// The first half: every slot's gradient, and their sum.
  private func sumGradients() throws {
    shared.group.beat(.reading)
    let slots = try measured("read rows") { try source.slots(of: step) }
    let counts = globalCounts(slots)
    store.memory.valuesChanged()
    var free = Array(slabs.indices.reversed())
    for (number, node) in shared.reduction.ownNodes.enumerated() {
      let slab = try SlotTree.accumulate(node) { slot, left in
        try gradient(of: slots[slot], slot, counts, addingTo: left, &free)
      } join: { left, right in
        measured("join gradients", floats: 3 * store.slabCount) { slabs[left].add(slabs[right]) }
        free.append(right)
        return left
      }
      shared.reduction.place(node: number, in: slab)
    }
    try waitForOthers()
    shared.group.beat(.reducing)
    shared.reach("reduce")
    measured("reduce gradients", floats: shared.reduction.floatsMoved) { shared.reduction.reduce() }
    try waitForOthers()
    shared.setComplete(step)
  }

  /// Each term's count over all slots, known before the first forward pass.
  private func globalCounts(_ slots: [Batch?]) -> [Int] {
    slots.compactMap { $0 }.map(objective.counts).reduce([Int](repeating: 0, count: objective.terms.count)) {
      zip($0, $1).map(+)
    }
  }

  /// Adds one slot's share of the step's gradient to a slab, or fills a free one with it; a slot without rows has none.
  private func gradient(
    of batch: Batch?, _ slot: Int, _ counts: [Int], addingTo left: Int?, _ free: inout [Int]
  ) throws -> Int? {
    shared.group.beat(.computing)
    guard let batch else {
      shared.record(slot, nil)
      return left
    }
    let number = left ?? free.removeLast()
    store.memory.beginGradients(in: slabs[number], joining: left != nil)
    let tape = Tape(
      workspace: workspace, recordsGradients: true, appliesDropout: appliesDropout, key: key, precision: precision,
      recomputesLayers: recomputesLayers)
    tape.profile = profile
    let scores = objective.scores(batch, on: tape)
    shared.record(slot, TermSums(batch, counts: objective.counts(batch), scores: scores))
    let weights = zip(objective.terms, counts).map { $1 == 0 ? 0 : Float($0.weight / Double($1)) }
    tape.backward(from: zip(scores, weights).map { (sum: $0.sum, seed: $1) })
    store.finishGradients()
    if shared.reach("gradient") { slabs[number].write([.nan], at: 0) }
    if shared.reach("spike") { slabs[number].write([1e6], at: 0) }
    return number
  }

  /// What the slots brought together, and the norm of their gradient.
  private func results() throws -> (TermSums, Double) {
    guard let sums = shared.total(termCount: objective.terms.count) else { throw TrainingError.emptyStep(step) }
    return (sums, shared.reduction.sumOfSquares.squareRoot())
  }

  /// The second half: this member's share of the update.
  private func update(_ learningRate: Double, _ scale: Double) throws {
    guard let sum = shared.reduction.sum else { throw TrainingError.emptyStep(step) }
    shared.group.beat(.updating)
    shared.reach("update")
    let gradients = Slab(adopting: sum, count: store.slabCount) {}
    let share = optimizer.share(of: shared.group.rank, in: shared.group.count)
    measured("update", floats: 7 * store.slabCount / shared.group.count) {
      optimizer.update(
        share, gradients: gradients, learningRate: learningRate, gradientScale: scale, journal: shared.journal)
    }
    shared.reach("updated")
    try waitForOthers()
    store.memory.valuesChanged()
    optimizer.updateCount += 1
  }

  /// Computes an extraordinary step again. The same bits mean that data or numerics made it so; other bits mean that this
  /// machine can't be trusted.
  private func confirm() throws {
    // Once confirmed, the update may have begun: the gradient can't be computed again.
    guard !shared.isConfirmed(step) else { return }
    let before = try fingerprint()
    shared.setComplete(nil)
    try sumGradients()
    guard try fingerprint() == before else { throw TrainingError.bitsDiffer(step: step + 1) }
    shared.setConfirmed(step)
  }

  /// Leaves an extraordinary step out, recorded before that takes effect, unless three in a row were: a spike that lasts is
  /// taken like any other step, what is never finite ends training.
  ///
  /// - Returns: whether it is left out.
  private func leaveOut(
    _ sums: TermSums, _ norm: Double, isFinite: Bool, _ extraordinaryBefore: Int
  ) throws -> Bool {
    guard let recordLeftOut, extraordinaryBefore < Trainer.mostLeftOut else {
      guard isFinite else { throw TrainingError.notFinite(step: step) }
      return false
    }
    if shared.group.rank == 0 {
      shared.group.beat(.saving)
      try recordLeftOut(LeftOutStep(step: step, loss: sums.loss(objective.terms), gradientNorm: norm))
    }
    try shared.group.barrier()
    return true
  }

  private static let mostLeftOut = 3

  /// A fingerprint of the gradient's bits and the sums'.
  private func fingerprint() throws -> [UInt64] {
    shared.reduction.inspect()
    try shared.group.barrier()
    let losses = try results().0.losses.map(\.bitPattern)
    let digest = shared.reduction.digest
    try shared.group.barrier()
    return losses + [digest]
  }

  /// Puts back what a killed process left half updated in this member's share; to be called before the first step.
  ///
  /// - Returns: how many pieces there were.
  @discardableResult
  public func repair() -> Int {
    guard let journal = shared.journal else { return 0 }
    return optimizer.repair(optimizer.share(of: shared.group.rank, in: shared.group.count), journal: journal)
  }

  private func waitForOthers() throws { try measured("wait for others") { try shared.group.barrier() } }

  /// Does `work`, with its time taken if somebody wants to know it; `floats` are the numbers read and written.
  private func measured<Result>(_ name: String, floats: Int = 0, _ work: () throws -> Result) rethrows -> Result {
    guard let profile else { return try work() }
    return try profile.measure(name, bytes: 4 * Double(floats), work)
  }

  /// The name of the event that spans a step in a profile.
  public static let stepEvent = "step"

  /// What the gradient is multiplied by so that its norm is at most the limit.
  private func scale(_ norm: Double) -> Double {
    guard let limit = configuration.clipNorm, norm > limit else { return 1 }
    return limit / norm
  }
}

import NN
import Objectives
import Optimizers
import Randomness
import Tensors

/// Where a step's rows come from: for each micro-slot the batch it makes, as a function of the step alone.
public protocol StepSource: AnyObject {
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

/// Takes steps: sums the slots' gradients over the tree, shortens them, updates the parameters.
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
  private let source: any StepSource
  private let key: RandomKey
  private let appliesDropout: Bool
  private let workspace = Workspace()
  private var freeSlabs: [Slab] = []

  /// A trainer that has done `step` steps.
  public init(
    objective: any Objective, store: ParameterStore, optimizer: AdamW, configuration: StepConfiguration,
    source: any StepSource, seed: UInt64, step: Int = 0, appliesDropout: Bool = true
  ) {
    self.objective = objective
    self.store = store
    self.optimizer = optimizer
    self.configuration = configuration
    self.source = source
    self.step = step
    self.appliesDropout = appliesDropout
    key = RandomKey(seed: seed, purpose: .dropout)
  }

  /// Takes the next step.
  public func advance() throws -> StepReport {
    let slots = try source.slots(of: step)
    let counts = globalCounts(slots)
    guard let (sums, gradients) = try combined(slots, counts) else { throw TrainingError.emptyStep(step) }
    let norm = gradients.sumOfSquares.squareRoot()
    guard norm.isFinite && sums.losses.allSatisfy(\.isFinite) else { throw TrainingError.notFinite(step: step) }
    let learningRate = configuration.learningRate * configuration.schedule.factor(at: step)
    optimizer.update(gradients: gradients, learningRate: learningRate, gradientScale: scale(norm))
    freeSlabs.append(gradients)
    step += 1
    return StepReport(
      step: step, sums: sums, loss: sums.loss(objective.terms), gradientNorm: norm, learningRate: learningRate)
  }

  /// Each term's count over all slots, known before the first forward pass.
  private func globalCounts(_ slots: [Batch?]) -> [Int] {
    slots.compactMap { $0 }.map(objective.counts).reduce([Int](repeating: 0, count: objective.terms.count)) {
      zip($0, $1).map(+)
    }
  }

  /// Sums and gradients of all slots, in tree order.
  private func combined(_ slots: [Batch?], _ counts: [Int]) throws -> (TermSums, Slab)? {
    try SlotTree.fold(slots.indices) { slot in
      try slots[slot].map { try gradient(of: $0, counts) }
    } join: { left, right in
      left.1.add(right.1)
      freeSlabs.append(right.1)
      return (left.0 + right.0, left.1)
    }
  }

  /// One slot's sums, and its share of the step's gradient in a slab of its own.
  private func gradient(of batch: Batch, _ counts: [Int]) throws -> (TermSums, Slab) {
    let slab = freeSlabs.popLast() ?? store.makeSlab()
    slab.zero()
    store.memory.gradients = slab
    defer { store.memory.gradients = nil }
    let tape = Tape(workspace: workspace, recordsGradients: true, appliesDropout: appliesDropout, key: key)
    let scores = objective.scores(batch, on: tape)
    let sums = TermSums(batch, counts: objective.counts(batch), scores: scores)
    let weights = zip(objective.terms, counts).map { $1 == 0 ? 0 : Float($0.weight / Double($1)) }
    tape.backward(from: zip(scores, weights).map { (sum: $0.sum, seed: $1) })
    return (sums, slab)
  }

  /// What the gradient is multiplied by so that its norm is at most the limit.
  private func scale(_ norm: Double) -> Double {
    guard let limit = configuration.clipNorm, norm > limit else { return 1 }
    return limit / norm
  }

  /// The most memory that activations took, in bytes.
  public var peakActivationBytes: Int { workspace.peakBytes }
}

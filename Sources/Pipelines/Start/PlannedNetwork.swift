import Collectives
import JSON
import Models
import NN
import Objectives
import Randomness
import Tensors

/// A network that is only planned: built without memory, to count what it would need.
struct PlannedNetwork {
  let model: any PublishedModel
  /// What the network is to learn.
  let objective: any Objective
  let objectives: [ObjectiveKind]
  let maximumLength: Int
  /// What matrix products multiply.
  let precision: Precision
  /// Whether backward computes layers again.
  let recomputesLayers: Bool

  /// The network of `settings` with a vocabulary of `vocabularySize`.
  /// - Throws: `UserError` where sizes do not fit together.
  init(
    _ settings: ModelSettings, objectives: [ObjectiveKind], vocabularySize: Int, maximumLength: Int,
    precision: Precision = .float32, recomputesLayers: Bool = false
  ) throws {
    self.objectives = objectives
    self.precision = precision
    self.recomputesLayers = recomputesLayers
    self.maximumLength = maximumLength
    let pairs = objectives.contains(.nsp)
    if let from = settings.from {
      let path = try ModelReference.folder(from.path)
      let json = try RunFolder("").json(path + "/config.json")?.object ?? JSONObject()
      let family = json["model_type"]?.string.flatMap(PublishedModels.named) ?? BERT.self
      model = try family.make(json) { name in
        name == "cls.predictions.transform.dense.weight" || name == "cls.seq_relationship.weight" && pairs
      }
    } else {
      let configuration = try settings.configuration(vocabularySize: vocabularySize, maximumLength: maximumLength)
      let issues = configuration.issues()
      if !issues.isEmpty {
        throw UserError(
          "the model can't be built", .usage,
          problems: issues.map { Problem(.start, "model.\($0.key)", $0.message) })
      }
      model = configuration.pretrainingNetwork(nextSentence: pairs)
    }
    objective = try PretrainSetup.objective(model, objectives)
  }

  /// All trained numbers.
  var parameterCount: Int { ParameterCount(of: model).total }

  /// Full rows of random ids with targets, as pretraining makes them.
  func randomBatch(rows: Int, maskingShare: Double) -> Batch {
    var numbers = RandomKey(seed: 0, purpose: .sampling).numbers(sample: 0)
    let vocabulary = max(1, model.extents.vocabularySize)
    let ids = (0..<rows).map { _ in (0..<maximumLength).map { _ in Int32(numbers.below(vocabulary)) } }
    var batch = Batch(sequences: Sequences(rows: ids))
    if objectives == [.clm] {
      batch.targets = ids.flatMap { $0.dropFirst() + [$0[0]] }
      return batch
    }
    let masked = max(1, Int((maskingShare * Double(maximumLength)).rounded()))
    for row in 0..<rows {
      for place in 0..<masked {
        batch.places.append(Int32(row * maximumLength + place))
        batch.targets.append(ids[row][place])
      }
    }
    batch.labels = (0..<rows).map { Int32($0 % 2) }
    return batch
  }

  /// What a step costs, counted without computing it.
  struct Counts: Equatable {
    /// Floats of a slab of all parameters.
    var slabCount: Int
    /// The most bytes of activations in one micro-slot.
    var activationBytes: Int
    /// Floating-point operations of the forward pass of a micro-slot.
    var forwardFlops: Double
  }

  /// A dry run of one micro-slot of `rows` full rows.
  ///
  /// - Parameter joining: whether its gradients are added to those of another one, as where there are several.
  func counts(rows: Int, maskingShare: Double, joining: Bool = false) -> Counts {
    let store = ParameterStore(model, allocate: Slab.counted)
    store.memory.beginGradients(in: store.makeSlab(), joining: joining)
    let workspace = Workspace(isDry: true)
    let tape = Tape(
      workspace: workspace, recordsGradients: true, appliesDropout: true, precision: precision,
      recomputesLayers: recomputesLayers)
    let scores = objective.scores(randomBatch(rows: rows, maskingShare: maskingShare), on: tape)
    let flops = tape.forwardFlops
    tape.backward(from: scores.map { (sum: $0.sum, seed: 1) })
    return Counts(slabCount: store.slabCount, activationBytes: workspace.reachedBytes, forwardFlops: flops)
  }
}

/// Memory of a training, in bytes.
public struct MemoryEstimate: Equatable, Sendable {
  /// Values and both moments: 12 bytes a parameter.
  public let parameters: Int
  /// The copy of them from which checkpoints are written.
  public let snapshot: Int
  /// Gradients: 4 bytes a parameter for each slab that the workers' parts of the tree hold at once.
  public let gradients: Int
  /// In bfloat16, the weights as products read them: twice 2 bytes a parameter in every worker.
  public let roundedWeights: Int
  /// Activations of a micro-slot in every worker.
  public let activations: Int
  /// The programs, and two windows of text in every worker.
  public let rest: Int

  /// The memory of a training.
  public init(
    slabCount: Int, microBatches: Int, activationBytes: Int, workers: Int = 1, precision: Precision = .float32
  ) {
    parameters = 12 * slabCount
    snapshot = 12 * slabCount
    gradients = 4 * slabCount * MemoryEstimate.gradientSlabs(microBatches, workers: workers)
    roundedWeights = precision.here == .bfloat16 ? 4 * slabCount * workers : 0
    activations = activationBytes * workers
    rest = 110_000_000 + 90_000_000 * workers
  }

  /// ⌊log₂ M⌋ for one worker, at least one, and about as many for M / W in each of several.
  static func gradientSlabs(_ microBatches: Int, workers: Int = 1) -> Int {
    (0..<workers).reduce(0) { sum, rank in
      let slots = rank * microBatches / workers..<(rank + 1) * microBatches / workers
      return sum + SlotTree.liveCount(SlotTree.nodes(covering: slots, of: microBatches))
    }
  }

  /// Everything.
  public var total: Int { parameters + snapshot + gradients + roundedWeights + activations + rest }
}

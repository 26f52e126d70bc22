import Checkpoints
import Models
import NN
import Objectives
import Optimizers
import Tensors
import Training

/// Runs given ids through a model and tells what came out, to prove equality with another framework. Dropout is off.
public final class ModelProbe {
  /// One named result.
  public struct Output: Sendable {
    /// Its name: `loss`, `logits`, `hidden.0`, `grad.<published name>`, …
    public let name: String
    /// Its extents.
    public let shape: [Int]
    /// Its numbers.
    public let values: [Float]
  }

  /// The updates of `--adamw-steps`.
  public struct Steps: Sendable {
    /// How many.
    public var count: Int
    /// The peak learning rate.
    public var learningRate: Double
    /// Steps of linear warm-up; the rate is constant after them.
    public var warmupSteps: Int
    /// The largest norm of the gradient, nil for no limit.
    public var clipNorm: Double?
    /// β, ε and λ.
    public var optimizer: AdamW.Configuration

    /// Some updates.
    public init(
      count: Int, learningRate: Double, warmupSteps: Int, clipNorm: Double?, optimizer: AdamW.Configuration
    ) {
      self.count = count
      self.learningRate = learningRate
      self.warmupSteps = warmupSteps
      self.clipNorm = clipNorm
      self.optimizer = optimizer
    }
  }

  private let loaded: LoadedModel
  private let input: PaddedBatch
  private let places: [Int]
  private let batch: Batch
  private let objective: any Objective
  private let precision: Precision
  private let workspace = Workspace()

  /// A probe of `loaded` with `input`, whose problems the caller has looked for.
  public init(_ loaded: LoadedModel, _ input: PaddedBatch, precision: Precision = .float32) {
    self.precision = precision
    self.loaded = loaded
    self.input = input
    let (sequences, places) = input.packed
    self.places = places
    (objective, batch) = ModelProbe.task(loaded.model, input, sequences, places)
  }

  /// Loss, logits and hidden states, and with `gradients` the gradient of every parameter.
  public func outputs(gradients: Bool) -> [Output] {
    var outputs = forward()
    let counts = objective.counts(batch)
    guard counts.contains(where: { $0 > 0 }) else { return outputs }
    let slab = gradients ? loaded.store.makeSlab() : nil
    let (losses, _) = loss(counts, gradients: slab)
    outputs.append(Output(name: "loss", shape: [], values: [Float(losses.reduce(0, +))]))
    for (term, value) in zip(objective.terms, losses) where losses.count > 1 {
      outputs.append(Output(name: "loss.\(term.name)", shape: [], values: [Float(value)]))
    }
    if let slab {
      outputs += PublishedTensor.all(of: loaded.model, in: loaded.store, from: slab).map {
        Output(name: "grad.\($0.name)", shape: $0.shape, values: $0.floats)
      }
    }
    return outputs
  }

  /// Updates the model's parameters on the same batch again and again.
  ///
  /// - Returns: the loss before each update.
  public func take(_ steps: Steps) throws -> [Double] {
    let source = RepeatedBatch(batch)
    let trainer = Trainer(
      objective: objective, store: loaded.store, optimizer: AdamW(loaded.store, steps.optimizer),
      configuration: StepConfiguration(
        learningRate: steps.learningRate,
        schedule: Schedule(.constant, warmupSteps: steps.warmupSteps, horizon: steps.count), clipNorm: steps.clipNorm),
      source: source, seed: 0, appliesDropout: false, precision: precision)
    return try (0..<steps.count).map { _ in try trainer.advance().loss }
  }

  /// What the model is to be probed on, from what it can do and what the inputs hold.
  private static func task(
    _ model: any PublishedModel, _ input: PaddedBatch, _ sequences: Sequences, _ places: [Int]
  ) -> (any Objective, Batch) {
    if let classifier = model as? any SequenceClassifier, !model.labels.isEmpty {
      return (Classification(classifier), Batch(sequences: sequences, labels: input.rowLabels ?? []))
    }
    if let causal = model as? any CausalLanguageModel {
      return (
        CausalLanguageModeling(causal),
        Batch(sequences: sequences, targets: input.targets(shift: 1, places: places))
      )
    }
    let targets = input.targets(shift: 0, places: places)
    let scored = targets.indices.filter { targets[$0] >= 0 }
    let batch = Batch(
      sequences: sequences, places: scored.map { Int32($0) }, targets: scored.map { targets[$0] },
      labels: input.rowLabels ?? [Int32](repeating: -100, count: input.rows))
    guard let bert = model as? BERT, bert.headKinds.predictsTokens else { return (NoObjective(), batch) }
    return (MaskedLanguageModeling(bert, nextSentence: bert.headKinds.predictsNextSentence ? bert : nil), batch)
  }

  /// Logits and hidden states in the form of the inputs, zeros at padding.
  private func forward() -> [Output] {
    let tape = Tape.inference(workspace, precision: precision)
    let tokens = tape.input(batch.sequences)
    let states = loaded.model.hiddenStates(tokens)
    var outputs = states.enumerated().map { output("hidden.\($0)", $1) }
    let last = states[states.count - 1]
    if let causal = loaded.model as? any CausalLanguageModel {
      outputs.append(output("logits", causal.nextTokenLogits(last)))
    } else if let bert = loaded.model as? BERT {
      let all = tape.places((0..<places.count).map { Int32($0) })
      let heads = bert.headKinds
      if heads.predictsTokens { outputs.append(output("prediction_logits", bert.predictionLogits(last, at: all))) }
      if heads.predictsNextSentence {
        outputs.append(rowOutput("seq_relationship_logits", bert.relationshipLogits(last, tokens)))
      }
      if !heads.labels.isEmpty { outputs.append(rowOutput("logits", bert.classLogits(last, tokens))) }
    }
    return outputs
  }

  private func output(_ name: String, _ tensor: Tensor) -> Output {
    let width = tensor.shape.width
    return Output(
      name: name, shape: [input.rows, input.time, width],
      values: input.padded(tensor.floats, width: width, places: places))
  }

  private func rowOutput(_ name: String, _ tensor: Tensor) -> Output {
    Output(name: name, shape: tensor.shape.list, values: tensor.floats)
  }

  /// The mean of each term; with a slab, the gradient of their weighted sum.
  private func loss(_ counts: [Int], gradients slab: Slab?) -> (losses: [Double], counts: [Int]) {
    if let slab { loaded.store.memory.beginGradients(in: slab) }
    let tape = Tape(
      workspace: workspace, recordsGradients: slab != nil, appliesDropout: false, precision: precision)
    let scores = objective.scores(batch, on: tape)
    if slab != nil {
      let seeds = zip(objective.terms, counts).map { $1 == 0 ? 0 : Float($0.weight / Double($1)) }
      tape.backward(from: zip(scores, seeds).map { (sum: $0.sum, seed: $1) })
      loaded.store.finishGradients()
    }
    return (zip(scores, counts).map { $1 == 0 ? 0 : $0.total / Double($1) }, counts)
  }
}

/// The same batch at every step, in one slot.
private final class RepeatedBatch: StepSource {
  let slotCount = 1
  private let batch: Batch

  init(_ batch: Batch) {
    self.batch = batch
  }

  func slots(of step: Int) -> [Batch?] { [batch] }
}

/// A model without heads has nothing to lose.
private struct NoObjective: Objective {
  let terms: [TermDescription] = []

  func counts(_ batch: Batch) -> [Int] { [] }

  func scores(_ batch: Batch, on tape: Tape) -> [ScoredRows] { [] }
}

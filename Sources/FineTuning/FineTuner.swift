import Checkpoints
import Collectives
import Models
import NN
import Objectives
import Optimizers
import Randomness
import Tensors
import Training

/// Trains a classifier on labeled texts and keeps the best epoch's parameters.
public final class FineTuner {
  /// What an epoch brought.
  public struct Epoch: Sendable, Equatable {
    /// The epoch, from 1.
    public let number: Int
    /// The mean training loss.
    public let trainingLoss: Double
    /// Scores on the validation texts.
    public let validation: ClassificationMetrics
  }

  private let configuration: FineTuningConfiguration
  private let classifier: LoadedModel
  private let model: BERT
  private let seed: UInt64

  /// A fine-tuner of a classifier that `ClassifierFactory` made.
  public init(_ classifier: LoadedModel, configuration: FineTuningConfiguration, seed: UInt64) throws(FineTuningError) {
    guard let model = classifier.model as? BERT, !model.labels.isEmpty else {
      throw .unsuitableModel(architecture: classifier.model.architecture)
    }
    self.model = model
    self.classifier = classifier
    self.configuration = configuration
    self.seed = seed
  }

  /// Trains for the configured epochs; the classifier ends with the parameters of the epoch whose validation accuracy was
  /// highest, the earlier one of equals.
  ///
  /// - Parameter shouldStop: asked after every step; training ends early where it says so.
  public func train(
    _ texts: [LabeledText], validation: [LabeledText], shouldStop: () -> Bool = { false },
    observe: (Epoch) -> Void = { _ in }
  ) throws -> [Epoch] {
    let source = LabeledSource(texts, configuration: configuration, seed: seed)
    let trainer = makeTrainer(source)
    let best = classifier.store.makeSlab()
    var epochs: [Epoch] = []
    for number in 1...max(1, configuration.epochs) {
      var sums = TermSums(termCount: 1)
      for _ in 0..<source.stepsPerEpoch {
        sums = sums + (try trainer.advance().sums)
        if shouldStop() { return epochs }
      }
      let epoch = Epoch(
        number: number, trainingLoss: sums.mean(0), validation: Predictor(classifier, model).score(validation))
      if epochs.allSatisfy({ $0.validation.accuracy < epoch.validation.accuracy }) {
        best.copy(classifier.store.memory.values)
      }
      epochs.append(epoch)
      observe(epoch)
    }
    classifier.store.memory.values.copy(best)
    return epochs
  }

  private func makeTrainer(_ source: LabeledSource) -> Trainer {
    let steps = source.stepsPerEpoch * max(1, configuration.epochs)
    let warmup = Int((Double(steps) * configuration.warmupRatio).rounded())
    var optimizer = AdamW.Configuration()
    optimizer.weightDecay = configuration.weightDecay
    return Trainer(
      objective: Classification(model), store: classifier.store, optimizer: AdamW(classifier.store, optimizer),
      configuration: StepConfiguration(
        learningRate: configuration.learningRate, schedule: Schedule(.linear, warmupSteps: warmup, horizon: steps)),
      source: source, seed: seed)
  }
}

/// Labeled texts in an order drawn for each epoch, dealt to micro-slots; an epoch's last batch is shorter.
final class LabeledSource: StepSource {
  let stepsPerEpoch: Int
  var slotCount: Int { configuration.microBatches }
  private let texts: [LabeledText]
  private let configuration: FineTuningConfiguration
  private let key: RandomKey

  init(_ texts: [LabeledText], configuration: FineTuningConfiguration, seed: UInt64) {
    self.texts = texts
    self.configuration = configuration
    key = RandomKey(seed: seed, purpose: .order)
    stepsPerEpoch = (texts.count + configuration.batchSize - 1) / configuration.batchSize
  }

  func slots(of step: Int) -> [Batch?] {
    let (epoch, place) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
    let order = Permutation(count: texts.count, numbers: key.numbers(sample: 0, epoch: epoch))
    let first = place * configuration.batchSize
    let count = min(configuration.batchSize, texts.count - first)
    return SlotTree.deal(count, into: configuration.microBatches).map { slot in
      slot.isEmpty ? nil : Classification.batch(slot.map { texts[order[first + $0]] }, epoch: epoch)
    }
  }
}

import Collectives
import Kernels
import Models
import NN
import Objectives
import Optimizers
import Tensors
import Training

/// Steps of hand-made rows, cut into slots as asked for.
final class FixedRows: StepSource {
  private let rows: [Batch]
  let slotCount: Int

  init(_ rows: [Batch], slotCount: Int) {
    self.rows = rows
    self.slotCount = slotCount
  }

  func slots(of step: Int) -> [Batch?] {
    SlotTree.deal(rows.count, into: slotCount).map { range in range.isEmpty ? nil : Self.joined(rows[range]) }
  }

  /// Rows one behind the other.
  static func joined(_ rows: ArraySlice<Batch>) -> Batch {
    var batch = Batch(sequences: Sequences())
    for row in rows {
      let base = Int32(batch.sequences.tokenCount)
      let sequences = row.sequences
      batch.sequences.append(
        ids: sequences.ids, typeIds: sequences.typeIds, segments: Array(sequences.segmentOffsets.dropLast()),
        positions: sequences.positions, sample: sequences.samples[0])
      batch.places += row.places.map { $0 + base }
      batch.targets += row.targets
      batch.labels += row.labels
    }
    return batch
  }
}

/// A tiny BERT and rows of uneven length with unevenly many hidden tokens.
struct TinyTraining {
  static let vocabulary = 50
  let model: BERT
  let store: ParameterStore
  let optimizer: AdamW
  let trainer: Trainer

  /// - Parameters:
  ///   - epsilon: 1 makes an update nearly the gradient itself.
  init(
    slots: Int, rows: [Batch] = TinyTraining.rows, width: Int = 16, learningRate: Double = 1e-2, epsilon: Double = 1e-6,
    dropout: Double = 0.1, precision: Precision = .float32
  ) {
    var configuration = BERTConfiguration()
    configuration.vocabularySize = Self.vocabulary
    configuration.width = width
    configuration.layerCount = 2
    configuration.headCount = 2
    configuration.innerWidth = 2 * width
    configuration.maximumLength = 32
    configuration.dropoutRate = dropout
    configuration.attentionDropoutRate = dropout
    model = BERT(configuration, heads: .pretraining(nextSentence: true))
    store = ParameterStore(model)
    store.initialize(seed: 5)
    var rule = AdamW.Configuration()
    rule.epsilon = epsilon
    rule.weightDecay = 0
    optimizer = AdamW(store, rule)
    trainer = Trainer(
      objective: MaskedLanguageModeling(model, nextSentence: model), store: store, optimizer: optimizer,
      configuration: StepConfiguration(
        learningRate: learningRate, schedule: Schedule(.constant, warmupSteps: 0, horizon: 100), clipNorm: nil),
      source: FixedRows(rows, slotCount: slots), seed: 9, precision: precision)
  }

  /// Every parameter, in the store's order.
  var parameters: [Float] { store.entries.flatMap { store.values($0) } }

  /// Eight rows of 6 to 27 tokens with 0 to 9 of them hidden.
  static let rows: [Batch] = {
    var dice = Dice(seed: 21)
    return [1, 5, 0, 2, 9, 1, 3, 7].enumerated().map { number, hidden in
      let length = 6 + 3 * number
      let ids = (0..<length).map { _ in Int32(dice.below(vocabulary)) }
      var sequences = Sequences()
      sequences.append(
        ids: ids, typeIds: ids.indices.map { $0 < length / 2 ? 0 : 1 }, segments: [0],
        positions: ids.indices.map { Int32($0) }, sample: UInt64(number))
      let places = Array((0..<Int32(length)).filter { $0 % 3 != 0 }.prefix(hidden))
      return Batch(
        sequences: sequences, places: places, targets: places.map { _ in Int32(dice.below(vocabulary)) },
        labels: [Int32(number % 2)])
    }
  }()
}

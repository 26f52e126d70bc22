import NN
import Tensors

/// One encoded text or pair of texts and its label.
public struct LabeledText: Sendable, Equatable {
  /// Token ids, special tokens included.
  public let ids: [Int32]
  /// Token types: 0 for the first text, 1 for the second.
  public let typeIds: [Int32]
  /// The label's number; negative where it is not known.
  public let label: Int32
  /// The position of its random numbers.
  public let sample: UInt64

  /// A text and its label.
  public init(ids: [Int32], typeIds: [Int32], label: Int32 = -100, sample: UInt64) {
    self.ids = ids
    self.typeIds = typeIds
    self.label = label
    self.sample = sample
  }
}

/// A label for each text or pair of texts: fine-tuning.
public struct Classification: Objective {
  private let model: any SequenceClassifier

  /// Classification with `model`.
  public init(_ model: any SequenceClassifier) {
    self.model = model
  }

  /// `classification`.
  public var terms: [TermDescription] { [TermDescription("classification")] }

  /// Texts with their labels.
  public static func batch(_ texts: [LabeledText], epoch: Int = 0) -> Batch {
    var batch = Batch(sequences: Sequences(epoch: epoch))
    for text in texts {
      batch.sequences.append(ids: text.ids, typeIds: text.typeIds, sample: text.sample)
      batch.labels.append(text.label)
    }
    return batch
  }

  /// Labeled texts.
  public func counts(_ batch: Batch) -> [Int] { [batch.labels.count { $0 >= 0 }] }

  /// Σ −ln p(label).
  public func scores(_ batch: Batch, on tape: Tape) -> [ScoredRows] {
    let input = tape.input(batch.sequences)
    return [crossEntropy(model.classLogits(model.encode(input), input), tape.targets(batch.labels))]
  }
}

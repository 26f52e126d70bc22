import Datasets
import NN
import Randomness
import Tensors

/// Hidden tokens, and whether the second text follows the first.
/// - Sources: Devlin et al. 2019, section 3.1; dynamic masks as in Liu et al. 2019.
public struct MaskedLanguageModeling: Objective {
  private let model: any MaskedLanguageModel
  private let nextSentence: (any NextSentenceModel)?

  /// Masked-LM on `model`; with next-sentence prediction if `nextSentence` is given, which must be the same model.
  public init(_ model: any MaskedLanguageModel, nextSentence: (any NextSentenceModel)? = nil) {
    self.model = model
    self.nextSentence = nextSentence
  }

  /// `mlm`, and `nsp` with next-sentence prediction.
  public var terms: [TermDescription] {
    nextSentence == nil ? [TermDescription("mlm")] : [TermDescription("mlm"), TermDescription("nsp")]
  }

  /// Masked tokens, and labeled pairs.
  public func counts(_ batch: Batch) -> [Int] {
    let masked = batch.targets.count
    return nextSentence == nil ? [masked] : [masked, batch.labels.count { $0 >= 0 }]
  }

  /// Σ −ln p(hidden token), Σ −ln p(label).
  public func scores(_ batch: Batch, on tape: Tape) -> [ScoredRows] {
    let input = tape.input(batch.sequences)
    let hidden = model.encode(input)
    let predictions = model.predictions(hidden, at: tape.places(batch.places))
    let masked = crossEntropy(predictions, tape.targets(batch.targets))
    guard let nextSentence else { return [masked] }
    return [masked, crossEntropy(nextSentence.relationshipLogits(hidden, input), tape.targets(batch.labels))]
  }
}

/// Rows with some of their tokens hidden.
public struct MaskedBatches: BatchMaker {
  private let masking: Masking

  /// Batches with masks drawn by `masking`.
  public init(_ masking: Masking) {
    self.masking = masking
  }

  /// Rows with their masks drawn.
  public func batch(_ examples: [Example], for use: BatchUse) -> Batch {
    var batch = Batch(sequences: Sequences(epoch: examples.first?.epoch ?? 0))
    for example in examples {
      let masked = masking.choose(example, purpose: use == .training ? .masking : .evaluation)
      let start = Int32(batch.sequences.tokenCount)
      batch.sequences.append(example, ids: masked.ids)
      for (index, target) in masked.targets.enumerated() where target >= 0 {
        batch.places.append(start + Int32(index))
        batch.targets.append(target)
      }
      let segments = example.segmentOffsets.count - 1
      batch.labels += [Int32](repeating: example.nextSentenceLabel ?? -100, count: segments)
      batch.byteCount += example.byteCount
    }
    return batch
  }
}

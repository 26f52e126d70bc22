import Datasets
import NN
import Tensors

/// The next token, at every place.
public struct CausalLanguageModeling: Objective {
  private let model: any CausalLanguageModel

  /// Causal language modeling on `model`.
  public init(_ model: any CausalLanguageModel) {
    self.model = model
  }

  /// `clm`.
  public var terms: [TermDescription] { [TermDescription("clm")] }

  /// Tokens with a target.
  public func counts(_ batch: Batch) -> [Int] { [batch.targets.count { $0 >= 0 }] }

  /// Σ −ln p(next token).
  public func scores(_ batch: Batch, on tape: Tape) -> [ScoredRows] {
    let hidden = model.encode(tape.input(batch.sequences))
    return [crossEntropy(model.nextTokens(hidden), tape.targets(batch.targets))]
  }
}

/// Rows with the next token as the target of each.
public struct CausalBatches: BatchMaker {
  /// Batches of planned rows.
  public init() {}

  /// Rows with their targets.
  public func batch(_ examples: [Example], for use: BatchUse) -> Batch {
    var batch = Batch(sequences: Sequences(epoch: examples.first?.epoch ?? 0))
    for example in examples {
      batch.sequences.append(example)
      batch.targets += example.targets
      batch.byteCount += example.byteCount
    }
    return batch
  }
}

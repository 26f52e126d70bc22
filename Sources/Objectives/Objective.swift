import Datasets
import Tensors

/// What is predicted from what: named loss terms of a batch.
///
/// A term is a *sum* with an integer count. Counts are known before the forward pass; the trainer sums them over all
/// slots of a step and seeds each term's backward with weight / global count. So the result does not depend on how a
/// batch was cut.
public protocol Objective {
  /// The terms in order, such as MLM and NSP.
  var terms: [TermDescription] { get }
  /// How many predictions each term of a batch scores.
  func counts(_ batch: Batch) -> [Int]
  /// The sums of a batch, one per term.
  func scores(_ batch: Batch, on tape: Tape) -> [ScoredRows]
}

/// Makes batches from planned rows of a corpus.
public protocol BatchMaker: Sendable {
  /// The batch that some planned rows make.
  func batch(_ examples: [Example], for use: BatchUse) -> Batch
}

/// What a batch is made for.
public enum BatchUse: Sendable, Equatable {
  /// Random choices differ from epoch to epoch.
  case training
  /// Random choices are those of the sample, the same every time.
  case evaluation
}

/// A loss term's name and weight.
public struct TermDescription: Sendable, Equatable {
  /// Short, as in metrics: `mlm`, `nsp`, `clm`.
  public let name: String
  /// Its weight in the loss.
  public let weight: Double

  /// A term.
  public init(_ name: String, weight: Double = 1) {
    self.name = name
    self.weight = weight
  }
}

/// Sequences and what is to be predicted from them.
public struct Batch: Sendable {
  /// What the model reads.
  public var sequences: Sequences
  /// Tokens to score, as rows of the sequences.
  public var places: [Int32]
  /// The token to predict at each place.
  public var targets: [Int32]
  /// One label per segment; negative where there is none.
  public var labels: [Int32]
  /// Bytes of text that the targets stand for.
  public var byteCount: Int

  /// A batch.
  public init(
    sequences: Sequences, places: [Int32] = [], targets: [Int32] = [], labels: [Int32] = [], byteCount: Int = 0
  ) {
    self.sequences = sequences
    self.places = places
    self.targets = targets
    self.labels = labels
    self.byteCount = byteCount
  }
}

extension Sequences {
  /// Adds a planned row.
  mutating func append(_ example: Example, ids: [Int32]? = nil) {
    append(
      ids: ids ?? example.ids, typeIds: example.typeIds, segments: Array(example.segmentOffsets.dropLast()),
      positions: example.positions, sample: example.sample)
  }
}

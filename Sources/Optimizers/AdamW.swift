import Collectives
import Glibc
import Kernels
import NN
import Tensors

/// Adam with decoupled weight decay.
///
/// p ← p − η · (m̂ / (√v̂ + ε) + λ · p), with λ only on tensors of two dimensions and more. A tied weight is one parameter
/// and is updated once.
/// - Sources: Loshchilov and Hutter 2019; without bias correction, the optimizer of Devlin et al. 2019.
public final class AdamW {
  /// What the update depends on beside gradients and learning rate.
  public struct Configuration: Sendable, Equatable {
    /// β₁, the decay of the first moment.
    public var beta1 = 0.9
    /// β₂, the decay of the second moment.
    public var beta2 = 0.999
    /// ε, added to the root of the bias-corrected second moment.
    public var epsilon = 1e-8
    /// λ.
    public var weightDecay = 0.01
    /// Whether moments are divided by 1 − βᵗ; the original BERT does not.
    public var correctsBias = true

    /// PyTorch's defaults.
    public init() {}
  }

  /// The configuration.
  public let configuration: Configuration
  /// m: the mean of the gradients.
  public let firstMoment: Slab
  /// v: the mean of their squares.
  public let secondMoment: Slab
  /// Updates so far.
  public var updateCount = 0
  private let store: ParameterStore
  /// The pieces in which parameters are updated: at most `pieceLength` neighbors with the same decay.
  public let pieces: [Piece]

  /// Neighboring floats that are updated as one.
  public struct Piece: Sendable, Equatable {
    /// Its floats in every slab.
    public let range: Range<Int>
    let decays: Bool
  }

  /// The most floats of a piece.
  public static let pieceLength = ElementwiseKernel.sliceCount

  /// An optimizer at rest.
  public init(_ store: ParameterStore, _ configuration: Configuration) {
    self.store = store
    self.configuration = configuration
    firstMoment = store.makeSlab()
    secondMoment = store.makeSlab()
    pieces = AdamW.runs(store.entries).flatMap { run in
      stride(from: run.range.lowerBound, to: run.range.upperBound, by: AdamW.pieceLength).map {
        Piece(range: $0..<min($0 + AdamW.pieceLength, run.range.upperBound), decays: run.decays)
      }
    }
  }

  /// One update from the gradients in `gradients`, multiplied by `gradientScale` first.
  public func update(gradients: Slab, learningRate: Double, gradientScale: Double = 1) {
    update(pieces.indices, gradients: gradients, learningRate: learningRate, gradientScale: gradientScale)
    updateCount += 1
  }

  /// The next update of some pieces; those that the journal knows to be done are left alone. The caller adds to
  /// `updateCount` once all pieces are done.
  public func update(
    _ share: Range<Int>, gradients: Slab, learningRate: Double, gradientScale: Double, journal: UpdateJournal? = nil
  ) {
    let number = updateCount + 1
    let t = Double(number)
    let corrections =
      configuration.correctsBias ? (1 - pow(configuration.beta1, t), 1 - pow(configuration.beta2, t)) : (1, 1)
    let slabs = [store.memory.values, firstMoment, secondMoment]
    func update(_ piece: Piece) {
      adamW(
        AdamWUpdate(
          learningRate: learningRate, beta1: configuration.beta1, beta2: configuration.beta2,
          epsilon: configuration.epsilon, weightDecay: piece.decays ? configuration.weightDecay : 0,
          gradientScale: gradientScale, firstCorrection: corrections.0, secondCorrection: corrections.1),
        values: slabs[0], gradients: gradients, first: slabs[1], second: slabs[2], range: piece.range)
    }
    guard let journal else { return Parallel.forEach(share.count) { update(pieces[share.lowerBound + $0]) } }
    for first in stride(from: share.lowerBound, to: share.upperBound, by: UpdateJournal.openCount) {
      Parallel.forEach(min(UpdateJournal.openCount, share.upperBound - first)) { place in
        let piece = first + place
        if journal.isDone(piece, update: number) { return }
        journal.guarding(piece, pieces[piece].range, place: place, update: number, of: slabs) { update(pieces[piece]) }
      }
    }
  }

  /// Puts pieces of this member's share that a killed process left half updated back to what they were.
  ///
  /// - Returns: how many there were.
  public func repair(_ share: Range<Int>, journal: UpdateJournal) -> Int {
    let slabs = [store.memory.values, firstMoment, secondMoment]
    return share.count { piece in
      let place = (piece - share.lowerBound) % UpdateJournal.openCount
      return journal.repair(piece, pieces[piece].range, place: place, of: slabs)
    }
  }

  /// The pieces of a member's share: about as many floats for each.
  public func share(of rank: Int, in members: Int) -> Range<Int> {
    let total = pieces.last?.range.upperBound ?? 0
    func boundary(_ number: Int) -> Int {
      pieces.firstIndex { ($0.range.lowerBound + $0.range.upperBound) * members > 2 * number * total } ?? pieces.count
    }
    return boundary(rank)..<boundary(rank + 1)
  }

  /// Neighboring parameters with the same decay, joined; the padding between them stays zero.
  private static func runs(_ entries: [ParameterStore.Entry]) -> [(range: Range<Int>, decays: Bool)] {
    var runs: [(range: Range<Int>, decays: Bool)] = []
    for entry in entries {
      if let last = runs.last, last.decays == entry.decays {
        runs[runs.count - 1].range = last.range.lowerBound..<entry.range.upperBound
      } else {
        runs.append((entry.range, entry.decays))
      }
    }
    return runs
  }
}

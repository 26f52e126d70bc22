import Foundation
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
  private let runs: [(range: Range<Int>, decays: Bool)]

  /// An optimizer at rest.
  public init(_ store: ParameterStore, _ configuration: Configuration) {
    self.store = store
    self.configuration = configuration
    firstMoment = store.makeSlab()
    secondMoment = store.makeSlab()
    runs = AdamW.runs(store.entries)
  }

  /// One update from the gradients in `gradients`, multiplied by `gradientScale` first.
  public func update(gradients: Slab, learningRate: Double, gradientScale: Double = 1) {
    updateCount += 1
    let t = Double(updateCount)
    let corrections =
      configuration.correctsBias ? (1 - pow(configuration.beta1, t), 1 - pow(configuration.beta2, t)) : (1, 1)
    for run in runs {
      adamW(
        AdamWUpdate(
          learningRate: learningRate, beta1: configuration.beta1, beta2: configuration.beta2,
          epsilon: configuration.epsilon, weightDecay: run.decays ? configuration.weightDecay : 0,
          gradientScale: gradientScale, firstCorrection: corrections.0, secondCorrection: corrections.1),
        values: store.memory.values, gradients: gradients, first: firstMoment, second: secondMoment, range: run.range)
    }
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

import Dispatch
import NN
import Objectives
import Optimizers
import Training

/// How long a step takes on this machine: a few real ones on random ids.
public struct StepTime: Equatable, Sendable {
  /// Seconds of a micro-slot: forward and backward.
  public var slot: Double
  /// Seconds of what is done once a step: the update.
  public var update: Double

  /// Seconds of a step with so many equal slots.
  public func seconds(slots: Int) -> Double { update + slot * Double(slots) }
}

/// Takes real steps of a planned network and measures them.
struct StepTimer {
  private let source: RandomSteps
  private let trainer: Trainer

  /// A timer of slots of `rows` full rows; takes the memory that training would.
  init(_ network: PlannedNetwork, rows: Int, maskingShare: Double) {
    let store = ParameterStore(network.model)
    store.initialize(seed: 0)
    source = RandomSteps(network.randomBatch(rows: rows, maskingShare: maskingShare))
    trainer = Trainer(
      objective: network.objective, store: store, optimizer: AdamW(store, AdamW.Configuration()),
      configuration: StepConfiguration(
        learningRate: 1e-6, schedule: Schedule(.constant, warmupSteps: 0, horizon: 1_000)),
      source: source, seed: 0, precision: network.precision, recomputesLayers: network.recomputesLayers)
  }

  /// Steps of one and of two slots for about `seconds`; their difference is a slot. The fastest of each counts, since
  /// nothing but other processes makes a step slower.
  func measure(seconds: Double) throws -> StepTime {
    let start = StepTimer.now
    _ = try step(slots: 1)
    var (one, two) = (Double.infinity, Double.infinity)
    repeat {
      one = min(one, try step(slots: 1))
      two = min(two, try step(slots: 2))
    } while StepTimer.now - start < seconds
    let slot = max(two - one, one / 4)
    return StepTime(slot: slot, update: max(0, one - slot))
  }

  private func step(slots: Int) throws -> Double {
    source.filledCount = slots
    let start = StepTimer.now
    _ = try trainer.advance()
    return StepTimer.now - start
  }

  private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}

/// The same random batch in one slot or in both.
private final class RandomSteps: StepSource {
  private let batch: Batch
  let slotCount = 2
  var filledCount = 1

  init(_ batch: Batch) { self.batch = batch }

  func slots(of step: Int) throws -> [Batch?] { (0..<slotCount).map { $0 < filledCount ? batch : nil } }
}

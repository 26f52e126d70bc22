import JSON
import NN
import Optimizers
import Tensors
import TestSupport
import Testing

/// One tensor of two dimensions, so that decay applies.
private struct OneParameter: Module {
  let weight: Parameter
}

@Suite struct AdamWTests {
  /// torch.optim.AdamW and BERT's variant in float64, with and without decay.
  @Test func updatesAgreeWithTheReference() throws {
    let fixture = try Fixtures.json("optimizers/small.json")
    let start = floats(fixture["value"])
    let gradients = (fixture["gradients"]?.array ?? []).map { floats($0) }
    for entry in fixture["optimizers"]?.array ?? [] {
      let found = trajectory(entry, start, gradients)
      let expected = (entry["after"]?.array ?? []).map { floats($0) }
      #expect(expected.count == gradients.count)
      for (step, pair) in zip(found, expected).enumerated() {
        let worst = zip(pair.0, pair.1).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < 5e-6, "\(entry["name"] ?? .null) step \(step): \(worst)")
      }
    }
  }

  @Test func biasesAndNormsDoNotDecay() {
    let model = Vector(bias: Parameter([4], .ones))
    let store = ParameterStore(model)
    store.initialize(seed: 1)
    let optimizer = AdamW(store, AdamW.Configuration())
    optimizer.update(gradients: store.makeSlab(), learningRate: 0.1)
    #expect(store.entries.map { store.values($0) } == [[1, 1, 1, 1]])
  }

  private struct Vector: Module {
    let bias: Parameter
  }

  private func trajectory(_ entry: JSONValue, _ start: [Float], _ gradients: [[Float]]) -> [[Float]] {
    let model = OneParameter(weight: Parameter([1, start.count], .zeros))
    let store = ParameterStore(model)
    store.memory.values.write(start, at: 0)
    var configuration = AdamW.Configuration()
    configuration.beta1 = entry["betas"]?[0]?.double ?? 0
    configuration.beta2 = entry["betas"]?[1]?.double ?? 0
    configuration.epsilon = entry["epsilon"]?.double ?? 0
    configuration.weightDecay = entry["weight_decay"]?.double ?? 0
    configuration.correctsBias = entry["name"]?.string == "adamw"
    let optimizer = AdamW(store, configuration)
    let slab = store.makeSlab()
    return gradients.map { gradient in
      slab.write(gradient, at: 0)
      optimizer.update(gradients: slab, learningRate: entry["learning_rate"]?.double ?? 0)
      return store.memory.values.floats(0..<start.count)
    }
  }

  private func floats(_ value: JSONValue?) -> [Float] {
    (value?.array ?? []).compactMap { $0.double.map { Float($0) } }
  }
}

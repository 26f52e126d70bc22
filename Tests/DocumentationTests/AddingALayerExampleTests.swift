import NN
import Tensors
import Testing

// The example of Documentation/AddingALayer.md.

/// y = base(x) + up(down(x)): a linear map with a correction of low rank.
/// - Sources: Hu et al. 2021.
struct LowRankLinear: UnaryLayer {
  /// [out, in]
  let base: Linear
  /// [rank, in]
  let down: Linear
  /// [out, rank], zeros at the start: the layer begins as its base.
  let up: Linear

  /// A map from `inputWidth` to `outputWidth` whose correction has at most `rank` dimensions.
  init(_ inputWidth: Int, _ outputWidth: Int, rank: Int, weight: Initializer) {
    base = Linear(inputWidth, outputWidth, weight: weight)
    down = Linear(inputWidth, rank, weight: weight, hasBias: false)
    up = Linear(rank, outputWidth, weight: .zeros, hasBias: false)
  }

  /// Applies the map to every row.
  func callAsFunction(_ x: Tensor) -> Tensor { base(x) + up(down(x)) }
}

@Suite struct AddingALayerExampleTests {
  private let layer = LowRankLinear(3, 2, rank: 1, weight: .normal(standardDeviation: 1))

  @Test func parametersAreNamedByTheirProperties() {
    let store = ParameterStore(layer)
    #expect(store.entries.map(\.path) == ["up.weight", "down.weight", "base.bias", "base.weight"])
    #expect(store.parameterCount == 2 * 1 + 1 * 3 + 2 + 2 * 3)
  }

  @Test func theLayerBeginsAsItsBase() {
    let store = ParameterStore(layer)
    store.initialize(seed: 1)
    let found = outputs(layer)
    #expect(found == outputs(layer.base) && found.contains { $0 != 0 }, "\(found)")
  }

  @Test func theOutputIsTheFormula() throws {
    let store = ParameterStore(layer)
    try write([1, 2, 3, 4, 5, 6], to: "base.weight", of: store)
    try write([10, 20], to: "base.bias", of: store)
    try write([1, 0, -1], to: "down.weight", of: store)
    try write([2, 5], to: "up.weight", of: store)
    // Row (1, 2, 3): base (14 + 10, 32 + 20), down −2, up (−4, −10). Row (−1, 0, 1): (2 + 10, 2 + 20), −2, (−4, −10).
    #expect(outputs(layer) == [20, 42, 8, 12])
  }

  @Test func theCorrectionLearnsFromItsOutputFirst() throws {
    let store = ParameterStore(layer)
    store.initialize(seed: 1)
    let gradients = store.makeSlab()
    store.memory.beginGradients(in: gradients)
    let tape = Tape(workspace: Workspace(), recordsGradients: true, appliesDropout: false)
    let scored = crossEntropy(layer(input(on: tape)), tape.targets([0, 1]))
    tape.backward(from: [(sum: scored.sum, seed: 1)])
    store.finishGradients()
    // d loss / d down = upᵀ · …, and up is zero.
    for (path, isZero) in [("up.weight", false), ("down.weight", true), ("base.weight", false)] {
      let found = gradients.floats(try #require(store[path]).range)
      #expect(found.allSatisfy { $0 == 0 } == isZero, "\(path): \(found)")
    }
  }

  private func input(on tape: Tape) -> Tensor { tape.constant([1, 2, 3, -1, 0, 1], shape: [2, 3]) }

  private func outputs(_ layer: some UnaryLayer) -> [Float] {
    let tape = Tape.inference(Workspace())
    return withExtendedLifetime(tape) { layer(input(on: tape)).floats }
  }

  private func write(_ values: [Float], to path: String, of store: ParameterStore) throws {
    store.memory.values.write(values, at: try #require(store[path]).range.lowerBound)
  }
}

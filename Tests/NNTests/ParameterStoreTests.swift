import NN
import Tensors
import Testing

private struct Small: Module {
  let first: Linear
  let layers: [Linear]
  let tied: Parameter

  init(layerCount: Int) {
    first = Linear(3, 5, weight: .normal(standardDeviation: 1))
    layers = (0..<layerCount).map { _ in Linear(5, 5, weight: .normal(standardDeviation: 1)) }
    tied = first.weight
  }
}

@Suite struct ParameterStoreTests {
  @Test func pathsAreThePropertyNamesAndTiedParametersCountOnce() {
    let store = ParameterStore(Small(layerCount: 2))
    #expect(
      Set(store.entries.map(\.path)) == [
        "first.weight", "first.bias", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias",
      ])
    #expect(store.parameterCount == 15 + 5 + 2 * 30)
  }

  @Test func parametersLieInReverseOrderAtCacheLinesWithoutOverlap() {
    let store = ParameterStore(Small(layerCount: 2))
    #expect(store.entries.last?.path == "first.weight" && store.entries.first?.path == "layers.1.bias")
    for (entry, next) in zip(store.entries, store.entries.dropFirst()) {
      #expect(entry.range.upperBound <= next.range.lowerBound && next.range.lowerBound % 16 == 0)
    }
  }

  @Test func startingValuesDependOnSeedAndPathAlone() throws {
    let (small, large) = (ParameterStore(Small(layerCount: 1)), ParameterStore(Small(layerCount: 3)))
    small.initialize(seed: 4)
    large.initialize(seed: 4)
    let (a, b) = (try #require(small["layers.0.weight"]), try #require(large["layers.0.weight"]))
    #expect(small.values(a) == large.values(b))
    large.initialize(seed: 5)
    #expect(small.values(a) != large.values(b))
  }

  @Test func normsAndBiasesDoNotDecay() {
    let decaying = ParameterStore(Small(layerCount: 1)).entries.filter(\.decays).map(\.path)
    #expect(Set(decaying) == ["first.weight", "layers.0.weight"])
  }
}

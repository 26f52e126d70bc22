import Models
import NN
import Tensors
import Testing

@Suite struct InitializationTests {
  private func projections(layers: Int, _ initialization: BERT.Initialization?) -> [Initializer] {
    var configuration = BERTConfiguration()
    (configuration.width, configuration.headCount, configuration.layerCount) = (64, 4, layers)
    let store = ParameterStore(BERT(configuration, heads: .init(), initialization: initialization))
    return (0..<layers).compactMap { store["layers.\($0).attention.projection.weight"]?.parameter.initializer }
  }

  @Test func onlyTheFirstLayerLooksAtNeighborsAndOnlyInDeepEnoughModels() {
    let normal = Initializer.normal(standardDeviation: 0.02)
    let deep = projections(layers: 4, nil)
    #expect(deep.count == 4 && deep[0] != normal && deep[1...].allSatisfy { $0 == normal })
    #expect(projections(layers: 2, nil) == [normal, normal])
  }

  @Test func eitherStartCanBeAskedFor() {
    #expect(projections(layers: 4, .normal) == Array(repeating: .normal(standardDeviation: 0.02), count: 4))
    guard case .positionalHeads(let heads)? = projections(layers: 2, .positionalHeads).first else {
      Issue.record("the first layer does not look at neighbors")
      return
    }
    #expect(heads.headCount == 4 && heads.valueDeviation == 0.125)
  }
}

import Foundation
import NN
import Tensors
import Testing

private struct Start: Module {
  let positions: Embedding
  let attention: MultiHeadAttention

  init(width: Int, headCount: Int) {
    positions = Embedding(40, width, weight: .sinusoids(standardDeviation: 0.02))
    let heads = PositionalHeads(width: width, headCount: headCount, share: 1.0 / 3, queryDeviation: 0.02)
    attention = MultiHeadAttention(
      width, headCount: headCount, isCausal: false, dropoutRate: 0, weight: .positionalHeads(heads),
      outputWeight: .zeros)
  }
}

@Suite struct PositionalHeadsTests {
  /// softmax(q · k / √d) of one head by its definition, for inputs whose variance is to a third the positions'.
  private func attention(width: Int, headCount: Int, head: Int) throws -> [[Double]] {
    let store = ParameterStore(Start(width: width, headCount: headCount))
    store.initialize(seed: 7)
    let positions = store.values(try #require(store["positions.weight"])).map { Double($0) / 0.02 / 3.0.squareRoot() }
    let weights = store.values(try #require(store["attention.projection.weight"])).map { Double($0) }
    let size = width / headCount
    func projected(_ place: Int, _ row: Int) -> Double {
      (0..<width).reduce(0) { $0 + weights[row * width + $1] * positions[place * width + $1] }
    }
    let (queries, keys) = (head * size..<(head + 1) * size, width + head * size..<width + (head + 1) * size)
    let q = (0..<40).map { place in queries.map { projected(place, $0) } }
    let k = (0..<40).map { place in keys.map { projected(place, $0) } }
    return q.map { query in
      let powers = k.map { exp(zip(query, $0).reduce(0) { $0 + $1.0 * $1.1 } / Double(size).squareRoot()) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
  }

  @Test(arguments: [(128, 2), (256, 4), (768, 12), (96, 4)])
  func everyHeadLooksMostAtItsOwnNeighbor(width: Int, headCount: Int) throws {
    for head in 0..<headCount {
      let offset = PositionalHeads.offset(ofHead: head)
      let shares = try attention(width: width, headCount: headCount, head: head)
      for place in 6..<34 {
        let best = try #require(shares[place].indices.max { shares[place][$0] < shares[place][$1] })
        #expect(best == place + offset, "head \(head), place \(place)")
        #expect(shares[place][best] > 0.5)
      }
    }
  }

  @Test func headsTakeTheDistancesInTurn() {
    #expect((0..<6).map(PositionalHeads.offset) == [-1, 1, -2, 2, -3, 3])
  }

  @Test func positionsHaveTheDeviationAskedFor() throws {
    let store = ParameterStore(Start(width: 256, headCount: 4))
    store.initialize(seed: 7)
    let values = store.values(try #require(store["positions.weight"])).map { Double($0) }
    let meanSquare = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    #expect(abs(meanSquare.squareRoot() - 0.02) < 1e-6)
  }
}

import Foundation
import SampleWorld
import Testing

@Suite struct NGramTests {
  let documents: [[Int32]] = [[0, 1, 2, 0, 1], [0, 1, 3], [2, 0, 1, 2], [4]]

  @Test func everyContextSumsToOne() {
    for order in 1...3 {
      let model = NGramBaseline(order: order, vocabularySize: 7, documents: documents)
      for context in [[], [0], [0, 1], [2, 0], [6, 6], [5], [1, 0, 1]] as [[Int32]] {
        let sum = (0..<Int32(7)).reduce(0.0) { $0 + model.probability(in: context + [$1], at: context.count) }
        #expect(abs(sum - 1) < 1e-12, "order \(order), context \(context): \(sum)")
      }
    }
  }

  @Test func unigramIsItsDefinition() {
    // Counts 4 4 3 1 1 of 13 tokens; n₁ = 2, n₂ = 0, so that the discount is its default 1/2; five types were seen.
    let model = NGramBaseline(order: 1, vocabularySize: 7, documents: documents)
    let uniform = 0.5 * 5 / 7
    #expect(abs(model.probability(in: [0], at: 0) - (3.5 + uniform) / 13) < 1e-12)
    #expect(abs(model.probability(in: [5], at: 0) - uniform / 13) < 1e-12)
  }

  @Test func contextHelpsWhereThereIsOne() {
    let rows = (0..<200).map { row in (0..<20).map { Int32(($0 + row) % 5) } }
    let uniform = 20 * log(5.0)
    let unigram = -NGramBaseline(order: 1, vocabularySize: 5, documents: rows).logProbability(of: rows[0])
    let trigram = -NGramBaseline(order: 3, vocabularySize: 5, documents: rows).logProbability(of: rows[0])
    #expect(abs(unigram - uniform) < 0.1, "\(unigram)")
    #expect(trigram < 2, "\(trigram)")
  }
}

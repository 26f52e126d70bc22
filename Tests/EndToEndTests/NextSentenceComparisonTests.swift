import Models
import NN
import SampleWorld
import Tensors
import Testing
import Tokenizers

@testable import Pipelines

@Suite struct NextSentenceComparisonTests {
  private static let world = World()
  private static func compared() throws -> NextSentenceComparison {
    try NextSentenceComparison(world, stories: 600, corpusSeed: 1)
  }

  /// How often a model that always gives one answer is right.
  private func accuracy(ofAlways label: Int, _ comparison: NextSentenceComparison) throws -> Double {
    var trainer = TokenizerTrainer(kind: .wordpiece, vocabularySize: 300)
    for pair in comparison.pairs.prefix(50) { try trainer.add(pair.a + " " + pair.b) }
    let tokenizer = try trainer.train()
    var configuration = BERTConfiguration()
    (configuration.width, configuration.innerWidth, configuration.layerCount, configuration.headCount) = (16, 16, 1, 2)
    configuration.vocabularySize = tokenizer.vocabularySize
    let model = BERT(configuration, heads: .pretraining(nextSentence: true))
    let store = ParameterStore(model)
    store.initialize(seed: 3)
    let weight = try #require(store["relationship.weight"])
    let bias = try #require(store["relationship.bias"])
    store.memory.values.write([Float](repeating: 0, count: weight.range.count), at: weight.range.lowerBound)
    store.memory.values.write(label == 0 ? [1, 0] : [0, 1], at: bias.range.lowerBound)
    return comparison.accuracy(of: model, tokenizer)
  }

  @Test func modelThatAlwaysGivesOneAnswerIsRightAsOftenAsThatIsTheTruth() throws {
    let comparison = try Self.compared()
    let following = comparison.pairs.count { $0.isNext }
    #expect(2 * following != comparison.pairs.count, "these pairs can't tell swapped labels")
    let share = Double(following) / Double(comparison.pairs.count)
    #expect(try accuracy(ofAlways: 0, comparison) == share)
    #expect(try abs(accuracy(ofAlways: 1, comparison) - (1 - share)) < 1e-12)
  }

  @Test func bayesKeepsWhatItPromisesOnTheSamePairs() throws {
    let comparison = try Self.compared()
    let error = (0.05 / Double(comparison.pairs.count)).squareRoot()
    #expect(abs(comparison.bayesAccuracy - comparison.bayesExpectation) < 4 * error)
    #expect((0.90...0.97).contains(comparison.bayesExpectation))
  }

  @Test func pairsAreNotOfTheCorpus() throws {
    let corpus = Set((0..<2_000).map { Self.world.render(Self.world.document(index: $0, seed: 1)) })
    #expect(try Self.compared().pairs.allSatisfy { !corpus.contains($0.a + " " + $0.b) })
  }
}

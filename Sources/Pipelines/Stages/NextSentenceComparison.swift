import NN
import SampleWorld
import Tensors
import Tokenizers

/// A next-sentence model beside the rule that no other beats, on the same fresh pairs of the bundled world; with nothing
/// hidden, since the world's probabilities are those of whole sentences.
struct NextSentenceComparison {
  private static let batchSize = 16
  /// The pairs.
  let pairs: [SentencePair]
  /// p(second follows first) of each pair by the world.
  private let posteriors: [Double]

  /// The pairs of so many stories told with another seed than the corpus'.
  init(_ world: World, stories: Int, corpusSeed: Int) throws {
    let bayes = NextSentenceBayes(world: world)
    pairs = world.pairs(count: stories, seed: ~UInt64(clamping: corpusSeed))
    posteriors = try pairs.map { try bayes.posterior(a: $0.a, b: $0.b) }
  }

  /// What no classifier can exceed on average: how sure the best rule is of what it says.
  var bayesExpectation: Double { mean(posteriors.map { max($0, 1 - $0) }) }

  /// How often the best rule is right on these pairs.
  var bayesAccuracy: Double { mean(zip(posteriors, pairs).map { ($0 > 0.5) == $1.isNext ? 1 : 0 }) }

  /// How often a model is right on these pairs.
  func accuracy(of model: any NextSentenceModel, _ tokenizer: Tokenizer) -> Double {
    let workspace = Workspace()
    let correct = stride(from: 0, to: pairs.count, by: NextSentenceComparison.batchSize).reduce(0) { total, start in
      var rows = Sequences()
      let some = pairs[start..<min(start + NextSentenceComparison.batchSize, pairs.count)]
      for pair in some {
        let encoding = tokenizer.encode(pair.a, pair: pair.b, maximumLength: model.extents.maximumLength)
        rows.append(ids: encoding.ids, typeIds: encoding.typeIds, sample: 0)
      }
      let labels = some.map { Int32($0.isNext ? 0 : 1) }
      let tape = Tape.inference(workspace)
      let input = tape.input(rows)
      let logits = model.relationshipLogits(model.encode(input), input)
      return total + crossEntropy(logits, tape.targets(labels)).correctCount(labels)
    }
    return Double(correct) / Double(max(1, pairs.count))
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}

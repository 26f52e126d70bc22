import NN
import Randomness
import SampleWorld
import Tensors
import Tokenizers

/// A next-sentence model beside the rule that no other beats, on the same pairs: whole sentences of fresh stories, since
/// the world's probabilities are those of whole sentences.
struct NextSentenceComparison {
  /// Two runs of sentences, and whether the second goes on from the first.
  private struct Pair {
    let first: String
    let second: String
    let follows: Bool
  }

  private static let batchSize = 16
  private let pairs: [Pair]
  /// p(second follows first) of each pair by the world.
  private let posteriors: [Double]

  /// One pair of each story with two sentences or more: cut anywhere, half of them with as many last sentences of another
  /// story instead of their own.
  init(_ fresh: FreshStories) throws {
    let (world, stories) = (fresh.world, fresh.stories)
    var numbers = RandomKey(seed: 1, purpose: .evaluation).numbers(sample: FreshStories.first)
    var pairs: [Pair] = []
    for (index, story) in stories.enumerated() where story.sentences.count > 1 {
      let cut = 1 + numbers.below(story.sentences.count - 1)
      let length = story.sentences.count - cut
      var second = Array(story.sentences[cut...])
      let follows = numbers.below(2) == 0
      if !follows {
        let others = stories[(index + 1)...] + stories[..<index]
        guard let other = others.first(where: { $0.sentences.count > length }) else { continue }
        second = Array(other.sentences.suffix(length))
      }
      func text(_ sentences: some Sequence<Story.Sentence>) -> String {
        sentences.map { world.render($0) }.joined(separator: " ")
      }
      pairs.append(Pair(first: text(story.sentences[..<cut]), second: text(second), follows: follows))
    }
    let bayes = NextSentenceBayes(world: world)
    posteriors = try pairs.map { try bayes.posterior(a: $0.first, b: $0.second) }
    self.pairs = pairs
  }

  /// The number of pairs.
  var count: Int { pairs.count }

  /// What no classifier can exceed on average: how sure the best rule is of what it says.
  var bayesExpectation: Double { mean(posteriors.map { max($0, 1 - $0) }) }

  /// How often the best rule is right on these pairs.
  var bayesAccuracy: Double { mean(zip(posteriors, pairs).map { ($0 > 0.5) == $1.follows ? 1 : 0 }) }

  /// How often a model is right on these pairs, which it reads with nothing hidden.
  func accuracy(of model: any NextSentenceModel, _ tokenizer: Tokenizer) -> Double {
    let workspace = Workspace()
    let correct = stride(from: 0, to: count, by: NextSentenceComparison.batchSize).reduce(0) { total, start in
      var rows = Sequences(epoch: 0)
      var labels: [Int32] = []
      for pair in pairs[start..<min(start + NextSentenceComparison.batchSize, count)] {
        let encoding = tokenizer.encode(
          pair.first, pair: pair.second, maximumLength: model.extents.maximumLength)
        rows.append(ids: encoding.ids, typeIds: encoding.typeIds, sample: 0)
        labels.append(pair.follows ? 0 : 1)
      }
      let tape = Tape.inference(workspace)
      let input = tape.input(rows)
      let logits = model.relationshipLogits(model.encode(input), input)
      return total + crossEntropy(logits, tape.targets(labels)).correctCount(labels)
    }
    return Double(correct) / Double(max(1, count))
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}

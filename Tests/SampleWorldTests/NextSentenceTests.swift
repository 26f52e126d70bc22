import Foundation
import Randomness
import SampleWorld
import Testing

/// Pairs as the planner makes them: a document split behind a sentence drawn uniformly, the part behind it true or,
/// every other time, as many sentences from the end of another document.
struct Pair {
  var a: String
  var b: String
  var isNext: Bool

  static func planned(_ world: World, count: Int, seed: UInt64) -> [Pair] {
    let key = RandomKey(seed: seed, purpose: .structure)
    let stories = (0..<count).map { world.document(index: UInt64($0), seed: seed).sentences.map(world.render) }
    let splits = stories.enumerated().map { place, story in
      var numbers = key.numbers(sample: UInt64(place))
      return 1 + numbers.below(story.count - 1)
    }
    var parts: [Int: [Int]] = [:]
    for place in stories.indices { parts[stories[place].count - splits[place], default: []].append(place) }
    return stories.indices.compactMap { place in
      var numbers = key.numbers(sample: UInt64(place), site: 1)
      let isNext = numbers.below(2) == 0
      let others = (parts[stories[place].count - splits[place]] ?? []).filter { $0 != place }
      guard !others.isEmpty else { return nil }
      let from = isNext ? place : others[numbers.below(others.count)]
      return Pair(
        a: stories[place][..<splits[place]].joined(separator: " "),
        b: stories[from][splits[from]...].joined(separator: " "), isNext: isNext)
    }
  }
}

@Suite struct NextSentenceTests {
  let world = World()

  @Test func bayesIsRightBetween90And97PercentAndOverlapAtMost75() throws {
    let pairs = Pair.planned(world, count: 4000, seed: 11)
    let rule = NextSentenceBayes(world: world)
    var right = 0.0
    var promised = 0.0
    for pair in pairs {
      let posterior = try rule.posterior(a: pair.a, b: pair.b)
      right += (posterior > 0.5) == pair.isNext ? 1 : 0
      promised += max(posterior, 1 - posterior)
    }
    right /= Double(pairs.count)
    promised /= Double(pairs.count)
    #expect((0.90...0.97).contains(right), "\(right)")
    // A calibrated posterior promises what it keeps: within four standard errors.
    #expect(
      abs(right - promised) < 4 * (0.05 / Double(pairs.count)).squareRoot(), "\(right) kept, \(promised) promised")
    for words in [types, contentTypes] {
      let shared = pairs.map { (score: Double(words($0.a).intersection(words($0.b)).count), isNext: $0.isNext) }
      #expect(bestThreshold(shared) <= 0.75, "\(bestThreshold(shared))")
      let relative = pairs.map {
        (
          score: Double(words($0.a).intersection(words($0.b)).count) / Double(max(1, words($0.b).count)),
          isNext: $0.isNext
        )
      }
      #expect(bestThreshold(relative) <= 0.75, "\(bestThreshold(relative))")
    }
  }

  @Test func partsFromTheMiddleHavePosteriorsToo() throws {
    let story = world.document(index: 3, seed: 1).sentences.map(world.render)
    let a = story[1...2].joined(separator: " ")
    let posterior = try NextSentenceBayes(world: world).posterior(a: a, b: story[3])
    #expect(posterior > 0 && posterior < 1)
    let odds = try NextSentenceBayes(world: world).logOdds(a: a, b: story[3])
    let expected = try world.logProbability(of: story[3], after: a) - world.logProbability(ofRun: story[3])
    #expect(abs(odds - expected) < 1e-9)
  }

  @Test func freeLengthsTellWhatTheyTell() throws {
    // Documents of two or three sentences, split once: lengths (1, 1), (1, 2) and (2, 1) with 1/2, 1/4 and 1/4.
    var configuration = WorldConfiguration()
    configuration.fewestSentences = 2
    configuration.countWeights = [1, 1]
    let world = World(configuration)
    let story = try #require(
      (0..<UInt64(50)).lazy.map { world.document(index: $0, seed: 1).sentences }.first { $0.count == 3 }
    ).map(world.render)
    func lengthOdds(_ a: String, _ b: String) throws -> Double {
      try NextSentenceBayes(world: world, lengths: .free).logOdds(a: a, b: b)
        - NextSentenceBayes(world: world).logOdds(a: a, b: b)
    }
    let (one, two) = (3.0 / 4, 1.0 / 4)
    #expect(abs(try lengthOdds(story[0], story[1]) - log((1.0 / 2) / (one * one))) < 1e-12)
    #expect(abs(try lengthOdds(story[0], story[1] + " " + story[2]) - log((1.0 / 4) / (one * two))) < 1e-12)
    #expect(try lengthOdds(story[0] + " " + story[1], story[1] + " " + story[2]) == -.infinity)
  }

  private func types(_ text: String) -> Set<Substring> {
    Set(text.lowercased().split { $0 == " " || $0 == "." })
  }

  /// Types other than the commonest words.
  private func contentTypes(_ text: String) -> Set<Substring> {
    types(text).subtracting([
      "in", "the", "he", "she", "his", "her", "by", "to", "from", "with", "and", "at", "on", "after", "before", "this",
      "that", "one", "another", "every",
    ])
  }

  private func bestThreshold(_ pairs: [(score: Double, isNext: Bool)]) -> Double {
    Set(pairs.map(\.score)).map { limit in
      Double(pairs.count { ($0.score >= limit) == $0.isNext }) / Double(pairs.count)
    }.max() ?? 0
  }
}

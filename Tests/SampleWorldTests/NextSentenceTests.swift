import Foundation
import SampleWorld
import Testing

@Suite struct NextSentenceTests {
  let world = World()

  @Test func bayesIsRightBetween90And97PercentAndOverlapAtMost75() throws {
    let pairs = world.pairs(count: 4000, seed: 11)
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

  @Test func pairsAreHalfTrueAndEquallyLongOnBothSides() throws {
    let pairs = world.pairs(count: 4000, seed: 12)
    let stories = (0..<4000).map { world.render(world.document(index: UInt64($0), seed: 12)) }
    let truths = pairs.filter(\.isNext)
    #expect(abs(truths.count - pairs.count / 2) < 150, "\(truths.count) of \(pairs.count)")
    let documents = Set(stories)
    for pair in pairs { try #require(documents.contains(pair.a + " " + pair.b) == pair.isNext, "\(pair)") }
    func length(_ isNext: Bool) -> Double {
      let chosen = pairs.filter { $0.isNext == isNext }
      return Double(chosen.reduce(0) { $0 + $1.b.split(separator: ".").count }) / Double(chosen.count)
    }
    #expect(abs(length(true) - length(false)) < 0.2, "\(length(true)) against \(length(false))")
  }

  @Test func figuresOfTheReportAreThoseOfTheDefinition() throws {
    let figures = try WorldFigures(of: world, seed: 1, corpusBytes: 100_000, documents: 100, pairs: 500)
    #expect(figures.documents == 100 && figures.pairs > 490)
    #expect((0.8...1.2).contains(figures.bitsPerByte), "\(figures)")
    #expect(figures.sentenceIndependentBitsPerByte > figures.bitsPerByte)
    #expect((0.9...1).contains(figures.bayesAccuracy) && (0.5...0.8).contains(figures.contentOverlapAccuracy))
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

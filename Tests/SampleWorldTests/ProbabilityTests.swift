import Foundation
import SampleWorld
import Testing

/// The tiny world, all of whose stories can be told.
struct TinyWorld {
  let world: World
  let openings: [Story.Sentence]
  let bodies: [Story.Sentence]

  init(_ kinds: [SentenceKind] = Array(SentenceKind.allCases.dropFirst())) {
    var tiny = WorldConfiguration.tiny
    tiny.kindWeights = SentenceKind.allCases.dropFirst().map { kinds.contains($0) ? 1 + Double($0.rawValue) / 7 : 0 }
    let world = World(tiny)
    self.world = world
    openings = world.everySentence(.opening).filter { world.logProbability(ofRun: [$0]) > -.infinity }
    bodies = kinds.flatMap(world.everySentence)
  }
}

@Suite struct ProbabilityTests {
  @Test func probabilitiesOfAllDocumentsSumToOne() {
    let tiny = TinyWorld([.work, .walk, .view, .purchase])
    var sum = 0.0
    for opening in tiny.openings {
      sum += exp(tiny.world.logProbability(of: Story(sentences: [opening])))
      for body in tiny.bodies { sum += exp(tiny.world.logProbability(of: Story(sentences: [opening, body]))) }
    }
    #expect(abs(sum - 1) < 1e-9, "\(sum) over \(tiny.openings.count) × \(tiny.bodies.count + 1) documents")
  }

  @Test func everyOpeningIsContinuedWithProbabilityOne() {
    let tiny = TinyWorld()
    for opening in tiny.openings.prefix(3) {
      let before = tiny.world.logProbability(ofRun: [opening])
      let sum = tiny.bodies.reduce(0.0) { $0 + exp(tiny.world.logProbability(ofRun: [opening, $1]) - before) }
      #expect(abs(sum - 1) < 1e-9, "\(sum)")
    }
  }

  @Test func marginalsOfAllSentencesSumToOne() {
    let tiny = TinyWorld()
    let sum = tiny.bodies.reduce(0.0) { $0 + exp(tiny.world.logProbability(ofRun: [$1])) }
    #expect(abs(sum - 1) < 1e-9, "\(sum) over \(tiny.bodies.count)")
    // Also behind a sentence whose state is not told.
    let run = [tiny.bodies[tiny.bodies.count / 3]]
    let behind = tiny.bodies.reduce(0.0) { $0 + exp(tiny.world.logProbability(ofRun: run + [$1])) }
    let before = exp(tiny.world.logProbability(ofRun: run))
    #expect(abs(behind / before - 1) < 1e-9, "\(behind / before)")
  }

  @Test func forwardPassEqualsTheSumOverAllStates() throws {
    let tiny = TinyWorld()
    for index in 0..<UInt64(300) {
      // Runs of one to three sentences, each from another story, so that all kinds of repeats and strays occur.
      let run = (0...Int(index % 3)).map { tiny.bodies[(Int(index) * 7919 + $0 * 104_729) % tiny.bodies.count] }
      let sum = tiny.openings.reduce(0.0) { $0 + exp(tiny.world.logProbability(ofRun: [$1] + run)) }
      let forward = tiny.world.logProbability(ofRun: run)
      if sum == 0 {
        try #require(forward == -.infinity)
      } else {
        try #require(abs(forward - log(sum)) < 1e-10, "\(forward) against \(log(sum))")
      }
    }
  }

  @Test func marginalIsTheSameBehindAnUnknownSentence() throws {
    let tiny = TinyWorld([.walk, .view, .sale])
    let bodies = tiny.bodies.filter { tiny.world.logProbability(ofRun: [$0]) > -.infinity }
    for kind in [SentenceKind.walk, .view, .sale] {
      let late = try #require(bodies.last { $0.kind == kind })
      var sum = 0.0
      for opening in tiny.openings {
        for middle in bodies { sum += exp(tiny.world.logProbability(ofRun: [opening, middle, late])) }
      }
      let marginal = tiny.world.logProbability(ofRun: [late])
      #expect(abs(log(sum) - marginal) < 1e-9, "\(kind): \(log(sum)) against \(marginal)")
    }
  }

  @Test func sentenceIndependentDocumentsSumToOne() throws {
    let tiny = TinyWorld([.walk, .view])
    let all = tiny.openings + tiny.bodies
    let mean = tiny.world.meanSentenceCount
    #expect(mean == 1.0 / 3 + 2 * 2.0 / 3)
    let sum = all.reduce(0.0) { sum, sentence in
      sum + exp(tiny.world.logProbability(ofRun: [sentence])) * (sentence.kind == .opening ? 1 / mean : 1 - 1 / mean)
    }
    #expect(abs(sum - 1) < 1e-9)
    let text = tiny.world.render(Story(sentences: [tiny.openings[0], tiny.bodies[0]]))
    let expected =
      log(2.0 / 3) + log(1 / mean) + tiny.world.logProbability(ofRun: [tiny.openings[0]]) + log(1 - 1 / mean)
      + tiny.world.logProbability(ofRun: [tiny.bodies[0]])
    #expect(abs(try tiny.world.sentenceIndependentLogProbability(ofDocument: text) - expected) < 1e-12)
  }

  @Test func frequenciesOfDrawnDocumentsAreTheirProbabilities() {
    let tiny = TinyWorld([.walk])
    let count = 400_000
    var frequencies: [String: Int] = [:]
    for index in 0..<UInt64(count) {
      frequencies[tiny.world.render(tiny.world.document(index: index, seed: 5)), default: 0] += 1
    }
    // Pearson's statistic over documents expected at least 20 times; its mean is their number, its variance twice that.
    var statistic = 0.0
    var cells = 0.0
    for opening in tiny.openings {
      for story in [Story(sentences: [opening])] + tiny.bodies.map({ Story(sentences: [opening, $0]) }) {
        let expected = Double(count) * exp(tiny.world.logProbability(of: story))
        guard expected >= 20 else { continue }
        let seen = Double(frequencies[tiny.world.render(story)] ?? 0)
        statistic += (seen - expected) * (seen - expected) / expected
        cells += 1
      }
    }
    #expect(cells > 500)
    #expect(abs(statistic - cells) < 5 * (2 * cells).squareRoot(), "\(statistic) over \(cells) documents")
  }
}

import SampleWorld
import Testing

@Suite struct TextTests {
  let world = World()

  @Test func textTellsEveryDrawOfHundredThousandDocuments() throws {
    for index in 0..<UInt64(100_000) {
      let story = world.document(index: index, seed: 42)
      let text = world.render(story)
      try #require(try world.parse(text) == story, "document \(index): \(text)")
    }
  }

  @Test func noSentenceHasTwoReadings() {
    let stories = (0..<UInt64(2000)).map { world.document(index: $0, seed: 1) }
    #expect(world.ambiguities(in: stories) == [])
  }

  @Test func ambiguityIsFoundWhereThereIsOne() {
    var twofold = WorldConfiguration()
    twofold.lexicon.moods.append(twofold.lexicon.moods[0])
    #expect(!World(twofold).ambiguities(in: []).isEmpty)
  }

  @Test func documentsDependOnSeedAndNumberAlone() {
    let story = world.document(index: 7, seed: 42)
    #expect(World().document(index: 7, seed: 42) == story)
    #expect(world.document(index: 8, seed: 42) != story)
    #expect(world.document(index: 7, seed: 43) != story)
  }

  @Test func sentencesAreFoundAtPeriodSpaceCapital() throws {
    for index in 0..<UInt64(500) {
      let story = world.document(index: index, seed: 3)
      let text = world.render(story)
      var starts = 1
      let letters = Array(text.utf8)
      for place in letters.indices.dropFirst(2)
      where letters[place - 2] == 0x2E && letters[place - 1] == 0x20 && (0x41...0x5A).contains(letters[place]) {
        starts += 1
      }
      try #require(starts == story.sentences.count, "\(text)")
      try #require(text.utf8.count { $0 == 0x2E } == story.sentences.count)
    }
  }

  @Test func textsFromElsewhereAreRefused() {
    let text = world.render(world.document(index: 0, seed: 42))
    let first = text.split(separator: ".")[0] + "."
    for (broken, error) in [
      ("", WorldError.notADocument(sentences: 0)),
      (String(first), .notADocument(sentences: 1)),
      (text + " " + text, .notADocument(sentences: world.document(index: 0, seed: 42).sentences.count * 2)),
      (text + " ", .foreignSentence(world.document(index: 0, seed: 42).sentences.count + 1)),
      ("the" + text, .foreignSentence(1)),
      (text.lowercased(), .foreignSentence(1)),
      ("It was the best of times.", .foreignSentence(1)),
      // The sign of the unit kelvin is canonically equal to the letter K.
      (text.replacing("K", with: "\u{212A}").replacing("In", with: "\u{212A}"), .foreignSentence(1)),
      (" " + text, .foreignSentence(1)), (text.replacing(" ", with: "  "), .foreignSentence(1)),
      (".", .foreignSentence(1)), (" ", .foreignSentence(1)), ("\u{0}.", .foreignSentence(1)),
    ] {
      #expect(throws: error, "\(broken)") { try world.parse(broken) }
    }
    #expect(throws: WorldError.notAContinuation) { try world.logProbability(of: text, after: String(first)) }
    #expect(throws: WorldError.notAContinuation) { try world.logProbability(of: "", after: String(first)) }
  }

  @Test func openingWhoseHeroIsOfAnotherTradeIsRefused() throws {
    let tiny = World(.tiny)
    let texts = tiny.everySentence(.opening).map(tiny.render)
    let possible = texts.filter { (try? tiny.parse($0)) != nil }
    // Two homes, one or two adjectives, three looks with none, three suffixes, two places, two trades of two heroes and
    // one stem each.
    #expect(possible.count == 2 * 2 * 3 * 3 * 2 * 2 * 2)
  }
}

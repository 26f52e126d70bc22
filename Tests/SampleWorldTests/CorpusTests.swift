import Foundation
import SampleWorld
import Testing

@Suite struct CorpusTests {
  let world = World()

  @Test func fiveMegabytesHaveTwoThousandTypesInZipfsOrder() {
    var counts: [Substring: Int] = [:]
    for text in SampleCorpus(world: world, seed: 42, byteCount: 5_000_000) {
      for word in text.split(whereSeparator: { $0 == " " || $0 == "." }) { counts[word, default: 0] += 1 }
    }
    #expect(counts.count >= 2000, "\(counts.count) types")
    // Least squares on the logarithms of rank and count of the 2,000 commonest types.
    let points = counts.values.sorted(by: >).prefix(2000).enumerated()
      .map { (x: log(Double($0.offset + 1)), y: log(Double($0.element))) }
    let (meanX, meanY) = (points.reduce(0) { $0 + $1.x } / 2000, points.reduce(0) { $0 + $1.y } / 2000)
    let slope =
      points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) }
      / points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    #expect((-1.3 ... -0.8).contains(slope), "\(slope)")
  }

  @Test func entropyIsBetween08And12BitsAByteAndLowerThanWithoutContext() throws {
    var (bits, alone, bytes) = (0.0, 0.0, 0.0)
    for text in SampleCorpus(world: world, seed: 9, byteCount: 500_000) {
      bits -= try world.logProbability(ofDocument: text) / log(2)
      alone -= try world.sentenceIndependentLogProbability(ofDocument: text) / log(2)
      bytes += Double(text.utf8.count)
    }
    #expect((0.8...1.2).contains(bits / bytes), "\(bits / bytes) bits a byte")
    #expect(alone / bytes > bits / bytes + 0.05, "\(alone / bytes) without context, \(bits / bytes) with it")
  }

  @Test func documentsAreOfFourToNineSentencesAndAtMost110Words() {
    for text in SampleCorpus(world: world, seed: 4, byteCount: 1_000_000) {
      let words = text.split(separator: " ").count
      let sentences = text.split(separator: ".").count
      if !(4...9).contains(sentences) || words > 110 { Issue.record("\(sentences) sentences, \(words) words") }
    }
  }

  @Test func corpusIsTheDocumentsInOrderUntilItsSizeIsReached() {
    let texts = Array(SampleCorpus(world: world, seed: 42, first: 5, byteCount: 2000))
    #expect(texts == (0..<texts.count).map { world.render(world.document(index: UInt64(5 + $0), seed: 42)) })
    let sizes = texts.map { $0.utf8.count + 1 }
    #expect(sizes.reduce(0, +) >= 2000 && sizes.dropLast().reduce(0, +) < 2000)
  }

  @Test func wordsNeedNoEscapesInJSON() {
    for text in SampleCorpus(world: world, seed: 4, byteCount: 100_000) {
      if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 > 0x7E }) { Issue.record("\(text)") }
    }
    #expect(SampleCorpus.jsonRecord("He sang.") == "{\"text\": \"He sang.\"}\n")
    #expect(SampleCorpus.textRecord("He sang.") == "He sang.\n\n")
  }

  @Test func badConfigurationsAreNamed() {
    #expect(WorldConfiguration.standard.issues() == [])
    #expect(WorldConfiguration.tiny.issues() == [])
    var bad = WorldConfiguration()
    bad.stray = 0
    bad.heroAgain = 1.5
    bad.kindWeights = [1]
    bad.countWeights = [0]
    bad.lexicon.trades[0].stems.removeLast()
    #expect(bad.issues().count == 5, "\(bad.issues())")
  }

  @Test func textSizesAreMadeAndScoredInTime() throws {
    let clock = ContinuousClock()
    var texts: [String] = []
    let making = clock.measure { texts = Array(SampleCorpus(world: world, seed: 42, byteCount: 5_000_000)) }
    let scoring = try clock.measure {
      for text in texts.prefix(1000) { _ = try world.logProbability(ofDocument: text) }
    }
    #expect(making < .seconds(10), "5 MB took \(making)")
    #expect(scoring < .seconds(10), "1,000 documents took \(scoring)")
  }
}

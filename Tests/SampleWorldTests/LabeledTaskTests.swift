import Foundation
import SampleWorld
import Testing

@Suite struct LabeledTaskTests {
  let task = LabeledTask(world: World())

  private func words(_ text: String) -> [Substring] { text.dropLast().split(separator: " ") }

  @Test func pairsHaveTheSameWordsAndOppositeLabels() throws {
    for part in LabeledTask.Part.allCases {
      for index in 0..<1000 {
        let pair = task.pair(index, part, seed: 1)
        try #require(pair.count == 2)
        try #require(words(pair[0].text).sorted() == words(pair[1].text).sorted(), "\(pair)")
        try #require(pair[0].label != pair[1].label && pair[0].text != pair[1].text)
      }
    }
  }

  @Test func labelsAreBalancedAndOfEitherOrder() {
    let examples = task.examples(.train, count: 2000, seed: 1)
    #expect(examples.count == 2000)
    #expect(examples.count { $0.label == .food } == 1000)
    let first = stride(from: 0, to: 2000, by: 2).count { examples[$0].label == .food }
    #expect(abs(first - 500) < 80, "\(first) of 1000 pairs begin with the food text")
  }

  @Test func labelIsTheTradeOfTheGiversFamily() throws {
    let lexicon = Lexicon.standard
    let familiesPerTrade = lexicon.nameStems.count / lexicon.trades.count
    var families: [String: Int] = [:]
    for (place, stem) in lexicon.nameStems.enumerated() {
      for ending in lexicon.maleEndings + lexicon.femaleEndings { families[stem + ending] = place / familiesPerTrade }
    }
    for example in task.examples(.test, count: 1000, seed: 2) {
      let words = words(example.text).map(String.init)
      let people = words.filter { families[$0] != nil }
      try #require(people.count == 2, "\(example.text)")
      let giver = try #require(families[words.contains("to") ? people[0] : people[1]])
      try #require(lexicon.trades[giver].isFood == (example.label == .food), "\(example)")
    }
  }

  @Test func goodsTellNothing() throws {
    // Goods are of the giver's trade as often as not: the likelier text of a pair has either label.
    var agreed = 0
    for index in 0..<1000 {
      let pair = task.pair(index, .test, seed: 2)
      let surprises = try pair.map { try task.world.logProbability(ofRun: $0.text) }
      if (surprises[0] > surprises[1]) == (pair[0].label == .food) { agreed += 1 }
    }
    #expect(abs(agreed - 500) < 80, "\(agreed) of 1000")
  }

  @Test func noNameMeetsAVerbInBothParts() {
    let names = Set(LabeledTaskTests.namesOfTheWorld)
    func combinations(_ part: LabeledTask.Part) -> Set<String> {
      Set(
        task.examples(part, count: 4000, seed: 3).flatMap { example -> [String] in
          let words = words(example.text)
          let people = words.indices.filter { names.contains(String(words[$0])) }
          guard let first = people.first else { return [] }
          // The verb stands behind the first name.
          return people.map { "\(words[$0]) \(words[first + 1])" }
        })
    }
    let (train, test) = (combinations(.train), combinations(.test))
    #expect(train.count > 1000 && test.count > 500)
    #expect(train.isDisjoint(with: test))
  }

  @Test func naiveBayesIsRightAtMost55Percent() {
    let train = task.examples(.train, count: 4000, seed: 1)
    let test = task.examples(.test, count: 2000, seed: 1)
    let right = naiveBayesAccuracy(train: train, test: test)
    #expect(right <= 0.55, "\(right)")
  }

  @Test func naiveBayesFindsALabelThatWordsTell() {
    // The same task with the label written into the words, to see that the classifier works.
    let told = task.examples(.train, count: 1000, seed: 1).map {
      TaskExample(text: $0.text.dropLast() + " \($0.label).", label: $0.label)
    }
    #expect(naiveBayesAccuracy(train: Array(told[..<500]), test: Array(told[500...])) > 0.99)
  }

  /// Accuracy of multinomial naive Bayes with add-one smoothing on lower-case words.
  private func naiveBayesAccuracy(train: [TaskExample], test: [TaskExample]) -> Double {
    var counts: [TaskLabel: [String: Int]] = [:]
    for example in train {
      for word in words(example.text.lowercased()) {
        counts[example.label, default: [:]][String(word), default: 0] += 1
      }
    }
    let vocabulary = Set(counts.values.flatMap(\.keys)).count
    func score(_ text: String, _ label: TaskLabel) -> Double {
      let seen = counts[label] ?? [:]
      let total = Double(seen.values.reduce(0, +) + vocabulary)
      let prior = Double(train.count { $0.label == label }) / Double(train.count)
      return words(text.lowercased()).reduce(log(prior)) { $0 + log(Double((seen[String($1)] ?? 0) + 1) / total) }
    }
    let right = test.count { example in
      let guess = score(example.text, .food) > score(example.text, .wares) ? TaskLabel.food : .wares
      return guess == example.label
    }
    return Double(right) / Double(test.count)
  }

  private static let namesOfTheWorld: [String] = {
    let lexicon = Lexicon.standard
    return lexicon.nameStems.flatMap { stem in (lexicon.maleEndings + lexicon.femaleEndings).map { stem + $0 } }
  }()
}

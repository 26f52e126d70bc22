/// The words and the shares that make a world; everything else follows from them.
public struct WorldConfiguration: Equatable, Sendable {
  /// The words.
  public var lexicon = Lexicon.standard
  /// Exponent of the Zipf law over trades.
  public var tradeExponent = 0.4
  /// Exponent of the Zipf law over stems of names and goods.
  public var stemExponent = 0.4
  /// Exponent of the Zipf law over the other lists.
  public var listExponent = 0.4
  /// Share of sentences with an opener, where the kind of sentence has a place for one.
  public var openerShare = 0.7
  /// Share of sentences with an adverb at the end, where there is a place for one.
  public var adverbShare = 0.8
  /// Share of sentences with a town at the end, where there is a place for one.
  public var townShare = 0.8
  /// Share of adjectives that another follows.
  public var anotherShare = 0.6
  /// Share of goods whose look is told.
  public var lookShare = 0.8
  /// How much likelier the scene of a trade's own number is than another.
  public var sceneBias = 15.0
  /// Share of subjects that are pronouns.
  public var pronounShare = 0.35
  /// Share of subjects that are roles ("the baker"); the rest are names.
  public var roleShare = 0.22
  /// Share of determiners that are possessive.
  public var possessiveShare = 0.35
  /// Probability that a pronoun means somebody of the other gender than the hero.
  public var otherPronoun = 0.05
  /// Probability that a named person is the hero again.
  public var heroAgain = 0.15
  /// Probability that goods are of the story's first stem again.
  public var themeAgain = 0.1
  /// Probability that a town is the story's home town again.
  public var homeAgain = 0.1
  /// Probability that a word of a trade or scene is taken from any trade or scene.
  public var stray = 0.05
  /// Weights of the kinds of sentences after the first, in the order of `SentenceKind`'s cases after `opening`.
  public var kindWeights: [Double] = [4.5, 1, 1, 1, 1.5, 1, 2, 0.7, 1.3, 0.7]
  /// Fewest sentences of a document.
  public var fewestSentences = 4
  /// Weights of the sentence counts from `fewestSentences` on.
  public var countWeights: [Double] = [2, 3, 4, 4, 3, 2]

  /// The bundled corpus' world.
  public static let standard = WorldConfiguration()

  /// The bundled corpus' shares; change what you want to change.
  public init() {}
}

extension WorldConfiguration {
  /// Everything that makes this configuration no world, each as one sentence; none for a good one.
  public func issues() -> [String] {
    var issues: [String] = []
    func check(_ holds: Bool, _ issue: String) { if !holds { issues.append(issue) } }
    func even<Element>(_ parts: [[Element]]) -> Bool {
      Set(parts.map(\.count)).count == 1 && parts.first?.isEmpty == false
    }
    check(lexicon.trades.count > 1, "there are at least two trades")
    check(Set(lexicon.trades.map(\.isFood)).count == 2, "some trades make food and some do not")
    check(even(lexicon.trades.map(\.stems)), "trades have equally many stems")
    check(even(lexicon.trades.map(\.verbs)), "trades have equally many verbs")
    check(even(lexicon.trades.map(\.looks)), "trades have equally many looks")
    check(sceneBias > 0, "every scene is possible")
    check(lexicon.things.count == 3, "there are three kinds of things")
    check(even(lexicon.scenes.map(\.sights)), "scenes have equally many sights")
    check(
      !lexicon.nameStems.isEmpty && lexicon.nameStems.count % max(1, lexicon.trades.count) == 0,
      "trades have equally many stems of names")
    check(
      !lexicon.maleEndings.isEmpty && lexicon.maleEndings.count == lexicon.femaleEndings.count,
      "men's and women's names have equally many endings")
    let shares = [
      openerShare, adverbShare, townShare, anotherShare, lookShare, pronounShare, roleShare, pronounShare + roleShare,
      possessiveShare,
      otherPronoun, heroAgain, themeAgain, homeAgain, stray,
    ]
    check(shares.allSatisfy { (0...1).contains($0) }, "shares are between 0 and 1")
    check(stray > 0 && otherPronoun > 0, "strays and other pronouns are possible, so that no sentence refutes another")
    check(kindWeights.count == SentenceKind.allCases.count - 1, "every kind after the opening has a weight")
    for (name, weights) in [("kinds", kindWeights), ("counts", countWeights)] {
      check(weights.allSatisfy { $0 >= 0 } && weights.contains { $0 > 0 }, "weights of \(name) are shares of a whole")
    }
    check(fewestSentences > 0, "a document has an opening")
    return issues
  }
}

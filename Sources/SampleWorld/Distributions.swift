/// The distributions of the draws that look at the state.
struct Distributions: Sendable {
  let configuration: WorldConfiguration
  let tradeCount: Int
  let stemsPerTrade: Int
  let namesPerTrade: Int
  let endingCount: Int
  let suffixCount: Int
  let sceneCount: Int
  let sightsPerScene: Int

  let trades: Categorical
  /// Trades other than one.
  let otherTrades: [Categorical]
  let stems: Categorical
  let names: Categorical
  let tradeVerbs: Categorical
  let looks: Categorical
  let towns: Categorical
  let determiners: Categorical
  let sights: Categorical
  /// Places, by trade.
  let scenes: [Categorical]
  /// All suffixes, then those of each kind of things (zero elsewhere).
  let suffixes: [Categorical]
  let kinds: Categorical
  let counts: Categorical

  init(_ configuration: WorldConfiguration) {
    self.configuration = configuration
    let lexicon = configuration.lexicon
    let exponent = configuration.listExponent
    tradeCount = lexicon.trades.count
    stemsPerTrade = lexicon.trades.first?.stems.count ?? 0
    endingCount = lexicon.maleEndings.count + lexicon.femaleEndings.count
    namesPerTrade = lexicon.nameStems.count / tradeCount * endingCount
    suffixCount = lexicon.things.reduce(0) { $0 + $1.suffixes.count }
    let sceneCount = lexicon.scenes.count
    self.sceneCount = sceneCount
    sightsPerScene = lexicon.scenes.first?.sights.count ?? 0

    let trades = Categorical.zipf(tradeCount, exponent: configuration.tradeExponent)
    self.trades = trades
    otherTrades = (0..<tradeCount).map { own in
      Categorical(weights: trades.probabilities.enumerated().map { $0.offset == own ? 0 : $0.element })
    }
    stems = .zipf(stemsPerTrade, exponent: configuration.stemExponent)
    let nameStems = Categorical.zipf(namesPerTrade / endingCount, exponent: configuration.stemExponent)
    let endings = endingCount
    names = Categorical(
      weights: nameStems.probabilities.flatMap { stem in (0..<endings).map { _ in stem / Double(endings) } })
    tradeVerbs = .zipf(lexicon.trades.first?.verbs.count ?? 0, exponent: exponent)
    looks = .zipf(lexicon.trades.first?.looks.count ?? 0, exponent: exponent)
    towns = .zipf(lexicon.towns.count, exponent: exponent, shift: 3)
    determiners = .zipf(lexicon.determiners.count, exponent: exponent)
    sights = .zipf(sightsPerScene, exponent: exponent)
    scenes = (0..<tradeCount).map { trade in
      Categorical(
        weights: (0..<sceneCount).map { scene in (scene - trade) % sceneCount == 0 ? configuration.sceneBias : 1 })
    }
    suffixes = Self.suffixes(lexicon, exponent: exponent)
    kinds = Categorical(weights: configuration.kindWeights)
    counts = Categorical(weights: configuration.countWeights)
  }

  private static func suffixes(_ lexicon: Lexicon, exponent: Double) -> [Categorical] {
    let blocks = lexicon.things.map { Categorical.zipf($0.suffixes.count, exponent: exponent).probabilities }
    let all = Categorical(weights: blocks.flatMap { $0 })
    let single = blocks.indices.map { chosen in
      Categorical(
        weights: blocks.enumerated().flatMap { block in block.element.map { block.offset == chosen ? $0 : 0 } })
    }
    return [all] + single
  }

  func trade(ofName name: Int) -> Int { name / namesPerTrade }
  func trade(ofStem stem: Int) -> Int { stem / stemsPerTrade }
  /// 0 for men, 1 for women.
  func gender(ofName name: Int) -> Int { name % endingCount < configuration.lexicon.maleEndings.count ? 0 : 1 }

  /// p(name | its trade).
  func ownName(_ name: Int) -> Double { names.probabilities[name % namesPerTrade] }
  /// p(stem | its trade).
  func ownStem(_ stem: Int) -> Double { stems.probabilities[stem % stemsPerTrade] }

  /// The trade of a word meant for `trade`: that one, or now and then any.
  func straying(_ drawn: Int, from trade: Int) -> Double {
    configuration.stray * trades.probabilities[drawn] + (drawn == trade ? 1 - configuration.stray : 0)
  }

  /// The trade of a word meant for another than `trade`: any other, or now and then any.
  func elsewhere(_ drawn: Int, from trade: Int) -> Double {
    configuration.stray * trades.probabilities[drawn]
      + (1 - configuration.stray) * otherTrades[trade].probabilities[drawn]
  }

  /// The scene of a sight at `scene`.
  func strayingScene(_ drawn: Int, from scene: Int) -> Double {
    configuration.stray / Double(sceneCount) + (drawn == scene ? 1 - configuration.stray : 0)
  }
}

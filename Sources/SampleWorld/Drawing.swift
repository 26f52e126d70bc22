import Randomness

extension World {
  /// An outcome of a slot, drawn from the distribution whose probabilities `share` gives: mixtures draw the part first.
  func draw(_ slot: Slot, _ context: Context, _ numbers: inout RandomNumbers) -> Int {
    let state = context.state
    return switch slot {
    case .text: 0
    case .list(let list): tables.lists[list].draw(&numbers)
    case .subject: drawSubject(state, &numbers)
    case .determiner: drawDeterminer(state, &numbers)
    case .role: laws.trades.draw(&numbers)
    case .hero: drawName(state.trade, &numbers)
    case .tradeVerb:
      drawStraying(state.trade, &numbers) * laws.tradeVerbs.probabilities.count + laws.tradeVerbs.draw(&numbers)
    case .look(let source): drawLook(source, state, &numbers)
    case .goods(let source, let things, _):
      drawStem(source, state, &numbers) * laws.suffixCount + laws.suffixes[things.map { $0 + 1 } ?? 0].draw(&numbers)
    case .person(.fellow): drawName(drawStraying(state.trade, &numbers), &numbers)
    case .person(.buyer): drawName(drawElsewhere(state.trade, &numbers), &numbers)
    case .person(.seller): drawName(drawStraying(context.goodsTrade, &numbers), &numbers)
    case .person(.stranger): drawName(laws.trades.draw(&numbers), &numbers)
    case .home: laws.towns.draw(&numbers)
    case .town: drawTown(state, &numbers)
    case .place: laws.scenes[state.trade].draw(&numbers)
    case .sight: drawSight(state, &numbers)
    }
  }

  private func happens(_ probability: Double, _ numbers: inout RandomNumbers) -> Bool {
    numbers.uniform() < probability
  }

  private func drawSubject(_ state: State, _ numbers: inout RandomNumbers) -> Int {
    let form = numbers.uniform()
    if form < configuration.pronounShare { return drawPronoun(state, &numbers) }
    if form < configuration.pronounShare + configuration.roleShare { return 2 + drawStraying(state.trade, &numbers) }
    let name =
      happens(configuration.heroAgain, &numbers)
      ? state.hero : drawName(drawStraying(state.trade, &numbers), &numbers)
    return 2 + laws.tradeCount + name
  }

  /// 0 for "he" and "his", 1 for "she" and "her".
  private func drawPronoun(_ state: State, _ numbers: inout RandomNumbers) -> Int {
    let gender = laws.gender(ofName: state.hero)
    return happens(configuration.otherPronoun, &numbers) ? 1 - gender : gender
  }

  private func drawDeterminer(_ state: State, _ numbers: inout RandomNumbers) -> Int {
    happens(configuration.possessiveShare, &numbers)
      ? drawPronoun(state, &numbers) : 2 + laws.determiners.draw(&numbers)
  }

  private func drawStraying(_ trade: Int, _ numbers: inout RandomNumbers) -> Int {
    happens(configuration.stray, &numbers) ? laws.trades.draw(&numbers) : trade
  }

  private func drawElsewhere(_ trade: Int, _ numbers: inout RandomNumbers) -> Int {
    happens(configuration.stray, &numbers) ? laws.trades.draw(&numbers) : laws.otherTrades[trade].draw(&numbers)
  }

  private func drawName(_ trade: Int, _ numbers: inout RandomNumbers) -> Int {
    trade * laws.namesPerTrade + laws.names.draw(&numbers)
  }

  private func drawStem(_ source: GoodsSource, _ state: State, _ numbers: inout RandomNumbers) -> Int {
    let trade: Int
    switch source {
    case .theme: trade = state.trade
    case .own:
      if happens(configuration.themeAgain, &numbers) { return state.theme }
      trade = drawStraying(state.trade, &numbers)
    case .foreign: trade = drawElsewhere(state.trade, &numbers)
    }
    return trade * laws.stemsPerTrade + laws.stems.draw(&numbers)
  }

  private func drawLook(_ source: GoodsSource, _ state: State, _ numbers: inout RandomNumbers) -> Int {
    guard happens(configuration.lookShare, &numbers) else { return 0 }
    let trade =
      switch source {
      case .theme, .own: drawStraying(state.trade, &numbers)
      case .foreign: laws.trades.draw(&numbers)
      }
    return 1 + trade * laws.looks.probabilities.count + laws.looks.draw(&numbers)
  }

  private func drawTown(_ state: State, _ numbers: inout RandomNumbers) -> Int {
    guard happens(configuration.townShare, &numbers) else { return 0 }
    return 1 + (happens(configuration.homeAgain, &numbers) ? state.home : laws.towns.draw(&numbers))
  }

  private func drawSight(_ state: State, _ numbers: inout RandomNumbers) -> Int {
    let scene = happens(configuration.stray, &numbers) ? numbers.below(laws.sceneCount) : state.scene
    return scene * laws.sightsPerScene + laws.sights.draw(&numbers)
  }
}

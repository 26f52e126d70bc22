extension World {
  /// p(outcome | trade, gender, memory), for every slot but sights, whose probability `sight` gives by scene.
  func share(_ slot: Slot, _ outcome: Int, trade: Int, gender: Int, goodsTrade: Int) -> Share {
    switch slot {
    case .text, .sight: return Share(otherwise: 1)
    case .list(let list): return Share(otherwise: tables.lists[list].probabilities[outcome])
    case .subject: return subject(outcome, trade: trade, gender: gender)
    case .determiner:
      let share = configuration.possessiveShare
      return Share(
        otherwise: outcome < 2
          ? share * pronoun(outcome, gender) : (1 - share) * laws.determiners.probabilities[outcome - 2])
    case .role: return Share(otherwise: laws.trades.probabilities[outcome])
    case .hero: return Share(otherwise: laws.trade(ofName: outcome) == trade ? laws.ownName(outcome) : 0)
    case .tradeVerb:
      let count = laws.tradeVerbs.probabilities.count
      return Share(
        otherwise: laws.straying(outcome / count, from: trade) * laws.tradeVerbs.probabilities[outcome % count])
    case .look(let source): return look(outcome, source, trade: trade)
    case .goods(let source, let things, _): return goods(outcome, source, things: things, trade: trade)
    case .person(let source):
      let drawn = laws.trade(ofName: outcome)
      let own = laws.ownName(outcome)
      return switch source {
      case .fellow: Share(otherwise: own * laws.straying(drawn, from: trade))
      case .buyer: Share(otherwise: own * laws.elsewhere(drawn, from: trade))
      case .seller: Share(otherwise: own * laws.straying(drawn, from: goodsTrade))
      case .stranger: Share(otherwise: own * laws.trades.probabilities[drawn])
      }
    case .home: return Share(otherwise: laws.towns.probabilities[outcome])
    case .town: return town(outcome)
    case .place: return Share(otherwise: laws.scenes[trade].probabilities[outcome])
    }
  }

  /// p(sight | scene).
  func sight(_ outcome: Int, scene: Int) -> Double {
    laws.strayingScene(outcome / laws.sightsPerScene, from: scene)
      * laws.sights.probabilities[outcome % laws.sightsPerScene]
  }

  private func pronoun(_ outcome: Int, _ gender: Int) -> Double {
    outcome == gender ? 1 - configuration.otherPronoun : configuration.otherPronoun
  }

  private func subject(_ outcome: Int, trade: Int, gender: Int) -> Share {
    if outcome < 2 { return Share(otherwise: configuration.pronounShare * pronoun(outcome, gender)) }
    let role = outcome - 2
    if role < laws.tradeCount {
      return Share(otherwise: configuration.roleShare * laws.straying(role, from: trade))
    }
    let name = role - laws.tradeCount
    let share = 1 - configuration.pronounShare - configuration.roleShare
    return Share(
      otherwise: share * (1 - configuration.heroAgain) * laws.ownName(name)
        * laws.straying(laws.trade(ofName: name), from: trade),
      again: share * configuration.heroAgain, memory: .hero, value: name)
  }

  private func goods(_ outcome: Int, _ source: GoodsSource, things: Int?, trade: Int) -> Share {
    let stem = outcome / laws.suffixCount
    let suffix = laws.suffixes[things.map { $0 + 1 } ?? 0].probabilities[outcome % laws.suffixCount]
    let drawn = laws.trade(ofStem: stem)
    let base = suffix * laws.ownStem(stem)
    return switch source {
    case .theme: Share(otherwise: drawn == trade ? base : 0)
    case .own:
      Share(
        otherwise: (1 - configuration.themeAgain) * base * laws.straying(drawn, from: trade),
        again: configuration.themeAgain * suffix, memory: .theme, value: stem)
    case .foreign: Share(otherwise: base * laws.elsewhere(drawn, from: trade))
    }
  }

  private func look(_ outcome: Int, _ source: GoodsSource, trade: Int) -> Share {
    guard outcome > 0 else { return Share(otherwise: 1 - configuration.lookShare) }
    let (drawn, rank) = (outcome - 1).quotientAndRemainder(dividingBy: laws.looks.probabilities.count)
    let base = configuration.lookShare * laws.looks.probabilities[rank]
    return switch source {
    case .theme, .own: Share(otherwise: base * laws.straying(drawn, from: trade))
    case .foreign: Share(otherwise: base * laws.trades.probabilities[drawn])
    }
  }

  private func town(_ outcome: Int) -> Share {
    guard outcome > 0 else { return Share(otherwise: 1 - configuration.townShare) }
    return Share(
      otherwise: configuration.townShare * (1 - configuration.homeAgain) * laws.towns.probabilities[outcome - 1],
      again: configuration.townShare * configuration.homeAgain, memory: .home, value: outcome - 1)
  }
}

import Glibc

extension World {
  /// ln p(run) with the state before it summed out:
  /// ln Σ over trade k and gender g of p(k) · p(g) · p(draws | k, g) · Π over memories of Σ over v of p(v | k, g) · p(its repeats | v)
  /// · Σ over scenes by a forward recursion.
  ///
  /// Exact, since the memories are independent of each other given trade and gender.
  func forward(_ sentences: [Story.Sentence]) -> Double {
    let kinds = sentences.reduce(0) { $0 + logProbability(ofKind: $1.kind) }
    var terms: [Double] = []
    for trade in 0..<laws.tradeCount {
      let scenes = logProbabilityOfSights(sentences, trade: trade)
      for gender in 0..<2 {
        let prior = log(laws.trades.probabilities[trade] / 2)
        terms.append(prior + scenes + logProbabilityOfWords(sentences, trade: trade, gender: gender))
      }
    }
    return kinds + logSum(terms)
  }

  /// ln p(sights | trade): the forward recursion over the scene, which only a walk draws anew, openly.
  private func logProbabilityOfSights(_ sentences: [Story.Sentence], trade: Int) -> Double {
    var belief = laws.scenes[trade].probabilities
    var sum = 0.0
    for sentence in sentences {
      for (slot, outcome) in zip(tables.templates[sentence.kind.rawValue], sentence.outcomes) {
        switch slot {
        case .place: for scene in belief.indices { belief[scene] = scene == outcome ? 1 : 0 }
        case .sight:
          for scene in belief.indices { belief[scene] *= sight(outcome, scene: scene) }
          let total = belief.reduce(0, +)
          sum += log(total)
          for scene in belief.indices { belief[scene] /= total }
        default: break
        }
      }
    }
    return sum
  }

  /// ln p(all other draws | trade, gender), memories summed out.
  private func logProbabilityOfWords(_ sentences: [Story.Sentence], trade: Int, gender: Int) -> Double {
    var context = Context()
    var sum = 0.0
    var repeats: [[Share]] = Memory.allCases.map { _ in [] }
    for sentence in sentences {
      for (slot, outcome) in zip(tables.templates[sentence.kind.rawValue], sentence.outcomes) {
        let share = share(slot, outcome, trade: trade, gender: gender, goodsTrade: context.goodsTrade)
        if share.again > 0 { repeats[share.memory.rawValue].append(share) } else { sum += log(share.otherwise) }
        context.read(slot, outcome, laws)
      }
    }
    for memory in Memory.allCases where !repeats[memory.rawValue].isEmpty {
      sum += logSum(repeats[memory.rawValue]) { prior(memory, $0, trade: trade, gender: gender) }
    }
    return sum
  }

  /// ln Σ over v of p(v) · Π p(share | v): values that no share repeats are taken together.
  private func logSum(_ shares: [Share], prior: (Int) -> Double) -> Double {
    let values = Set(shares.map(\.value)).sorted()
    var rest = 1.0
    var terms: [Double] = []
    for value in values {
      let mass = prior(value)
      rest -= mass
      terms.append(
        shares.reduce(log(mass)) { $0 + log($1.otherwise + ($1.value == value ? $1.again : 0)) })
    }
    terms.append(shares.reduce(log(max(0, rest))) { $0 + log($1.otherwise) })
    return logSum(terms)
  }

  /// p(memory holds value | trade, gender).
  private func prior(_ memory: Memory, _ value: Int, trade: Int, gender: Int) -> Double {
    switch memory {
    case .hero:
      laws.trade(ofName: value) == trade && laws.gender(ofName: value) == gender ? 2 * laws.ownName(value) : 0
    case .theme: laws.trade(ofStem: value) == trade ? laws.ownStem(value) : 0
    case .home: laws.towns.probabilities[value]
    }
  }

  /// ln Σ exp(term).
  private func logSum(_ terms: [Double]) -> Double {
    let largest = terms.max() ?? -.infinity
    guard largest > -.infinity else { return largest }
    return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
  }
}

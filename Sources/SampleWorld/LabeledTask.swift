import Randomness

/// One text of the labeled task.
public struct TaskExample: Equatable, Sendable {
  /// One sentence: somebody passes goods to somebody.
  public var text: String
  /// Which trades the giver's family is of.
  public var label: TaskLabel

  /// A text with its label.
  public init(text: String, label: TaskLabel) {
    self.text = text
    self.label = label
  }
}

/// What the labeled task asks: the trades of the family that gives.
public enum TaskLabel: String, CaseIterable, Sendable {
  /// Its trade makes food.
  case food
  /// Its trade makes other goods.
  case wares
}

/// Who gives: minimal pairs of one sentence each, with the same words and opposite labels.
///
/// "Sama sent four salty kelpcups to Grosi." is `food` where Sama's family are fishers and Grosi's are weavers, "Grosi
/// sent four salty kelpcups to Sama." is `wares`; "Grosi bought four salty kelpcups from Sama." is `food` again. The
/// goods are of either family's trade, so they tell nothing, and no sentence says whose family follows which trade: one
/// has to know it from the documents of the world, and to see who is giving.
public struct LabeledTask: Sendable {
  /// Training and test parts: no name meets a verb in both.
  public enum Part: Int, CaseIterable, Sendable {
    case train, test
  }

  /// The world whose sentences these are.
  public let world: World

  /// The task over a world.
  public init(world: World) {
    self.world = world
  }

  /// The first `count` texts of a part; the two of a pair stand side by side, in either order.
  public func examples(_ part: Part, count: Int, seed: UInt64) -> [TaskExample] {
    Array((0..<(count + 1) / 2).flatMap { pair($0, part, seed: seed) }.prefix(count))
  }

  /// Pair number `index` of a part: the same words, the two names exchanged.
  public func pair(_ index: Int, _ part: Part, seed: UInt64) -> [TaskExample] {
    var numbers = RandomKey(seed: seed, purpose: .world)
      .numbers(sample: UInt64(truncatingIfNeeded: index), site: 1 + part.rawValue)
    while true {
      let pair = self.pair(&numbers)
      guard pair.part == part else { continue }
      return numbers.below(2) == 0 ? pair.texts : pair.texts.reversed()
    }
  }

  /// A pair and the part that its names and verb belong to, if they belong to the same.
  private func pair(_ numbers: inout RandomNumbers) -> (texts: [TaskExample], part: Part?) {
    let laws = world.laws
    let trades = world.configuration.lexicon.trades
    let kind: SentenceKind = numbers.below(2) == 0 ? .sale : .purchase
    let maker = laws.trades.draw(&numbers)
    let other = laws.otherTrades[maker].draw(&numbers)
    let makerName = maker * laws.namesPerTrade + laws.names.draw(&numbers)
    let otherName = other * laws.namesPerTrade + laws.names.draw(&numbers)
    var context = Context()
    context.state.trade = maker
    context.state.home = laws.towns.draw(&numbers)
    var verb = 0
    let slots = world.tables.templates[kind.rawValue]
    var outcomes = slots.enumerated().map { place, slot in
      if case .goods(_, _, _) = slot {
        let stem = maker * laws.stemsPerTrade + laws.stems.draw(&numbers)
        return stem * laws.suffixCount + laws.suffixes[0].draw(&numbers)
      }
      // Goods look as their maker's goods do, bought or sold.
      if case .look = slot { return world.draw(.look(.own), context, &numbers) }
      let outcome = world.draw(slot, context, &numbers)
      if place == 2 { verb = outcome }
      return outcome
    }
    var texts: [TaskExample] = []
    for (first, second) in [(makerName, otherName), (otherName, makerName)] {
      for (place, slot) in slots.enumerated() {
        if case .subject = slot { outcomes[place] = 2 + laws.tradeCount + first }
        if case .person = slot { outcomes[place] = second }
      }
      let giver = laws.trade(ofName: kind == .sale ? first : second)
      texts.append(
        TaskExample(
          text: world.render(Story.Sentence(kind: kind, outcomes: outcomes)),
          label: trades[giver].isFood ? .food : .wares))
    }
    let parts = [makerName, otherName].map { part(name: $0, kind: kind, verb: verb) }
    let differ = trades[maker].isFood != trades[other].isFood
    return (texts, differ && parts[0] == parts[1] ? parts[0] : nil)
  }

  /// Where a name with a verb belongs: a quarter of all combinations to the test.
  private func part(name: Int, kind: SentenceKind, verb: Int) -> Part {
    hash64("\(name) \(kind.rawValue) \(verb)") % 4 == 0 ? .test : .train
  }
}

import Randomness

/// One text of the labelled task.
public struct TaskExample: Equatable, Sendable {
  /// One sentence: somebody passes goods to somebody.
  public var text: String
  /// Whether people behave as the world's people do.
  public var label: TaskLabel

  /// A text with its label.
  public init(text: String, label: TaskLabel) {
    self.text = text
    self.label = label
  }
}

/// What the labelled task asks.
public enum TaskLabel: String, CaseIterable, Sendable {
  /// The goods come from the one whose trade makes them.
  case plausible
  /// The goods come from the one whose trade does not make them.
  case odd
}

/// Who gives what to whom: minimal pairs of one sentence each, with the same words and opposite labels.
///
/// "Kela sold four old eeltins to Boro." is plausible where Kela's family are fishers, "Boro sold four old eeltins to
/// Kela." is odd; "Boro bought four old eeltins from Kela." is plausible again. No sentence says whose family follows
/// which trade, and no word tells the label: one has to know from the documents of the world which names and goods go
/// together, and who is giving.
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
      let isPlausible = (first == makerName) == (kind == .sale)
      texts.append(
        TaskExample(
          text: world.render(Story.Sentence(kind: kind, outcomes: outcomes)), label: isPlausible ? .plausible : .odd))
    }
    let parts = [makerName, otherName].map { part(name: $0, kind: kind, verb: verb) }
    return (texts, parts[0] == parts[1] ? parts[0] : nil)
  }

  /// Where a name with a verb belongs: a quarter of all combinations to the test.
  private func part(name: Int, kind: SentenceKind, verb: Int) -> Part {
    hash64("\(name) \(kind.rawValue) \(verb)") % 4 == 0 ? .test : .train
  }
}

/// One place of a template: what is drawn there, and from which table of phrases it is rendered.
enum Slot: Sendable {
  /// Words that never vary.
  case text(Int)
  /// An outcome of a list, drawn without regard to the state.
  case list(Int)
  /// "he", "she", a role or a name: the only slot that shows the hero's gender by a pronoun.
  case subject
  /// A determiner; "his" and "her" by the hero's gender.
  case determiner
  /// Who follows the trade: the draw of the trade itself.
  case role
  /// The hero's name: the draw of the hero.
  case hero
  /// What a person of the trade does.
  case tradeVerb
  /// How goods look, by the trade that made them: that of the story or, for foreign goods, any.
  case look(GoodsSource)
  /// Goods: a stem by its source, a suffix by the kind of things.
  case goods(GoodsSource, things: Int?, plural: Bool)
  /// A person other than the subject.
  case person(PersonSource)
  /// The draw of the home town.
  case home
  /// No town, or "in" a town, often the home town.
  case town
  /// The draw of a place.
  case place
  /// What is seen at the place.
  case sight
}

/// Where goods come from.
enum GoodsSource: Sendable {
  /// The draw of the story's theme.
  case theme
  /// Goods of the hero's trade, often the theme again.
  case own
  /// Goods of another trade.
  case foreign
}

/// Whom a person slot names.
enum PersonSource: Sendable {
  /// Somebody of the hero's trade.
  case fellow
  /// Somebody of another trade than the hero.
  case buyer
  /// Somebody of the trade of the goods just named.
  case seller
  /// Somebody of whatever trade.
  case stranger
}

/// The phrases of one table, and the way back from words to outcomes.
struct Phrases: Sendable {
  let texts: [String]
  private let outcomes: [Substring: Int]
  private let longest: Int
  /// The outcome without words, where there is one.
  private let silent: Int?

  init(_ texts: [String]) {
    self.texts = texts
    var outcomes: [Substring: Int] = [:]
    var longest = 0
    for (outcome, text) in texts.enumerated() where !text.isEmpty {
      outcomes[Substring(text)] = outcome
      longest = max(longest, text.utf8.reduce(1) { $0 + ($1 == 0x20 ? 1 : 0) })
    }
    self.outcomes = outcomes
    self.longest = longest
    silent = texts.firstIndex(of: "")
  }

  /// Phrases of all outcomes differ, so that words tell the outcome.
  var areDistinct: Bool { outcomes.count + (silent == nil ? 0 : 1) == texts.count }

  /// The outcome whose phrase `words` continue with at `place`, which moves behind it: the longest phrase that fits.
  func match(_ words: [Substring], _ place: inout Int) -> Int? {
    var length = min(longest, words.count - place)
    while length > 0 {
      let first = words[place]
      let phrase = first.base[first.startIndex..<words[place + length - 1].endIndex]
      if let outcome = outcomes[phrase] ?? (place == 0 ? outcomes[lowercasedFirst(phrase)] : nil) {
        place += length
        return outcome
      }
      length -= 1
    }
    return silent
  }

  private func lowercasedFirst(_ phrase: Substring) -> Substring {
    phrase.prefix(1).lowercased() + phrase.dropFirst()
  }
}

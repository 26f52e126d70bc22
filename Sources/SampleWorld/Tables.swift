/// The tables that a lexicon and its shares make: phrases, lists with their distributions, and templates.
struct Tables: Sendable {
  /// Lists drawn without regard to the state.
  enum List: Int, CaseIterable {
    case opener, adjective, another, number, adverb, mood, keeping, giving, taking, going, happening
    case containerVerb, toolVerb, clothVerb
  }

  let lists: [Categorical]
  let listPhrases: [Phrases]
  let fixed: [Phrases]
  let subjects: Phrases
  let determiners: Phrases
  let roles: Phrases
  let names: Phrases
  let tradeVerbs: Phrases
  let looks: Phrases
  let goods: [Phrases]
  let bareTowns: Phrases
  let towns: Phrases
  let places: Phrases
  let sights: Phrases
  let templates: [[Slot]]

  init(_ configuration: WorldConfiguration) {
    let lexicon = configuration.lexicon
    var lists: [Categorical] = []
    var listPhrases: [Phrases] = []
    for list in List.allCases {
      let (texts, silence) = Self.texts(of: list, configuration)
      let zipf = Categorical.zipf(texts.count, exponent: configuration.listExponent, shift: 2)
      lists.append(
        Categorical(
          weights: silence > 0 ? [silence] + zipf.probabilities.map { $0 * (1 - silence) } : zipf.probabilities))
      listPhrases.append(Phrases(silence > 0 ? [""] + texts : texts))
    }
    self.lists = lists
    self.listPhrases = listPhrases

    let endings = lexicon.maleEndings + lexicon.femaleEndings
    let names = Lexicon.products(lexicon.nameStems, endings)
    let roles = lexicon.trades.map { "the " + $0.role }
    self.names = Phrases(names)
    self.roles = Phrases(roles)
    subjects = Phrases(["he", "she"] + roles + names)
    determiners = Phrases(["his", "her"] + lexicon.determiners)
    looks = Phrases([""] + lexicon.trades.flatMap(\.looks))
    tradeVerbs = Phrases(lexicon.trades.flatMap(\.verbs))
    bareTowns = Phrases(lexicon.towns)
    towns = Phrases([""] + lexicon.towns.map { "in " + $0 })
    places = Phrases(lexicon.scenes.map { "the " + $0.place })
    sights = Phrases(lexicon.scenes.flatMap { $0.sights.map(Lexicon.plural) })

    let suffixes = lexicon.things.flatMap(\.suffixes)
    let singular = Lexicon.products(lexicon.trades.flatMap(\.stems), suffixes)
    goods = [Phrases(singular), Phrases(singular.map(Lexicon.plural))]
    fixed = Self.fixedTexts.map { Phrases([$0]) }
    templates = SentenceKind.allCases.map(Self.template)
  }

  /// A list's phrases and the probability of none.
  private static func texts(of list: List, _ configuration: WorldConfiguration) -> ([String], Double) {
    let lexicon = configuration.lexicon
    return switch list {
    case .opener: (lexicon.openers, 1 - configuration.openerShare)
    case .adverb: (lexicon.adverbs, 1 - configuration.adverbShare)
    case .adjective: (lexicon.adjectives, 0)
    case .number: (lexicon.numbers, 0)
    case .another: (lexicon.adjectives, 1 - configuration.anotherShare)
    case .mood: (lexicon.moods, 0)
    case .keeping: (lexicon.keeping, 0)
    case .giving: (lexicon.giving, 0)
    case .taking: (lexicon.taking, 0)
    case .going: (lexicon.going, 0)
    case .happening: (lexicon.happening, 0)
    case .containerVerb: (lexicon.things[0].verbs, 0)
    case .toolVerb: (lexicon.things[1].verbs, 0)
    case .clothVerb: (lexicon.things[2].verbs, 0)
    }
  }

  private static let fixedTexts = ["in", "by", "to", "from", "and", "with"]

  private static func fixed(_ text: String) -> Slot {
    .text(fixedTexts.firstIndex(of: text) ?? 0)
  }

  private static func list(_ list: List) -> Slot { .list(list.rawValue) }

  /// The template of a kind: its slots from left to right.
  private static func template(_ kind: SentenceKind) -> [Slot] {
    let many: [Slot] = [list(.number), list(.adjective), list(.another)]
    let one: [Slot] = [.determiner, list(.adjective), list(.another)]
    let actor: [Slot] = [list(.opener), .subject]
    return switch kind {
    case .opening:
      [fixed("in"), .home, .role, .hero, list(.keeping)] + many
        + [.look(.theme), .goods(.theme, things: nil, plural: true), fixed("by"), .place]
    case .work:
      actor + [.tradeVerb] + one + [.look(.own), .goods(.own, things: nil, plural: false), list(.adverb)]
    case .containers:
      actor + [list(.containerVerb)] + many + [.look(.own), .goods(.own, things: 0, plural: true), .town]
    case .tools:
      actor + [list(.toolVerb)] + many + [.look(.own), .goods(.own, things: 1, plural: true), .town]
    case .cloths:
      actor + [list(.clothVerb)] + many + [.look(.own), .goods(.own, things: 2, plural: true), .town]
    case .sale:
      actor + [list(.giving)] + many + [
        .look(.own), .goods(.own, things: nil, plural: true), fixed("to"), .person(.buyer), .town,
      ]
    case .purchase:
      actor + [list(.taking)] + many
        + [.look(.foreign), .goods(.foreign, things: nil, plural: true), fixed("from"), .person(.seller), .town]
    case .company:
      actor + [fixed("and"), .person(.fellow), .tradeVerb] + one
        + [.look(.own), .goods(.own, things: nil, plural: false), list(.adverb)]
    case .walk:
      actor + [list(.going), fixed("to"), .place, list(.adverb), .town]
    case .view:
      many + [.sight, list(.happening), list(.adverb), .town]
    case .mood:
      actor + [list(.mood), list(.adverb), fixed("with"), .person(.stranger), .town]
    }
  }

  /// The phrases that a slot's outcomes are rendered by.
  func phrases(_ slot: Slot) -> Phrases {
    switch slot {
    case .text(let index): fixed[index]
    case .list(let index): listPhrases[index]
    case .subject: subjects
    case .determiner: determiners
    case .role: roles
    case .hero, .person: names
    case .tradeVerb: tradeVerbs
    case .look: looks
    case .goods(_, _, let plural): goods[plural ? 1 : 0]
    case .home: bareTowns
    case .town: towns
    case .place: places
    case .sight: sights
    }
  }
}

/// The words of the world: stems and suffixes, from which names, nouns, verbs, adjectives and places are built.
///
/// Lists are in order of frequency: the first word of a list is its commonest.
public struct Lexicon: Equatable, Sendable {
  /// One trade: who follows it, what is done, and the stems of its goods.
  public struct Trade: Equatable, Sendable {
    /// Who follows the trade, as in "baker".
    public var role: String
    /// What such a person does, in the past tense.
    public var verbs: [String]
    /// First halves of the names of its goods: "rye" makes "ryebag". As many in every trade.
    public var stems: [String]
    /// How its goods look: "floury". As many in every trade.
    public var looks: [String]
    /// Whether its goods are food; the labeled task asks for it.
    public var isFood: Bool

    /// A trade of one role.
    public init(role: String, verbs: [String], stems: [String], looks: [String], isFood: Bool) {
      self.role = role
      self.verbs = verbs
      self.stems = stems
      self.looks = looks
      self.isFood = isFood
    }
  }

  /// One kind of thing: second halves of the names of goods, and what is done to such things.
  public struct Things: Equatable, Sendable {
    /// Second halves: "bag" makes "ryebag".
    public var suffixes: [String]
    /// What is done to things of this kind, in the past tense.
    public var verbs: [String]

    /// Things that are handled alike.
    public init(suffixes: [String], verbs: [String]) {
      self.suffixes = suffixes
      self.verbs = verbs
    }
  }

  /// One kind of place and what is seen there.
  public struct Scene: Equatable, Sendable {
    /// Its noun, as in "river".
    public var place: String
    /// What is seen there, in the singular.
    public var sights: [String]

    /// A kind of place.
    public init(place: String, sights: [String]) {
      self.place = place
      self.sights = sights
    }
  }

  /// The trades, the commonest first.
  public var trades: [Trade]
  /// The kinds of things; exactly three: containers, tools and cloths.
  public var things: [Things]
  /// The kinds of places; a trade prefers those that follow its own number.
  public var scenes: [Scene]
  /// Stems of personal names: as many for each trade, one trade's after another's.
  public var nameStems: [String]
  /// Endings of men's names.
  public var maleEndings: [String]
  /// Endings of women's names; as many as men's.
  public var femaleEndings: [String]
  /// Names of towns.
  public var towns: [String]
  /// Phrases that may open a sentence.
  public var openers: [String]
  /// Adjectives before goods and sights.
  public var adjectives: [String]
  /// Numerals from two on.
  public var numbers: [String]
  /// Determiners other than "his" and "her".
  public var determiners: [String]
  /// Adverbs that may close a sentence.
  public var adverbs: [String]
  /// What one does in a mood.
  public var moods: [String]
  /// Having: "kept".
  public var keeping: [String]
  /// Giving, with the receiver after "to".
  public var giving: [String]
  /// Taking, with the giver after "from".
  public var taking: [String]
  /// Going, with a place after "to the".
  public var going: [String]
  /// What sights do.
  public var happening: [String]

  /// The regular plural of `noun`.
  static func plural(_ noun: String) -> String {
    noun.hasSuffix("x") || noun.hasSuffix("s") || noun.hasSuffix("sh") || noun.hasSuffix("ch")
      ? noun + "es" : noun + "s"
  }

  /// Every stem before every suffix, stem by stem.
  static func products(_ stems: [String], _ suffixes: [String]) -> [String] {
    stems.flatMap { stem in suffixes.map { stem + $0 } }
  }
}

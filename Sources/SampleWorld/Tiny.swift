extension WorldConfiguration {
  /// A world of two words a list, small enough to tell every one of its stories: for tests and for teaching.
  public static let tiny: WorldConfiguration = {
    var tiny = WorldConfiguration()
    tiny.lexicon = Lexicon(
      trades: [
        .init(role: "baker", verbs: ["baked"], stems: ["rye"], looks: ["crusty"], isFood: true),
        .init(role: "fisher", verbs: ["netted"], stems: ["eel"], looks: ["wet"], isFood: false),
      ],
      things: [
        .init(suffixes: ["bag"], verbs: ["filled"]), .init(suffixes: ["pan"], verbs: ["oiled"]),
        .init(suffixes: ["cap"], verbs: ["folded"]),
      ],
      scenes: [.init(place: "inn", sights: ["guest"]), .init(place: "river", sights: ["heron"])],
      nameStems: ["Br", "K"], maleEndings: ["o"], femaleEndings: ["a"], towns: ["Elmton", "Redby"], openers: ["soon"],
      adjectives: ["old"], numbers: ["two"], determiners: ["the"], adverbs: ["well"],
      moods: ["sang"], keeping: ["kept"], giving: ["sold"], taking: ["bought"], going: ["went"],
      happening: ["moved"])
    tiny.fewestSentences = 1
    tiny.countWeights = [1, 2]
    return tiny
  }()
}

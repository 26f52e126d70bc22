extension World {
  /// Every sentence of one kind, impossible openings included: a product over all lists, so only for tiny worlds.
  ///
  /// With it a test adds up all there is: documents of one opening and every continuation have total probability one.
  public func everySentence(_ kind: SentenceKind) -> [Story.Sentence] {
    var partial: [[Int]] = [[]]
    for slot in tables.templates[kind.rawValue] {
      let count = tables.phrases(slot).texts.count
      partial = partial.flatMap { outcomes in (0..<count).map { outcomes + [$0] } }
    }
    return partial.map { Story.Sentence(kind: kind, outcomes: $0) }
  }

  /// Slots whose phrases do not tell the outcome, and sentences that two kinds could have made: none in a good world.
  ///
  /// Sentences are checked one by one as they come from `stories`.
  public func ambiguities(in stories: some Sequence<Story>) -> [String] {
    var found: [String] = []
    for kind in SentenceKind.allCases {
      for (place, slot) in tables.templates[kind.rawValue].enumerated() where !tables.phrases(slot).areDistinct {
        found.append("\(kind), slot \(place): two outcomes have one phrase")
      }
    }
    for story in stories {
      for sentence in story.sentences {
        let text = render(sentence)
        let words = text.dropLast().split(separator: " ", omittingEmptySubsequences: false)
        let readings = SentenceKind.allCases.compactMap { parse(words, as: $0) }.filter { render($0) == text }
        if readings != [sentence] { found.append("\(text) has \(readings.count) readings") }
      }
    }
    return found
  }
}

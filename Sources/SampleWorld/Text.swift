extension World {
  /// The text of a document: its sentences with a space between them, on one line.
  public func render(_ story: Story) -> String {
    story.sentences.map(render).joined(separator: " ")
  }

  /// The text of one sentence: words with a space between them, a capital first, a period last.
  public func render(_ sentence: Story.Sentence) -> String {
    var text = ""
    for (slot, outcome) in zip(tables.templates[sentence.kind.rawValue], sentence.outcomes) {
      let phrase = tables.phrases(slot).texts[outcome]
      guard !phrase.isEmpty else { continue }
      if text.isEmpty {
        text = phrase.prefix(1).uppercased()
        text += phrase.dropFirst()
      } else {
        text += " "
        text += phrase
      }
    }
    return text + "."
  }

  /// The document that `text` is the rendering of.
  public func parse(_ text: String) throws(WorldError) -> Story {
    let sentences = try parseRun(text)
    let lengths = configuration.fewestSentences..<configuration.fewestSentences + configuration.countWeights.count
    guard lengths.contains(sentences.count), sentences.first?.kind == .opening else {
      throw .notADocument(sentences: sentences.count)
    }
    return Story(sentences: sentences)
  }

  /// Consecutive sentences of a document; an opening can only be the first.
  public func parseRun(_ text: String) throws(WorldError) -> [Story.Sentence] {
    var sentences: [Story.Sentence] = []
    // Canonically equal letters beyond ASCII would match phrases without being their bytes.
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { throw .foreignSentence(1) }
    var rest = text[...]
    while !rest.isEmpty {
      guard let period = rest.utf8.firstIndex(of: 0x2E) else { throw .foreignSentence(sentences.count + 1) }
      guard let sentence = parseSentence(rest[...period]), isPossible(sentence) else {
        throw .foreignSentence(sentences.count + 1)
      }
      sentences.append(sentence)
      rest = rest[rest.utf8.index(after: period)...]
      if rest.isEmpty { break }
      guard rest.utf8.first == 0x20, rest.utf8.count > 1 else { throw .foreignSentence(sentences.count + 1) }
      rest = rest[rest.utf8.index(after: rest.startIndex)...]
    }
    guard !sentences.dropFirst().contains(where: { $0.kind == .opening }), !sentences.isEmpty else {
      throw .notADocument(sentences: sentences.count)
    }
    return sentences
  }

  /// Whether a sentence has positive probability: all but openings whose hero or goods are of another trade have.
  private func isPossible(_ sentence: Story.Sentence) -> Bool {
    sentence.kind != .opening || logProbability(ofRun: [sentence]) > -.infinity
  }

  /// The draws of one sentence, its period included: the only ones that are rendered like it.
  func parseSentence(_ text: Substring) -> Story.Sentence? {
    guard let first = text.utf8.first, (0x41...0x5A).contains(first) else { return nil }
    let words = text.dropLast().split(separator: " ", omittingEmptySubsequences: false)
    for kind in SentenceKind.allCases {
      if let sentence = parse(words, as: kind) { return sentence }
    }
    return nil
  }

  /// The draws of a sentence of one kind, case of the first letter aside.
  func parse(_ words: [Substring], as kind: SentenceKind) -> Story.Sentence? {
    var place = 0
    var outcomes: [Int] = []
    for slot in tables.templates[kind.rawValue] {
      guard let outcome = tables.phrases(slot).match(words, &place) else { return nil }
      outcomes.append(outcome)
    }
    return place == words.count ? Story.Sentence(kind: kind, outcomes: outcomes) : nil
  }
}

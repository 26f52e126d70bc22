import Glibc

extension World {
  /// ln p(document), its end included.
  /// - Throws: `WorldError` for a text that this world cannot have made.
  public func logProbability(ofDocument text: String) throws(WorldError) -> Double {
    logProbability(of: try parse(text))
  }

  /// ln p(document) = ln p(count) + Σ ln p(kind) + Σ ln p(outcome | state).
  public func logProbability(of story: Story) -> Double {
    logProbability(ofCount: story.sentences.count) + logProbability(told: story.sentences)
  }

  /// ln p(the document has `count` sentences).
  public func logProbability(ofCount count: Int) -> Double {
    let place = count - configuration.fewestSentences
    return laws.counts.probabilities.indices.contains(place) ? log(laws.counts.probabilities[place]) : -.infinity
  }

  /// ln p(run) of consecutive sentences, given how many they are: from the start of a document when an opening comes
  /// first, else from any place of any document, the state before it summed out exactly.
  ///
  /// Every place after the opening has the same distribution, so the place need not be known.
  public func logProbability(ofRun text: String) throws(WorldError) -> Double {
    logProbability(ofRun: try parseRun(text))
  }

  /// ln p(run) of parsed sentences.
  public func logProbability(ofRun sentences: [Story.Sentence]) -> Double {
    sentences.first?.kind == .opening ? logProbability(told: sentences) : forward(sentences)
  }

  /// ln p(B | A) = ln p(A B) − ln p(A): `b` as the sentences that follow `a`, given how many they are.
  public func logProbability(of b: String, after a: String) throws(WorldError) -> Double {
    let (before, behind) = (try parseRun(a), try parseContinuation(b))
    return logProbability(ofRun: before + behind) - logProbability(ofRun: before)
  }

  /// The sentences of a text that may follow another: none opens a document.
  func parseContinuation(_ text: String) throws(WorldError) -> [Story.Sentence] {
    guard !text.isEmpty else { throw .notAContinuation }
    let sentences = try parseRun(text)
    guard sentences.first?.kind != .opening else { throw .notAContinuation }
    return sentences
  }

  /// ln p(document) in the sentence-independent world: the same number of sentences, each drawn from the marginal
  /// distribution of this world's sentences, q(s) = p(s | opening) / E[count] or p(s | no opening) · (1 − 1 / E[count]).
  public func sentenceIndependentLogProbability(ofDocument text: String) throws(WorldError) -> Double {
    let sentences = try parse(text).sentences
    let opening = 1 / meanSentenceCount
    return sentences.reduce(logProbability(ofCount: sentences.count)) { sum, sentence in
      sum + log(sentence.kind == .opening ? opening : 1 - opening) + logProbability(ofRun: [sentence])
    }
  }

  /// E[count]: the mean number of sentences of a document.
  public var meanSentenceCount: Double {
    laws.counts.probabilities.enumerated().reduce(0) {
      $0 + $1.element * Double(configuration.fewestSentences + $1.offset)
    }
  }

  /// ln p of sentences from an opening on, whose state is told.
  private func logProbability(told sentences: [Story.Sentence]) -> Double {
    var context = Context()
    var sum = 0.0
    for sentence in sentences {
      sum += logProbability(ofKind: sentence.kind)
      for (slot, outcome) in zip(tables.templates[sentence.kind.rawValue], sentence.outcomes) {
        sum += log(probability(slot, outcome, context))
        context.read(slot, outcome, laws)
      }
    }
    return sum
  }

  /// ln p(kind); an opening is certain where it stands.
  func logProbability(ofKind kind: SentenceKind) -> Double {
    kind == .opening ? 0 : log(laws.kinds.probabilities[kind.rawValue - 1])
  }

  /// p(outcome | everything before it).
  func probability(_ slot: Slot, _ outcome: Int, _ context: Context) -> Double {
    let state = context.state
    if case .sight = slot { return sight(outcome, scene: state.scene) }
    let share = share(
      slot, outcome, trade: state.trade, gender: laws.gender(ofName: state.hero), goodsTrade: context.goodsTrade)
    let held =
      switch share.memory {
      case .hero: state.hero
      case .theme: state.theme
      case .home: state.home
      }
    return share.otherwise + (held == share.value ? share.again : 0)
  }
}

import Glibc
import Randomness

/// A little world that tells short stories in plain English, and knows the exact probability of each.
///
/// A story is a left-to-right sequence of categorical draws: the number of sentences, a kind for each sentence after
/// the opening, and an outcome for each slot of the kind's template. Its text determines every draw, so
/// p(text) = p(count) · Π p(kind) · Π p(outcome | state before it). Stories are independent of each other.
/// - Note: a value of about 100 kB that any number of threads may share.
public struct World: Sendable {
  /// The words and shares that this world was made from.
  public let configuration: WorldConfiguration
  let tables: Tables
  let laws: Distributions

  /// The world of a configuration whose `issues()` are none.
  public init(_ configuration: WorldConfiguration = .standard) {
    precondition(configuration.issues().isEmpty, "\(configuration.issues())")
    self.configuration = configuration
    tables = Tables(configuration)
    laws = Distributions(configuration)
  }

  /// The document of a number: a function of (seed, index) alone.
  public func document(index: UInt64, seed: UInt64) -> Story {
    var numbers = RandomKey(seed: seed, purpose: .world).numbers(sample: index)
    return document(&numbers)
  }

  /// A document drawn from the next random numbers.
  func document(_ numbers: inout RandomNumbers) -> Story {
    let count = configuration.fewestSentences + laws.counts.draw(&numbers)
    var context = Context()
    var sentences = [sentence(.opening, &context, &numbers)]
    while sentences.count < count {
      let kind = SentenceKind(rawValue: 1 + laws.kinds.draw(&numbers)) ?? .work
      sentences.append(sentence(kind, &context, &numbers))
    }
    return Story(sentences: sentences)
  }

  private func sentence(
    _ kind: SentenceKind, _ context: inout Context, _ numbers: inout RandomNumbers
  ) -> Story.Sentence {
    let outcomes = tables.templates[kind.rawValue].map { slot in
      let outcome = draw(slot, context, &numbers)
      context.read(slot, outcome, laws)
      return outcome
    }
    return Story.Sentence(kind: kind, outcomes: outcomes)
  }
}

/// The state, and the trade of the goods last named in the sentence.
struct Context: Sendable {
  var state = State(trade: 0, hero: 0, theme: 0, home: 0, scene: 0)
  var goodsTrade = 0

  /// What an outcome changes.
  mutating func read(_ slot: Slot, _ outcome: Int, _ laws: Distributions) {
    switch slot {
    case .role: state.trade = outcome
    case .hero: state.hero = outcome
    case .home: state.home = outcome
    case .place: state.scene = outcome
    case .goods(let source, _, _):
      let stem = outcome / laws.suffixCount
      goodsTrade = laws.trade(ofStem: stem)
      if case .theme = source { state.theme = stem }
    case .text, .list, .subject, .determiner, .tradeVerb, .look, .person, .town, .sight: break
    }
  }
}

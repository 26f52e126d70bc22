/// A kind of sentence; each is one template.
public enum SentenceKind: Int, CaseIterable, Sendable {
  /// The first sentence of a document, and of no other place: it tells the whole state.
  case opening
  /// Work of the trade.
  case work
  /// Handling containers.
  case containers
  /// Handling tools.
  case tools
  /// Handling cloths.
  case cloths
  /// Goods of the hero's trade go to a person of another trade.
  case sale
  /// Goods of another trade come from a person of that trade.
  case purchase
  /// The subject and a fellow of the trade do something together.
  case company
  /// A change of place.
  case walk
  /// What is seen at the place.
  case view
  /// A mood, with a person of whatever trade.
  case mood
}

/// A document of the world as the draws that made it.
public struct Story: Equatable, Sendable {
  /// One sentence: its kind, and for each slot of the kind's template the outcome of one draw.
  public struct Sentence: Equatable, Sendable {
    /// The template.
    public var kind: SentenceKind
    /// One outcome a slot.
    public var outcomes: [Int]
  }

  /// The sentences in order; the end of the document is a draw too, told by their number.
  public var sentences: [Sentence]

  /// A story of these sentences, possible or not.
  public init(sentences: [Sentence]) {
    self.sentences = sentences
  }
}

/// A text that the world cannot have made.
public enum WorldError: Error, Equatable, Sendable {
  /// The sentence of this number, counted from 1, follows no template.
  case foreignSentence(Int)
  /// Sentences of the world, but no whole document: a missing opening, an opening further on, or a wrong number.
  case notADocument(sentences: Int)
  /// The text that should follow another opens a document itself, or is empty.
  case notAContinuation
}

extension WorldError: CustomStringConvertible {
  /// One sentence: what, where and why, without a word of the text.
  public var description: String {
    switch self {
    case .foreignSentence(let place): "sentence \(place) is not of the sample world: it follows no template"
    case .notADocument(let count):
      "the \(count) sentences are no document of the sample world: opening or number of sentences is wrong"
    case .notAContinuation: "the second text cannot follow another in the sample world: it is empty or opens a document"
    }
  }
}

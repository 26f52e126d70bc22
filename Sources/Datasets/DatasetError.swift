/// Why rows cannot be planned or read.
public enum DatasetError: Error, Equatable, Sendable {
  /// The tokenizer lacks a special token that the rows are made with.
  case missingToken(role: String)
  /// A setting is out of its range.
  case setting(key: String, value: String, range: String)
  /// The corpus holds no row of a part: it is empty, or all of it was left out.
  case noRows(part: Part)
  /// Sentence pairs need two documents with two sentences each, so that a random one is never the true one.
  case tooFewDocuments(part: Part, usable: Int)
  /// Reading a window again gave something else than counting did.
  case changed(part: Part, window: Int, what: String, expected: Int, found: Int)
  /// An index could not be read.
  case malformedIndex(place: String)
  /// An index was made from another corpus, tokenizer or row plan.
  case foreignIndex(expected: String, found: String)
  /// A step that the plan does not have.
  case noSuchStep(Int, of: Int)
}

extension DatasetError: CustomStringConvertible {
  /// One sentence: what, where, why.
  public var description: String {
    switch self {
    case .missingToken(let role):
      "the tokenizer has no \(role) token, which these rows are made with"
    case .setting(let key, let value, let range):
      "\(key) is \(value); it must be \(range)"
    case .noRows(let part):
      "the \(part.rawValue) part of the corpus gives no row: it is empty, or all of it was left out"
    case .tooFewDocuments(let part, let usable):
      "next-sentence pairs need at least two documents of two sentences in the \(part.rawValue) part, which has "
        + "\(usable): without document breaks the random sentence could be the true one"
    case .changed(let part, let window, let what, let expected, let found):
      "window \(window) of the \(part.rawValue) part has \(found) \(what) now and had \(expected) when it was "
        + "counted: the corpus has changed"
    case .malformedIndex(let place):
      "the dataset index is damaged at \(place)"
    case .foreignIndex(let expected, let found):
      "the dataset index was made from other data, tokenizer or settings: its fingerprint is "
        + "\(found.prefix(12))… and \(expected.prefix(12))… was expected"
    case .noSuchStep(let step, let count):
      count == Int.max ? "there is no step \(step)" : "there is no step \(step); the plan has \(count)"
    }
  }

  /// The exit code of a program that stops for this (sysexits where they fit).
  public var exitCode: Int32 {
    switch self {
    case .missingToken, .setting, .tooFewDocuments, .noSuchStep: 64
    case .noRows, .changed, .malformedIndex: 65
    case .foreignIndex: 78
    }
  }
}

/// What can be wrong with tokenizer files, with a request to train, or with the text it gets.
public enum TokenizerError: Error, Equatable, Sendable {
  /// The folder holds none of the files a tokenizer can be read from.
  case noTokenizer(folder: String)
  /// A file could not be read; `cause` is the system's word for it.
  case unreadable(file: String, cause: String)
  /// A file is larger than any tokenizer has reason to be.
  case tooLarge(file: String, bytes: Int, limit: Int)
  /// A file breaks its format; `place` is a JSON path, a byte or a line.
  case malformed(file: String, place: String, problem: String)
  /// A file asks for a part that is not among those read; it is refused rather than answered differently.
  case unsupported(file: String, place: String, part: String)
  /// The vocabulary asked for cannot hold the special tokens and the alphabet.
  case vocabularyTooSmall(requested: Int, least: Int)
  /// The vocabulary asked for exceeds what 32-bit ids and memory allow.
  case vocabularyTooLarge(requested: Int, limit: Int)
  /// The training text holds not a single word.
  case noText
  /// No word is in enough documents, or none fits in memory.
  case noWords(minimumDocuments: Int, droppedThreshold: Int)
  /// The counts, too many for the memory, could not be kept in a temporary file; `cause` names it.
  case temporaryFile(cause: String)
  /// The training was told to stop.
  case cancelled
}

extension TokenizerError: CustomStringConvertible {
  /// One sentence: what, where, why.
  public var description: String {
    switch self {
    case .noTokenizer(let folder):
      """
      \(folder) holds no tokenizer: expected tokenizer.json, vocab.txt, vocab.json with merges.txt, \
      a SentencePiece .model or a .tiktoken file
      """
    case .unreadable(let file, let cause):
      "\(file) could not be read: \(cause)"
    case .tooLarge(let file, let bytes, let limit):
      "\(file) has \(bytes) bytes; a tokenizer file may have at most \(limit)"
    case .malformed(let file, let place, let problem):
      "\(file), \(place): \(problem)"
    case .unsupported(let file, let place, let part):
      "\(file), \(place): \(part) is not supported; it is refused because ids would differ silently"
    case .vocabularyTooSmall(let requested, let least):
      "a vocabulary of \(requested) is too small: the special tokens and the alphabet of this text need \(least)"
    case .vocabularyTooLarge(let requested, let limit):
      "a vocabulary of \(requested) is too large: at most \(limit) are supported"
    case .noText:
      "the training text holds no words"
    case .noWords(let minimumDocuments, let droppedThreshold):
      droppedThreshold > 0
        ? "the memory given holds none of the training text's words"
        : "no word of the training text is in \(minimumDocuments) documents or more"
    case .temporaryFile(let cause):
      "the words' counts exceed the memory given, and no temporary file can hold them: \(cause)"
    case .cancelled: "the training was stopped on request"
    }
  }
}

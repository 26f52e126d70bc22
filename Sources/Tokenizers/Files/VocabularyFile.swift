import JSON

/// Tokens with their ids as files give them, checked before anything is built.
struct VocabularyFile {
  /// More ids than any tokenizer has; a larger id is a broken or hostile file.
  static let maximumSize = TokenizerTrainer.maximumVocabularySize

  private(set) var tokens: [String?] = []
  private var ids = ByteTable()
  private var addedOnly: Set<Int> = []
  /// Ids from here on would leave a gap that no added tokens fill.
  private var limit = 0

  /// The `vocab` object of a model: token to id.
  init(object place: JSONPlace) throws(TokenizerError) {
    let object = try place.object()
    ids = ByteTable(minimumCapacity: object.count)
    tokens = Array(repeating: nil, count: object.count)
    limit = min(object.count + (1 << 16), Self.maximumSize)
    for (token, value) in object.pairs {
      guard let id = value.int else { throw place.malformed("the id of a token is \(value.kind), not an integer") }
      try set(id, token, place)
    }
  }

  /// The `vocab` list of a Unigram model: tokens with their scores, in the order of their ids.
  init(scored place: JSONPlace) throws(TokenizerError) {
    let items = try place.elements()
    guard items.count <= Self.maximumSize else { throw place.malformed("\(items.count) tokens are too many") }
    ids = ByteTable(minimumCapacity: items.count)
    limit = min(items.count + (1 << 16), Self.maximumSize)
    tokens.reserveCapacity(items.count)
    for (id, item) in items.enumerated() {
      let pair = try item.elements()
      guard pair.count == 2 else { throw item.malformed("expected a token and its score") }
      let token = try pair[0].string()
      guard ids.insert(token, value: id) else { throw item.malformed("the token stands earlier in the list too") }
      tokens.append(token)
    }
  }

  /// Tokens in the order of their ids.
  init(tokens: [String], file: String) throws(TokenizerError) {
    guard tokens.count <= Self.maximumSize else {
      throw .malformed(file: file, place: "the whole", problem: "\(tokens.count) tokens are too many")
    }
    limit = min(tokens.count + (1 << 16), Self.maximumSize)
    for (id, token) in tokens.enumerated() where !ids.insert(token, value: id) {
      throw .malformed(file: file, place: "id \(id)", problem: "the token has a smaller id too")
    }
    self.tokens = tokens
  }

  /// `vocab.txt`: one token a line, the id is the line's number from zero.
  init(lines bytes: [UInt8], file: String) throws(TokenizerError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(file: file, place: "the whole", problem: "it is not UTF-8")
    }
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count <= Self.maximumSize else {
      throw .malformed(file: file, place: "the whole", problem: "\(lines.count) tokens are too many")
    }
    for (id, line) in lines.enumerated() {
      let token = String(Substring(line.last == 0x0D ? line.dropLast() : line))
      guard ids.insert(token, value: id) else {
        throw .malformed(file: file, place: "line \(id + 1)", problem: "the token stands on an earlier line too")
      }
      tokens.append(token)
    }
  }

  /// The id of a token.
  func id(of token: String) -> Int32? { ids.value(of: token).map { Int32(truncatingIfNeeded: $0) } }

  /// Sees to it that an added token has its id: in the model, or as a new one.
  mutating func add(_ token: String, id: Int, at place: JSONPlace) throws(TokenizerError) {
    if let known = ids.value(of: token) {
      if known != id { throw place.malformed("id \(id) is given to a token that the model has at \(known)") }
      return
    }
    try set(id, token, place)
    addedOnly.insert(id)
  }

  private mutating func set(_ id: Int, _ token: String, _ place: JSONPlace) throws(TokenizerError) {
    guard id >= 0 else { throw place.malformed("id \(id) is negative") }
    guard id < limit else { throw place.malformed("id \(id) is too large for \(tokens.count) tokens") }
    if id >= tokens.count { tokens.append(contentsOf: repeatElement(nil, count: id - tokens.count + 1)) }
    guard tokens[id] == nil else { throw place.malformed("id \(id) is given to two tokens") }
    tokens[id] = token
    ids.insert(token, value: id)
  }

  /// The finished vocabulary; ids must run from zero without a gap.
  func vocabulary(file: String) throws(TokenizerError) -> Vocabulary {
    var used = tokens
    while let last = used.last, last == nil { used.removeLast() }
    if let gap = used.firstIndex(of: nil) {
      throw .malformed(file: file, place: "the vocabulary", problem: "id \(gap) has no token, but larger ids have")
    }
    guard !used.isEmpty else { throw .malformed(file: file, place: "the vocabulary", problem: "it is empty") }
    return Vocabulary(used.compactMap(\.self), addedOnly: addedOnly)
  }
}

import JSON

/// Tokens with their ids as files give them, checked before anything is built.
struct VocabularyFile {
  /// More ids than any tokenizer has; a larger id is a broken or hostile file.
  static let maximumSize = TokenizerTrainer.maximumVocabularySize

  /// So many more ids than tokens are taken: tables have a row for each.
  static let maximumGaps = 1 << 20

  /// The model's tokens by id.
  private var tokens: [String?] = []
  private var ids = ByteTable()
  /// Tokens that the model does not know, in the order of their ids.
  private var added: [(token: String, id: Int32)] = []
  private var addedIDs = ByteTable()
  /// Whether the model can have ids without a token.
  private var hasGaps = true

  /// The `vocab` object of a model: token to id, with or without gaps.
  init(object place: JSONPlace) throws(TokenizerError) {
    let object = try place.object()
    ids = ByteTable(minimumCapacity: object.count)
    tokens = Array(repeating: nil, count: min(object.count, Self.maximumSize))
    for (token, value) in object.pairs {
      guard let id = value.int else { throw place.malformed("the id of a token is \(value.kind), not an integer") }
      try set(id, token, place, count: object.count)
    }
    while let last = tokens.last, last == nil { tokens.removeLast() }
  }

  /// The `vocab` list of a Unigram model: tokens with their scores, in the order of their ids.
  init(scored place: JSONPlace) throws(TokenizerError) {
    hasGaps = false
    let items = try place.elements()
    guard items.count <= Self.maximumSize else { throw place.malformed("\(items.count) tokens are too many") }
    ids = ByteTable(minimumCapacity: items.count)
    tokens.reserveCapacity(items.count)
    for (id, item) in items.enumerated() {
      let pair = try item.elements()
      guard pair.count == 2 else { throw item.malformed("expected a token and its score") }
      let token = try pair[0].string()
      guard ids.insert(token, value: id) else { throw item.malformed("the token stands earlier in the list too") }
      tokens.append(token)
    }
  }

  /// Tokens in the order of their ids, of a model that can have gaps or not.
  init(tokens: [String], hasGaps: Bool, file: String) throws(TokenizerError) {
    self.hasGaps = hasGaps
    guard tokens.count <= Self.maximumSize else {
      throw .malformed(file: file, place: "the whole", problem: "\(tokens.count) tokens are too many")
    }
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

  /// The id of an added token: the model's where it knows the token, else the next one, which begins at the number of
  /// the model's tokens whatever their ids. This is how the Hugging Face library numbers them, not by what the file says.
  mutating func add(_ token: String, at place: JSONPlace) throws(TokenizerError) -> Int32 {
    if let known = ids.value(of: token) ?? addedIDs.value(of: token) { return Int32(truncatingIfNeeded: known) }
    let id = ids.count + added.count
    guard id < Self.maximumSize else { throw place.malformed("\(id + 1) tokens are too many") }
    added.append((token, Int32(truncatingIfNeeded: id)))
    addedIDs.insert(token, value: id)
    return Int32(truncatingIfNeeded: id)
  }

  /// Gives tokens ids of their own, where the file beside says so: as added ones if they are numbered on from the
  /// model's, else as tokens of a model that can have gaps.
  mutating func place(_ given: [(token: String, id: Int)], at place: JSONPlace) throws(TokenizerError) {
    var new: [(token: String, id: Int)] = []
    for (token, id) in given {
      guard let known = ids.value(of: token) else {
        new.append((token, id))
        continue
      }
      if known != id { throw place.malformed("id \(id) is given to a token that the model has at \(known)") }
    }
    new.sort { $0.id < $1.id }
    if new.enumerated().allSatisfy({ $1.id == ids.count + $0 }) {
      for (token, _) in new { _ = try add(token, at: place) }
    } else if hasGaps {
      for (token, id) in new { try set(id, token, place, count: ids.count + new.count) }
    } else {
      throw place.unsupported("an added token with an id that is not the next one")
    }
  }

  private mutating func set(_ id: Int, _ token: String, _ place: JSONPlace, count: Int) throws(TokenizerError) {
    guard UInt32(exactly: id) != nil else { throw place.malformed("id \(id) is no 32-bit number") }
    guard id < min(count + Self.maximumGaps, Self.maximumSize) else {
      throw place.unsupported("id \(id) with \(count) tokens in all")
    }
    if id >= tokens.count { tokens.append(contentsOf: repeatElement(nil, count: id - tokens.count + 1)) }
    guard tokens[id] == nil else { throw place.malformed("id \(id) is given to two tokens") }
    tokens[id] = token
    ids.insert(token, value: id)
  }

  /// The finished vocabulary.
  func vocabulary(file: String) throws(TokenizerError) -> Vocabulary {
    if tokens.isEmpty, added.isEmpty {
      throw .malformed(file: file, place: "the vocabulary", problem: "it is empty")
    }
    return Vocabulary(tokens, added: added)
  }
}

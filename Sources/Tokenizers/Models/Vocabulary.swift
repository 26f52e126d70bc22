/// The tokens by id and the ids by token, in two layers: the model's own, and those added to it.
///
/// Ids run from zero and may leave gaps. An added token that the model does not know can have the id of one that it
/// knows: then text becomes that id on two ways, and the id becomes the added one.
struct Vocabulary: Sendable {
  /// The token of each id, added ones first; nil where no token has the id.
  let tokens: [String?]
  /// The tokens the model itself may use; nil where it has none.
  let modelTokens: [String?]
  /// The number of tokens, as the Hugging Face library counts them: two with one id are two.
  let tokenCount: Int
  private let modelIDs: ByteTable
  /// The ids of tokens that the model does not know.
  private let addedIDs: ByteTable

  /// Tokens of the model in the order of their ids, nil for gaps, and tokens beside it.
  init(_ modelTokens: [String?], added: [(token: String, id: Int32)] = []) {
    let count = added.reduce(modelTokens.count) { max($0, Int($1.id) + 1) }
    let modelTokens = modelTokens + [String?](repeating: nil, count: count - modelTokens.count)
    var tokens = modelTokens
    var modelIDs = ByteTable(minimumCapacity: modelTokens.count)
    for (id, token) in modelTokens.enumerated() { if let token { modelIDs.insert(token, value: id) } }
    var addedIDs = ByteTable(minimumCapacity: added.count)
    for (token, id) in added {
      tokens[Int(id)] = token
      if modelIDs.value(of: token) == nil { addedIDs.insert(token, value: Int(id)) }
    }
    (self.tokens, self.modelTokens, self.modelIDs, self.addedIDs) = (tokens, modelTokens, modelIDs, addedIDs)
    tokenCount = modelIDs.count + addedIDs.count
  }

  private init(_ other: Vocabulary, modelTokens: [String?]) {
    (tokens, tokenCount, modelIDs, addedIDs) = (other.tokens, other.tokenCount, other.modelIDs, other.addedIDs)
    self.modelTokens = modelTokens
  }

  /// The same tokens, some of which the model must not use; where an id stands for two, its own stays.
  func hiding(_ ids: Set<Int32>) -> Vocabulary {
    var kept = modelTokens
    for id in ids.map({ Int($0) }) where kept[id]?.utf8.elementsEqual(tokens[id]?.utf8 ?? "".utf8) == true {
      kept[id] = nil
    }
    return Vocabulary(self, modelTokens: kept)
  }

  /// Whether BERT's pre-tokenizer never leaves a token in one piece: it holds ASCII punctuation and more.
  func isSplitByBERT(_ id: Int32) -> Bool {
    guard let scalars = tokens[Int(id)]?.unicodeScalars, scalars.count > 1 else { return false }
    return scalars.contains { $0.isASCII && ("!"..."/" ~= $0 || ":"..."@" ~= $0 || "["..."`" ~= $0 || "{"..."~" ~= $0) }
  }

  func id(of token: String) -> Int32? {
    (addedIDs.value(of: token) ?? modelIDs.value(of: token)).map { Int32(truncatingIfNeeded: $0) }
  }

  /// The id of a token that the model itself may use.
  @inline(__always) func modelID(of token: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard let id = modelIDs.value(of: token), modelTokens[id] != nil else { return nil }
    return Int32(truncatingIfNeeded: id)
  }

  func modelID(of token: String) -> Int32? {
    var token = token
    return token.withUTF8 { modelID(of: $0) }
  }

  func token(of id: Int32) -> String? {
    id >= 0 && Int(id) < tokens.count ? tokens[Int(id)] : nil
  }

  /// The token that the model means by an id.
  func modelToken(of id: Int32) -> String? {
    id >= 0 && Int(id) < modelTokens.count ? modelTokens[Int(id)] : nil
  }
}

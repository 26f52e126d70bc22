/// The tokens by id and the ids by token; ids run from zero without a gap.
struct Vocabulary: Sendable {
  let tokens: [String]
  /// The tokens the model itself may use, nil for those only added to it.
  let modelTokens: [String?]
  private let index: ByteTable

  /// `addedOnly` are the ids the model does not know.
  init(_ tokens: [String], addedOnly: Set<Int> = []) {
    self.tokens = tokens
    modelTokens = tokens.enumerated().map { addedOnly.contains($0) ? nil : $1 }
    var index = ByteTable(minimumCapacity: tokens.count)
    for (id, token) in tokens.enumerated() { index.insert(token, value: id) }
    self.index = index
  }

  /// The same tokens, some of which the model must not use.
  func hiding(_ ids: Set<Int32>) -> Vocabulary {
    var addedOnly = Set(ids.map { Int($0) })
    for (id, token) in modelTokens.enumerated() where token == nil { addedOnly.insert(id) }
    return Vocabulary(tokens, addedOnly: addedOnly)
  }

  func id(of token: String) -> Int32? { index.value(of: token).map { Int32(truncatingIfNeeded: $0) } }

  /// The id of a token that the model itself may use.
  @inline(__always) func modelID(of token: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard let id = index.value(of: token), modelTokens[id] != nil else { return nil }
    return Int32(truncatingIfNeeded: id)
  }

  func modelID(of token: String) -> Int32? {
    var token = token
    return token.withUTF8 { modelID(of: $0) }
  }

  func token(of id: Int32) -> String? {
    id >= 0 && Int(id) < tokens.count ? tokens[Int(id)] : nil
  }
}

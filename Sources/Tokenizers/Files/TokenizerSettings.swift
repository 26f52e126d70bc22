import JSON

/// What `tokenizer_config.json` and `special_tokens_map.json` say beyond the tokenizer itself.
struct TokenizerSettings {
  private(set) var modelMaximumLength: Int?
  private let config: JSONPlace?
  private let map: JSONPlace?

  init(config: JSONPlace?, map: JSONPlace?) {
    self.config = config
    self.map = map
    // transformers writes 1e30 for "no limit"; anything that is no reasonable integer means that.
    if let length = config?["model_max_length"]?.value.int, length > 0, length < Int32.max {
      modelMaximumLength = length
    }
  }

  func bool(_ key: String, default fallback: Bool) throws(TokenizerError) -> Bool {
    try config?.bool(key, default: fallback) ?? fallback
  }

  func optionalBool(_ key: String) throws(TokenizerError) -> Bool? { try config?[key]?.bool() }

  /// The token of a role as either file names it.
  func token(_ key: String) throws(TokenizerError) -> String? {
    guard let place = config?[key] ?? map?[key] else { return nil }
    if place.value.string == nil { return try place.required("content").string() }
    return try place.string()
  }

  /// The roles named by the files, the others by the names tokens usually have.
  func specials(in vocabulary: Vocabulary, modelUnknown: Int32?) throws(TokenizerError) -> SpecialTokens {
    var specials = SpecialTokens(conventionalIn: vocabulary)
    if let modelUnknown { specials.unknown = modelUnknown }
    for (key, role) in SpecialTokens.keys {
      if let token = try token(key), let id = vocabulary.id(of: token) { specials[keyPath: role] = id }
    }
    // GPT-2's files name the end of text as the unknown token too, which it never is.
    if specials.unknown == specials.endOfText { specials.unknown = nil }
    return specials
  }

  /// The `added_tokens_decoder`, for files that hold no added tokens themselves.
  func addedTokens(_ entries: inout VocabularyFile) throws(TokenizerError) -> [AddedToken] {
    guard let place = config?["added_tokens_decoder"] else { return [] }
    var given: [(place: JSONPlace, content: String, id: Int)] = []
    for (key, _) in try place.object().pairs {
      guard let token = place[key], let id = Int(key) else { throw place.malformed("\(key) is no id") }
      given.append((token, try AddedTokenFile.content(token), id))
    }
    try entries.place(given.map { ($0.content, $0.id) }, at: place)
    var tokens: [AddedToken] = []
    for (place, _, id) in given.sorted(by: { $0.id < $1.id }) {
      tokens.append(try AddedTokenFile.token(place) { _ in Int32(clamping: id) })
    }
    return tokens
  }
}

import JSON

/// Reads `tokenizer.json`; the `type`s that `NormalizerFile`, `PreTokenizerFile`, `ModelFile`, `PostProcessorFile` and
/// `DecoderFile` know are all accepted in any combination that means something. Anything else is refused by name.
///
/// `truncation` and `padding` are left to the caller of `encode`, as transformers does.
struct TokenizerJSONReader {
  private let root: JSONPlace
  private let file: String

  init(_ bytes: [UInt8], file: String) throws(TokenizerError) {
    root = try JSONPlace(parsing: bytes, file: file)
    self.file = file
  }

  func tokenizer(_ settings: TokenizerSettings) throws(TokenizerError) -> Tokenizer {
    let place = try root.required("model")
    var entries = try ModelFile.vocabulary(place)
    let added = try addedTokens(&entries)
    let vocabulary = try entries.vocabulary(file: file)
    var normalizer: Normalizer?
    if let part = root["normalizer"] {
      let read = try NormalizerFile.normalizer(part)
      try TextGrowth(read).check(part)
      normalizer = read
    }
    var splitter: PreTokenizer?
    if let part = root["pre_tokenizer"] {
      let read = try PreTokenizerFile.preTokenizer(part)
      try TextGrowth(read).check(part)
      splitter = read
    }
    try refuseEmptied(added, by: normalizer)
    let model = try ModelFile.model(place, vocabulary, splitter: splitter)
    return Tokenizer(
      vocabulary: vocabulary,
      encoder: TextEncoder(normalizer: normalizer, splitter: splitter, model: model, vocabulary: vocabulary),
      added: added, postProcessor: try PostProcessorFile.postProcessor(root["post_processor"], vocabulary),
      decoder: try DecoderFile.decoder(root["decoder"]),
      specials: try settings.specials(in: vocabulary, modelUnknown: try ModelFile.unknown(place, vocabulary)),
      modelMaximumLength: settings.modelMaximumLength)
  }

  /// The library cuts text where a token that normalization empties would stand.
  private func refuseEmptied(_ added: [AddedToken], by normalizer: Normalizer?) throws(TokenizerError) {
    guard let normalizer else { return }
    for token in added where token.isNormalized {
      var text = NormalizedText(scalarsOf: token.content)
      text.normalize(normalizer)
      if text.isEmpty { throw root.unsupported("an added token of which normalization leaves nothing") }
    }
  }

  /// The added tokens with the library's ids. One that stands twice is what it is the last time, and special if it
  /// ever was.
  private func addedTokens(_ entries: inout VocabularyFile) throws(TokenizerError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    var places: [Int32: Int] = [:]
    guard let list = root["added_tokens"] else { return [] }
    for place in try list.elements() {
      let stated = try place.required("id").int()
      if UInt32(exactly: stated) == nil { throw place.malformed("id \(stated) is no 32-bit number") }
      var token = try AddedTokenFile.token(place) { content throws(TokenizerError) in
        try entries.add(content, at: place)
      }
      guard let earlier = places[token.id] else {
        places[token.id] = tokens.count
        tokens.append(token)
        continue
      }
      guard tokens[earlier].content.utf8.elementsEqual(token.content.utf8) else {
        throw place.unsupported("a gap in the ids because of which two added tokens have the id \(token.id)")
      }
      if tokens[earlier].isSpecial { token.isSpecial = true }
      tokens[earlier] = token
    }
    return tokens
  }
}

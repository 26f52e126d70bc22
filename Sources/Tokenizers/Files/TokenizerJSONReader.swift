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
    if let part = root["normalizer"] { normalizer = try NormalizerFile.normalizer(part) }
    var splitter: PreTokenizer?
    if let part = root["pre_tokenizer"] { splitter = try PreTokenizerFile.preTokenizer(part) }
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

  private func addedTokens(_ entries: inout VocabularyFile) throws(TokenizerError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    guard let list = root["added_tokens"] else { return [] }
    for place in try list.elements() {
      tokens.append(try AddedTokenFile.token(place, id: try place.required("id").int(), &entries))
    }
    return tokens
  }
}

import JSON

/// Reads `tokenizer.json`; accepted parts, by `type`:
/// normalizer `BertNormalizer`, `Lowercase`; pre-tokenizer `BertPreTokenizer`, `ByteLevel`, `Split` into characters;
/// model `WordPiece`, `BPE`, `WordLevel`; post-processor `TemplateProcessing`, `BertProcessing`, `ByteLevel`, a
/// `Sequence` of them; decoder `WordPiece`, `ByteLevel`, `Fuse`. Anything else is refused by name.
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
    let modelPlace = try root.required("model")
    var entries = try VocabularyFile(object: try modelPlace.required("vocab"))
    let added = try addedTokens(&entries)
    let vocabulary = try entries.vocabulary(file: file)
    let normalizer = try self.normalizer()
    var template = Template.plain
    var options = ByteLevelOptions()
    if let place = root["post_processor"] { try readPostProcessor(place, vocabulary, &template, &options) }
    let model = try self.model(modelPlace, vocabulary, &options)
    return Tokenizer(
      vocabulary: vocabulary, encoder: TextEncoder(normalizer: normalizer, model: model), added: added,
      template: template, decoder: try decoder(),
      specials: try settings.specials(in: vocabulary, modelUnknown: try modelPlace["unk_token"]?.string()),
      modelMaximumLength: settings.modelMaximumLength)
  }

  private func addedTokens(_ entries: inout VocabularyFile) throws(TokenizerError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    guard let list = root["added_tokens"] else { return [] }
    for place in try list.elements() {
      let content = try place.required("content").string()
      if content.isEmpty { throw place.malformed("an added token is empty") }
      let id = try place.required("id").int()
      try entries.add(content, id: id, at: place)
      let isSpecial = try place.bool("special", default: false)
      tokens.append(
        AddedToken(
          id: Int32(truncatingIfNeeded: id), content: content,
          isSingleWord: try place.bool("single_word", default: false),
          stripsLeft: try place.bool("lstrip", default: false), stripsRight: try place.bool("rstrip", default: false),
          isNormalized: try place.bool("normalized", default: !isSpecial), isSpecial: isSpecial))
    }
    return tokens
  }

  private func normalizer() throws(TokenizerError) -> BertNormalizer? {
    guard let place = root["normalizer"] else { return nil }
    switch try place.type() {
    case "BertNormalizer":
      return BertNormalizer(
        cleansText: try place.bool("clean_text", default: true),
        spacesIdeographs: try place.bool("handle_chinese_chars", default: true),
        stripsAccents: try place["strip_accents"]?.bool(), lowercases: try place.bool("lowercase", default: true))
    case "Lowercase":
      return BertNormalizer(cleansText: false, spacesIdeographs: false, stripsAccents: false, lowercases: true)
    case let type: throw place.unsupported("normalizer \(type)")
    }
  }

  private func readPostProcessor(
    _ place: JSONPlace, _ vocabulary: Vocabulary, _ template: inout Template, _ options: inout ByteLevelOptions
  ) throws(TokenizerError) {
    switch try place.type() {
    case "TemplateProcessing": template = try TemplateFile.template(place, vocabulary)
    case "BertProcessing": template = try TemplateFile.bert(place, vocabulary)
    case "ByteLevel":
      options.trimsOffsets = try place.bool("trim_offsets", default: true)
      options.trimsAsPrefixed = try place.bool("add_prefix_space", default: true)
    case "Sequence":
      for part in try place.required("processors").elements() {
        if try part.type() == "Sequence" { throw part.unsupported("a Sequence within a Sequence") }
        try readPostProcessor(part, vocabulary, &template, &options)
      }
    case let type: throw place.unsupported("post-processor \(type)")
    }
  }

  private func decoder() throws(TokenizerError) -> TokenDecoder {
    guard let place = root["decoder"] else { return .spaced }
    switch try place.type() {
    case "WordPiece":
      return .wordPiece(
        prefix: try place.string("prefix", default: "##"), cleansUp: try place.bool("cleanup", default: true))
    case "ByteLevel": return .byteLevel
    case "Fuse": return .fuse
    case let type: throw place.unsupported("decoder \(type)")
    }
  }

  private func model(
    _ place: JSONPlace, _ vocabulary: Vocabulary, _ options: inout ByteLevelOptions
  ) throws(TokenizerError) -> TextModel {
    let type = try place["type"]?.string() ?? (place["merges"] == nil ? "WordPiece" : "BPE")
    let splitter = root["pre_tokenizer"]
    let splitterType = try splitter?.type() ?? "null"
    let unsupported = (splitter ?? root).unsupported("pre-tokenizer \(splitterType) with model \(type)")
    switch type {
    case "WordPiece":
      guard splitterType == "BertPreTokenizer" else { throw unsupported }
      return .wordPiece(try wordPiece(place, vocabulary))
    case "BPE":
      guard splitterType == "ByteLevel", let splitter else { throw unsupported }
      options.addsPrefixSpace = try splitter.bool("add_prefix_space", default: true)
      options.splitsWords = try splitter.bool("use_regex", default: true)
      return .bytePairs(try bytePairs(place, vocabulary), options)
    case "WordLevel":
      guard let splitter, try isCharacterSplit(splitter) else { throw unsupported }
      let unknown = try unknownToken(place, vocabulary, default: "<unk>")
      return .characters(
        CharacterModel(tokens: vocabulary.tokens, unknown: unknown.id, unknownToken: unknown.token))
    default: throw place.unsupported("model \(type)")
    }
  }

  private func isCharacterSplit(_ place: JSONPlace) throws(TokenizerError) -> Bool {
    guard try place.type() == "Split", try !place.bool("invert", default: false) else { return false }
    let behavior = try place.required("behavior").string()
    let pattern = try place.required("pattern")["Regex"]?.string()
    return behavior == "Isolated" && pattern == TokenizerJSONWriter.characterPattern
  }

  private func unknownToken(
    _ place: JSONPlace, _ vocabulary: Vocabulary, default fallback: String
  ) throws(TokenizerError) -> (id: Int32, token: String) {
    let token = try place.string("unk_token", default: fallback)
    guard let id = vocabulary.id(of: token), vocabulary.modelTokens[Int(id)] != nil else {
      throw place.malformed("unk_token is not in the model's vocabulary")
    }
    return (id, token)
  }

  private func wordPiece(_ place: JSONPlace, _ vocabulary: Vocabulary) throws(TokenizerError) -> WordPieceModel {
    let unknown = try unknownToken(place, vocabulary, default: "[UNK]")
    let longest = try place["max_input_chars_per_word"]?.int() ?? 100
    if longest < 0 { throw place.malformed("max_input_chars_per_word is negative") }
    return WordPieceModel(
      tokens: vocabulary.modelTokens, unknown: unknown.id, unknownToken: unknown.token,
      prefix: try place.string("continuing_subword_prefix", default: "##"), maximumWordLength: longest)
  }

  private func bytePairs(_ place: JSONPlace, _ vocabulary: Vocabulary) throws(TokenizerError) -> BytePairModel {
    if let dropout = place["dropout"], dropout.value.double != 0 { throw dropout.unsupported("BPE dropout") }
    for key in ["byte_fallback", "ignore_merges"] where try place.bool(key, default: false) {
      throw place.unsupported("BPE option \(key)")
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] where try !place.string(key, default: "").isEmpty {
      throw place.unsupported("BPE option \(key)")
    }
    let unknown = try place["unk_token"]?.string()
    if let unknown, vocabulary.id(of: unknown) == nil { throw place.malformed("unk_token is not in the vocabulary") }
    return BytePairModel(
      byteIDs: ByteAlphabet.ids(in: vocabulary),
      merges: try MergeFile.merges(try place.required("merges"), in: vocabulary),
      unknown: unknown.flatMap { vocabulary.id(of: $0) }, fusesUnknown: try place.bool("fuse_unk", default: false))
  }
}

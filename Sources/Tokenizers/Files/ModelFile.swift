import JSON

/// Reads and writes the `model` of `tokenizer.json`.
enum ModelFile {
  /// Models by their `type`; files of before it existed tell by their parts.
  static func type(_ place: JSONPlace) throws(TokenizerError) -> String {
    try place["type"]?.string() ?? (place["merges"] == nil ? "WordPiece" : "BPE")
  }

  static func vocabulary(_ place: JSONPlace) throws(TokenizerError) -> VocabularyFile {
    let vocabulary = try place.required("vocab")
    return try type(place) == "Unigram" ? VocabularyFile(scored: vocabulary) : VocabularyFile(object: vocabulary)
  }

  static func model(
    _ place: JSONPlace, _ vocabulary: Vocabulary, splitter: PreTokenizer?
  ) throws(TokenizerError) -> TextModel {
    let type = try type(place)
    switch type {
    case "WordPiece": return .wordPiece(try wordPiece(place, vocabulary))
    case "BPE": return .bytePairs(try bytePairs(place, vocabulary, endsInBytes: splitter?.endsInBytes == true))
    case "Unigram": return .unigram(try unigram(place, vocabulary))
    case "WordLevel":
      let unknown = try unknownToken(place, vocabulary, default: "<unk>")
      return .words(WordModel(vocabulary, unknown: unknown.id, unknownToken: unknown.token))
    default: throw place.unsupported("model \(type)")
    }
  }

  /// The unknown token of a model, for the roles of tokens.
  static func unknown(_ place: JSONPlace, _ vocabulary: Vocabulary) throws(TokenizerError) -> Int32? {
    if try type(place) == "Unigram" { return try place["unk_id"]?.int().asID }
    return try place["unk_token"]?.string().in(vocabulary)
  }

  private static func unknownToken(
    _ place: JSONPlace, _ vocabulary: Vocabulary, default fallback: String
  ) throws(TokenizerError) -> (id: Int32, token: String) {
    let token = try place.string("unk_token", default: fallback)
    guard let id = vocabulary.modelID(of: token) else {
      throw place.malformed("unk_token is not in the model's vocabulary")
    }
    return (id, token)
  }

  private static func wordPiece(_ place: JSONPlace, _ vocabulary: Vocabulary) throws(TokenizerError) -> WordPieceModel {
    let unknown = try unknownToken(place, vocabulary, default: "[UNK]")
    let longest = try place["max_input_chars_per_word"]?.int() ?? 100
    if longest < 0 { throw place.malformed("max_input_chars_per_word is negative") }
    return WordPieceModel(
      tokens: vocabulary.modelTokens, unknown: unknown.id, unknownToken: unknown.token,
      prefix: try place.string("continuing_subword_prefix", default: "##"), maximumWordLength: longest)
  }

  private static func bytePairs(
    _ place: JSONPlace, _ vocabulary: Vocabulary, endsInBytes: Bool
  ) throws(TokenizerError) -> BytePairModel {
    if let dropout = place["dropout"], dropout.value.double != 0 { throw dropout.unsupported("BPE dropout") }
    var options = BytePairModel.Options(
      fusesUnknown: try place.bool("fuse_unk", default: false),
      fallsBackToBytes: try place.bool("byte_fallback", default: false),
      ignoresMerges: try place.bool("ignore_merges", default: false),
      continuingPrefix: try place.string("continuing_subword_prefix", default: ""),
      endOfWordSuffix: try place.string("end_of_word_suffix", default: ""))
    if let unknown = try place["unk_token"]?.string() {
      guard let id = vocabulary.modelID(of: unknown) else {
        throw place.malformed("unk_token is not in the model's vocabulary")
      }
      options.unknown = id
    }
    let merges = try MergeFile.merges(
      try place.required("merges"), in: vocabulary, continuingPrefix: options.continuingPrefix)
    let isByteLevel =
      endsInBytes && options.continuingPrefix.isEmpty && options.endOfWordSuffix.isEmpty && !options.fallsBackToBytes
    return BytePairModel(vocabulary, merges: merges, options: options, isByteLevel: isByteLevel)
  }

  private static func unigram(_ place: JSONPlace, _ vocabulary: Vocabulary) throws(TokenizerError) -> UnigramModel {
    var scores = [Double](repeating: 0, count: vocabulary.tokens.count)
    let list = try place.required("vocab")
    for (id, item) in try list.elements().enumerated() where id < scores.count {
      guard let score = try item.elements().last?.value.double else { throw item.malformed("the score is no number") }
      scores[id] = score
    }
    var unknown: Int32?
    if let id = place["unk_id"] {
      unknown = try id.int().asID
      guard let unknown, vocabulary.modelToken(of: unknown) != nil else {
        throw id.malformed("it is not in the vocabulary")
      }
    }
    return try UnigramModel(
      tokens: vocabulary.modelTokens, scores: scores, unknown: unknown,
      byteFallback: try place.bool("byte_fallback", default: false), file: list.file, place: list.path)
  }

  static func json(_ model: TextModel, _ vocabulary: Vocabulary) -> JSONValue {
    func token(_ id: Int32?) -> JSONValue { id.flatMap(vocabulary.modelToken).map { .string($0) } ?? .null }
    switch model {
    case .wordPiece(let model):
      return [
        "type": "WordPiece", "unk_token": .string(model.unknownToken),
        "continuing_subword_prefix": .string(model.prefix),
        "max_input_chars_per_word": JSONValue(model.maximumWordLength), "vocab": object(vocabulary),
      ]
    case .bytePairs(let model):
      return [
        "type": "BPE", "dropout": .null, "unk_token": token(model.options.unknown),
        "continuing_subword_prefix": .string(model.options.continuingPrefix),
        "end_of_word_suffix": .string(model.options.endOfWordSuffix), "fuse_unk": .bool(model.options.fusesUnknown),
        "byte_fallback": .bool(model.options.fallsBackToBytes), "ignore_merges": .bool(model.options.ignoresMerges),
        "vocab": object(vocabulary), "merges": .array(model.merges.map { [token($0.left), token($0.right)] }),
      ]
    case .unigram(let model):
      let pieces = vocabulary.modelTokens.enumerated().compactMap { id, piece in
        piece.map { JSONValue.array([.string($0), .number(model.scores[id])]) }
      }
      return [
        "type": "Unigram", "unk_id": model.unknown.map { JSONValue($0) } ?? .null, "vocab": .array(pieces),
        "byte_fallback": .bool(model.byteFallback),
      ]
    case .words(let model):
      return ["type": "WordLevel", "vocab": object(vocabulary), "unk_token": .string(model.unknownToken)]
    }
  }

  /// The model's own tokens by id.
  static func object(_ vocabulary: Vocabulary) -> JSONValue {
    var object = JSONObject()
    for (id, token) in vocabulary.modelTokens.enumerated() {
      if let token { object[token] = JSONValue(id) }
    }
    return .object(object)
  }
}

extension Int {
  /// An id; nil beyond 32 bits.
  fileprivate var asID: Int32? { Int32(exactly: self) }
}

extension String {
  fileprivate func `in`(_ vocabulary: Vocabulary) -> Int32? { vocabulary.modelID(of: self) }
}

import JSON

/// Writes `tokenizer.json` as the Hugging Face library reads it; the same tokenizer always gives the same bytes.
struct TokenizerJSONWriter {
  /// Every scalar, line ends included, in the library's regular expressions.
  static let characterPattern = "[\\s\\S]"

  private let tokenizer: Tokenizer

  init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
  }

  func json() -> JSONValue {
    [
      "version": "1.0", "truncation": .null, "padding": .null,
      "added_tokens": .array(tokenizer.added.tokens.map(addedToken)),
      "normalizer": normalizer, "pre_tokenizer": splitter, "post_processor": postProcessor, "decoder": decoder,
      "model": model,
    ]
  }

  private func addedToken(_ token: AddedToken) -> JSONValue {
    [
      "id": JSONValue(token.id), "content": .string(token.content), "single_word": .bool(token.isSingleWord),
      "lstrip": .bool(token.stripsLeft), "rstrip": .bool(token.stripsRight), "normalized": .bool(token.isNormalized),
      "special": .bool(token.isSpecial),
    ]
  }

  private var normalizer: JSONValue {
    guard let normalizer = tokenizer.encoder.normalizer else { return .null }
    return [
      "type": "BertNormalizer", "clean_text": .bool(normalizer.cleansText),
      "handle_chinese_chars": .bool(normalizer.spacesIdeographs),
      "strip_accents": normalizer.stripsAccents.map { .bool($0) } ?? .null, "lowercase": .bool(normalizer.lowercases),
    ]
  }

  private var splitter: JSONValue {
    switch tokenizer.encoder.model {
    case .wordPiece: ["type": "BertPreTokenizer"]
    case .bytePairs(_, let options):
      byteLevel(addsPrefixSpace: options.addsPrefixSpace, trimsOffsets: true, splitsWords: options.splitsWords)
    case .characters:
      [
        "type": "Split", "pattern": ["Regex": .string(Self.characterPattern)], "behavior": "Isolated", "invert": false,
      ]
    }
  }

  private func byteLevel(addsPrefixSpace: Bool, trimsOffsets: Bool, splitsWords: Bool = true) -> JSONValue {
    [
      "type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace), "trim_offsets": .bool(trimsOffsets),
      "use_regex": .bool(splitsWords),
    ]
  }

  private var postProcessor: JSONValue {
    let template = TemplateFile.json(tokenizer.template)
    guard case .bytePairs(_, let options) = tokenizer.encoder.model else {
      return tokenizer.template == .plain ? .null : template
    }
    let trimmer = byteLevel(addsPrefixSpace: options.trimsAsPrefixed, trimsOffsets: options.trimsOffsets)
    return tokenizer.template == .plain ? trimmer : ["type": "Sequence", "processors": [trimmer, template]]
  }

  private var decoder: JSONValue {
    switch tokenizer.decoder {
    case .wordPiece(let prefix, let cleansUp):
      ["type": "WordPiece", "prefix": .string(prefix), "cleanup": .bool(cleansUp)]
    case .byteLevel: byteLevel(addsPrefixSpace: true, trimsOffsets: true)
    case .fuse: ["type": "Fuse"]
    case .spaced: .null
    }
  }

  private var model: JSONValue {
    switch tokenizer.encoder.model {
    case .wordPiece(let model):
      [
        "type": "WordPiece", "unk_token": .string(model.unknownToken),
        "continuing_subword_prefix": .string(model.prefix),
        "max_input_chars_per_word": JSONValue(model.maximumWordLength), "vocab": vocabulary,
      ]
    case .bytePairs(let model, _):
      [
        "type": "BPE", "dropout": .null, "unk_token": model.unknown.flatMap(token) ?? .null,
        "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": .bool(model.fusesUnknown),
        "byte_fallback": false, "ignore_merges": false, "vocab": vocabulary,
        "merges": .array(model.merges.map { [token($0.left) ?? "", token($0.right) ?? ""] }),
      ]
    case .characters(let model):
      ["type": "WordLevel", "vocab": vocabulary, "unk_token": .string(model.unknownToken)]
    }
  }

  private func token(_ id: Int32) -> JSONValue? { tokenizer.token(id).map { .string($0) } }

  /// The model's own tokens by id.
  var vocabulary: JSONValue {
    var object = JSONObject()
    for (id, token) in tokenizer.vocabulary.modelTokens.enumerated() {
      if let token { object[token] = JSONValue(id) }
    }
    return .object(object)
  }
}

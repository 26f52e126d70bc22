import JSON

extension Tokenizer {
  /// The text of `tokenizer.json`: everything that shapes ids and decodings, in one order and spelling.
  public var tokenizerJSON: String { TokenizerJSONWriter(self).json().text() }

  /// The tokenizer's identity: equal only where every text gets the same ids and decoding. Hash it to compare.
  public var fingerprint: String { tokenizerJSON }

  /// The files from which Hugging Face libraries, and `init(folder:)`, load this tokenizer: `tokenizer.json`,
  /// `tokenizer_config.json`, `special_tokens_map.json`, and `vocab.txt` (WordPiece) or `vocab.json` with `merges.txt`
  /// (byte pairs) for tools that read only those.
  public func files() -> [(name: String, bytes: [UInt8])] {
    var files: [(name: String, bytes: [UInt8])] = [
      ("tokenizer.json", Array(tokenizerJSON.utf8)),
      ("tokenizer_config.json", configuration.bytes(pretty: true)),
      ("special_tokens_map.json", JSONValue.object(roleTokens).bytes(pretty: true)),
    ]
    switch encoder.model {
    case .wordPiece:
      // A line for each id: neither a gap nor a token with a line end in it can be one.
      let lines = vocabulary.tokens.compactMap(\.self).filter { !$0.utf8.contains { $0 == 0x0A || $0 == 0x0D } }
      if lines.count == vocabulary.tokenCount, lines.count == vocabulary.tokens.count {
        files.append(("vocab.txt", lines.flatMap { Array($0.utf8) + [0x0A] }))
      }
    case .bytePairs(let model):
      files.append(("vocab.json", ModelFile.object(vocabulary).bytes()))
      var merges = Array("#version: 0.2\n".utf8)
      for merge in model.merges {
        merges += Array(
          "\(vocabulary.modelToken(of: merge.left) ?? "") \(vocabulary.modelToken(of: merge.right) ?? "")\n".utf8)
      }
      files.append(("merges.txt", merges))
    case .unigram, .words: break
    }
    return files
  }

  /// The tokens with a role, under their names in Hugging Face files.
  private var roleTokens: JSONObject {
    var roles = JSONObject()
    for (key, role) in SpecialTokens.keys {
      if let id = specials[keyPath: role], let token = vocabulary.token(of: id) { roles[key] = .string(token) }
    }
    if let end = specials.endOfText.flatMap(vocabulary.token) {
      roles["bos_token"] = .string(end)
      if transformersClass == "GPT2Tokenizer" { roles["unk_token"] = .string(end) }
    }
    return roles
  }

  private var configuration: JSONValue {
    var object: JSONObject = ["tokenizer_class": .string(transformersClass)]
    switch encoder.model {
    case .wordPiece:
      let normalizer = encoder.normalizer?.bert ?? .identity
      object["do_lower_case"] = .bool(normalizer.lowercases)
      object["strip_accents"] = normalizer.stripsAccents.map { .bool($0) } ?? .null
      object["tokenize_chinese_chars"] = .bool(normalizer.spacesIdeographs)
    case .bytePairs:
      if case .byteLevel(let options)? = encoder.splitter {
        object["add_prefix_space"] = .bool(options.addsPrefixSpace)
      }
    case .unigram, .words: break
    }
    object["clean_up_tokenization_spaces"] = false
    if let modelMaximumLength { object["model_max_length"] = JSONValue(modelMaximumLength) }
    for (key, token) in roleTokens.pairs { object[key] = token }
    var decoder = JSONObject()
    for token in added.tokens {
      decoder["\(token.id)"] = .object(AddedTokenFile.json(token))
    }
    object["added_tokens_decoder"] = .object(decoder)
    return .object(object)
  }

  /// The class of the transformers library that does exactly this; the general one where none of the others does.
  private var transformersClass: String {
    switch encoder.model {
    case .wordPiece(let model):
      let names = [specials.pad, specials.unknown, specials.cls, specials.sep, specials.mask].compactMap { $0 }
      let isBert =
        names.count == 5 && model.prefix == "##" && model.maximumWordLength == 100 && encoder.splitter == .bert
        && encoder.normalizer?.bert?.cleansText == true && postProcessor == bertPostProcessor
      return isBert ? "BertTokenizer" : "PreTrainedTokenizerFast"
    case .bytePairs(let model):
      guard case .byteLevel(let options)? = encoder.splitter, options.splitsWords, !model.options.ignoresMerges,
        specials.endOfText != nil, specials.cls == nil, encoder.normalizer == nil, postProcessor.template == .plain
      else { return "PreTrainedTokenizerFast" }
      return "GPT2Tokenizer"
    case .unigram, .words: return "PreTrainedTokenizerFast"
    }
  }

  private var bertPostProcessor: PostProcessor? {
    guard let cls = specials.cls, let sep = specials.sep, let clsToken = vocabulary.token(of: cls),
      let sepToken = vocabulary.token(of: sep)
    else {
      return nil
    }
    return PostProcessor(template: .bert(cls: (clsToken, cls), sep: (sepToken, sep)))
  }
}

/// The ways of cutting text.
public enum TokenizerKind: String, CaseIterable, Sendable {
  /// Words of BERT's splitter in the longest pieces of the vocabulary.
  case wordpiece
  /// Words of GPT-2's splitter, bytes merged in pairs; loses nothing.
  case byteBPE = "byte_bpe"
  /// Words at spaces, cut into the pieces that a unigram language model finds most likely.
  case unigram
  /// One token per Unicode scalar.
  case characters
  /// Whole words.
  case words
}

/// A map from text to ids and back, equal to the Hugging Face library's on the same files.
///
/// A value that any number of threads may use at once; words met before are remembered within bounds.
public struct Tokenizer: Sendable {
  let vocabulary: Vocabulary
  let encoder: TextEncoder
  /// For text in which special tokens are plain text, which some models would find by themselves.
  private let plainEncoder: TextEncoder
  /// Added tokens that are not special; nil where there are none.
  private let plainAdded: AddedTokens?
  let added: AddedTokens
  let postProcessor: PostProcessor
  let decoder: TokenDecoder
  /// The tokens with a role.
  public let specials: SpecialTokens
  /// The longest input of the model, written to `tokenizer_config.json`; nil for no limit.
  public var modelMaximumLength: Int?
  private let isSpecialByID: [Bool]
  /// Whether the text of some tokens begins the text of more.
  let decodesSteadily: Bool

  init(
    vocabulary: Vocabulary, encoder: TextEncoder, added: [AddedToken], postProcessor: PostProcessor,
    decoder: TokenDecoder, specials: SpecialTokens, modelMaximumLength: Int? = nil
  ) {
    self.vocabulary = vocabulary
    self.encoder = encoder
    plainEncoder = encoder.forPlainText(vocabulary, specials: Set(added.filter(\.isSpecial).map(\.id)))
    let ordinary = added.filter { !$0.isSpecial }
    plainAdded = ordinary.isEmpty ? nil : AddedTokens(ordinary, normalizer: encoder.normalizer)
    self.added = AddedTokens(added, normalizer: encoder.normalizer)
    self.postProcessor = postProcessor
    self.decoder = decoder
    self.specials = specials
    self.modelMaximumLength = modelMaximumLength
    var isSpecial = [Bool](repeating: false, count: vocabulary.tokens.count)
    for token in added where token.isSpecial { isSpecial[Int(token.id)] = true }
    isSpecialByID = isSpecial
    decodesSteadily = decoder.isSteady(vocabulary)
  }

  /// How text is cut.
  public var kind: TokenizerKind {
    switch encoder.model {
    case .wordPiece: .wordpiece
    case .bytePairs: .byteBPE
    case .unigram: .unigram
    case .words: encoder.isByCharacter ? .characters : .words
    }
  }

  /// Whether tokens spell bytes in GPT-2's alphabet.
  public var isByteLevel: Bool {
    if case .bytePairs(let model) = encoder.model { model.isByteLevel } else { false }
  }

  /// Whether words can be cut at random this way: dropout for byte pairs, smoothing for unigram models.
  public func supports(_ sampling: SubwordSampling) -> Bool { sampling.suits(encoder.model) }

  /// One more than the largest id: the rows of a table by id. Above `tokenCount` where ids have gaps.
  public var vocabularySize: Int { vocabulary.tokens.count }

  /// The number of tokens, which the Hugging Face library calls the size of the vocabulary.
  public var tokenCount: Int { vocabulary.tokenCount }

  /// The token with that id as the vocabulary spells it, one that is searched in normalized text normalized too; nil
  /// outside the vocabulary and in its gaps.
  public func token(_ id: Int32) -> String? { added.normalizedContents[id] ?? vocabulary.token(of: id) }

  /// The id of a token as the vocabulary spells it.
  public func id(_ token: String) -> Int32? { vocabulary.id(of: token) }

  /// True for ids that decoding leaves out and masking must not touch.
  public func isSpecial(_ id: Int32) -> Bool { id >= 0 && Int(id) < isSpecialByID.count && isSpecialByID[Int(id)] }

  /// Every id that text can hold: neither special nor reserved as `[unused…]`, ascending.
  public var ordinaryIds: [Int32] {
    vocabulary.tokens.indices.lazy.map { Int32(truncatingIfNeeded: $0) }.filter { id in
      !isSpecial(id) && vocabulary.token(of: id)?.utf8.starts(with: "[unused".utf8) == false
    }
  }

  /// The text's ids, where special tokens spelled out in it are plain text: for a corpus, whose `[MASK]` is not ours.
  public func ids(_ text: String) -> [Int32] {
    var ids: [Int32] = []
    appendIds(of: text, to: &ids)
    return ids
  }

  /// Appends what `ids(_:)` returns.
  public func appendIds(of text: String, to ids: inout [Int32]) {
    var sink = TokenSink(.ids)
    encodePlain(text, to: &sink)
    ids.append(contentsOf: sink.ids.values)
  }

  /// The text's ids as in `ids(_:)`, and for each whether it begins a word, for masking whole words.
  public func idsAndWordStarts(_ text: String) -> (ids: [Int32], startsWord: [Bool]) {
    var sink = TokenSink(.wordStarts)
    encodePlain(text, to: &sink)
    return (Array(sink.ids.values), Array(sink.startsWord.values))
  }

  /// The finished input of a model for a text or a pair, where special and added tokens spelled out in the text
  /// (`Paris is the [MASK] of France`) are recognized.
  ///
  /// Above `maximumLength` tokens, special ones included, the longer text is cut first. A limit below the number of
  /// special tokens cuts those. With a `sampler` that the model supports words are cut at random.
  public func encode(
    _ text: String, pair: String? = nil, addingSpecialTokens: Bool = true, maximumLength: Int? = nil,
    sampler: SubwordSampler? = nil
  ) -> Encoding {
    var sampler = sampler
    var texts = [encodeAlone(text, sequence: 0, &sampler)]
    if let pair { texts.append(encodeAlone(pair, sequence: 1, &sampler)) }
    if let maximumLength {
      let reserved = addingSpecialTokens ? postProcessor.template.specialCount(isPair: texts.count > 1) : 0
      let limit = max(0, max(0, maximumLength) - reserved)
      let lengths = Encoding.longestFirst(texts[0].count, texts.count > 1 ? texts[1].count : 0, limit: limit)
      texts[0].truncate(to: texts.count > 1 ? lengths.first : limit)
      if texts.count > 1 { texts[1].truncate(to: lengths.second) }
    }
    var result = postProcessor.template.apply(texts, addingSpecialTokens: addingSpecialTokens)
    if let maximumLength { result.truncate(to: max(0, maximumLength)) }
    return result
  }

  /// The text of ids; ids that no token has are left out, bytes that are not UTF-8 become U+FFFD.
  public func decode(_ ids: [Int32], skippingSpecialTokens: Bool = true) -> String {
    decoder.text(of: ids.filter { !skippingSpecialTokens || !isSpecial($0) }.compactMap(token))
  }

  private func encodePlain(_ text: String, to sink: inout TokenSink) {
    var text = text
    text.withUTF8 { bytes in
      if let plainAdded { return plainAdded.encode(bytes, with: plainEncoder, to: &sink) }
      plainEncoder.append(TextStretch(bytes: bytes), to: &sink)
    }
  }

  private func encodeAlone(_ text: String, sequence: Int, _ sampler: inout SubwordSampler?) -> Encoding {
    var text = text
    var sink = TokenSink(.full, sampler: sampler)
    text.withUTF8 { added.encode($0, with: encoder, to: &sink) }
    sampler = sink.sampler
    var encoding = Encoding(sink, vocabulary: vocabulary, sequence: sequence)
    postProcessor.trimming?.trim(&encoding)
    return encoding
  }
}

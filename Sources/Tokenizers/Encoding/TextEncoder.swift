/// From text to tokens without specials: normalizer, pre-tokenizer and model.
///
/// The shapes of BERT, of byte-level encoders and of SentencePiece have ways of their own that never build the stages
/// between; every other combination goes through the stages one by one.
struct TextEncoder: Sendable {
  let normalizer: Normalizer?
  let splitter: PreTokenizer?
  let model: TextModel
  /// The unknown token of a model whose unknown tokens are spelled as the text is.
  let spelledUnknown: Int32?
  private let route: Route
  private let pool = ScratchPool()

  private enum Route: Sendable {
    case bert(BertCharacterMap)
    case byteLevel(WordPattern?, PreTokenizer.ByteLevel)
    case metaspace(PreTokenizer.Metaspace)
    case characters(CharacterModel)
    case stages
  }

  init(normalizer: Normalizer?, splitter: PreTokenizer?, model: TextModel, vocabulary: Vocabulary) {
    self.normalizer = normalizer
    self.splitter = splitter
    self.model = model
    spelledUnknown = if case .unigram(let unigram) = model { unigram.unknown } else { nil }
    route =
      switch (model, splitter) {
      case (.wordPiece, .bert?) where normalizer == nil || normalizer?.bert != nil:
        .bert(BertCharacterMap(normalizer?.bert ?? .identity))
      case (.bytePairs(let pairs), let splitter?) where pairs.isByteLevel:
        Self.byteLevel(splitter.parts)
      case (_, .metaspace(let metaspace)?): .metaspace(metaspace)
      case (.words(let words), .split(.regex(let pattern), .isolated, inverted: false)?)
      where pattern == .everyScalar:
        .characters(CharacterModel(tokens: vocabulary.modelTokens, unknown: words.unknown))
      default: .stages
      }
  }

  /// The encoder of text in which special tokens that are spelled out are plain text.
  func forPlainText(_ vocabulary: Vocabulary, specials: Set<Int32>) -> TextEncoder {
    if specials.isEmpty { return self }
    let plainModel: TextModel
    lazy var hidden = vocabulary.hiding(specials)
    switch model {
    case .unigram(let unigram): plainModel = .unigram(unigram.forPlainText(hidden))
    case .words(let words):
      plainModel = .words(WordModel(hidden, unknown: words.unknown, unknownToken: words.unknownToken))
    case .wordPiece(let pieces) where splitter != .bert || !specials.allSatisfy { vocabulary.isSplitByBERT($0) }:
      plainModel = .wordPiece(
        WordPieceModel(
          tokens: hidden.modelTokens, unknown: pieces.unknown, unknownToken: pieces.unknownToken,
          prefix: pieces.prefix, maximumWordLength: pieces.maximumWordLength))
    case .bytePairs(let pairs) where pairs.options.ignoresMerges:
      plainModel = .bytePairs(
        BytePairModel(hidden, merges: pairs.merges, options: pairs.options, isByteLevel: pairs.isByteLevel))
    // BERT splits special tokens at their punctuation, and merges do not lead to them.
    case .wordPiece, .bytePairs: return self
    }
    return TextEncoder(normalizer: normalizer, splitter: splitter, model: plainModel, vocabulary: hidden)
  }

  /// Whether the model takes the bytes of words as they are.
  private var keepsBytes: Bool { if case .bytePairs(let pairs) = model { pairs.isByteLevel } else { false } }

  /// Whether every scalar is a token.
  var isByCharacter: Bool { if case .characters = route { true } else { false } }

  private static func byteLevel(_ parts: [PreTokenizer]) -> Route {
    switch (parts.first, parts.last, parts.count) {
    case (_, .byteLevel(let options)?, 1):
      return .byteLevel(options.splitsWords ? .gpt2 : nil, options)
    case (.split(.regex(let pattern), .isolated, inverted: false)?, .byteLevel(let options)?, 2)
    where !options.splitsWords && !options.addsPrefixSpace:
      if let pattern = WordPattern(source: pattern.source) { return .byteLevel(pattern, options) }
    default: break
    }
    return .stages
  }

  /// Appends the tokens of a stretch of raw text.
  func append(_ stretch: TextStretch, to sink: inout TokenSink) {
    pool.with { scratch in
      switch route {
      case .bert(let map):
        let mark = sink.mark
        if !appendBertWords(stretch, map, scratch, &sink) {
          sink.rollBack(to: mark)
          normalized(stretch, sink.detail) { _ = appendBertWords($0, .identity, scratch, &sink) }
        }
      default: normalized(stretch, sink.detail) { appendPieces(of: $0, scratch, &sink) }
      }
    }
  }

  /// Appends the tokens of a stretch that has been normalized already.
  func appendNormalized(_ stretch: TextStretch, to sink: inout TokenSink) {
    pool.with { appendPieces(of: stretch, $0, &sink) }
  }

  private func normalized(_ stretch: TextStretch, _ detail: TokenSink.Detail, _ body: (TextStretch) -> Void) {
    guard let normalizer, !normalizer.leavesUnchanged(stretch.bytes) else { return body(stretch) }
    if case .form = normalizer, detail != .full {
      return normalizer.bytes(of: stretch.bytes).withUnsafeBufferPointer {
        body(TextStretch(bytes: $0, base: stretch.base))
      }
    }
    let text = NormalizedText(stretch.bytes, normalizer: normalizer)
    UTF8Text.bytes(of: text.scalars).withUnsafeBufferPointer {
      body(TextStretch(bytes: $0, base: stretch.base, sources: text.sources))
    }
  }

  private func appendPieces(of stretch: TextStretch, _ scratch: EncodingScratch, _ sink: inout TokenSink) {
    switch route {
    case .bert: _ = appendBertWords(stretch, .identity, scratch, &sink)
    case .byteLevel(let pattern, let options): appendByteLevel(stretch, pattern, options, scratch, &sink)
    case .metaspace(let metaspace): appendMetaspace(stretch, metaspace, scratch, &sink)
    case .characters(let model): appendCharacters(stretch, model, &sink)
    case .stages: appendByStages(stretch, &scratch.words, &sink)
    }
  }

  private func appendCharacters(_ stretch: TextStretch, _ model: CharacterModel, _ sink: inout TokenSink) {
    var position = 0
    var place = 0
    while position < stretch.bytes.count {
      let (scalar, length) = UTF8Text.scalar(in: stretch.bytes, at: position)
      let id = model.id(of: scalar)
      if sink.detail == .full {
        let source = stretch.place(of: place)
        sink.append(id, offsets: source..<source + 1)
        sink.wordCount += 1
      } else {
        sink.append(id, isFirst: true)
      }
      position += length
      place += 1
    }
  }

  /// Any pre-tokenizer: pieces as texts of their own, each cut by the model.
  private func appendByStages(
    _ stretch: TextStretch, _ words: inout WordPieces, _ sink: inout TokenSink
  ) {
    var text = NormalizedText(stretch.bytes)
    if let sources = stretch.sources { text.sources = sources }
    for piece in splitter?.pieces(of: text, base: stretch.base, keepsBytes: keepsBytes) ?? [text] where !piece.isEmpty {
      UTF8Text.bytes(of: piece.scalars).withUnsafeBufferPointer { bytes in
        let word = TextStretch(bytes: bytes, base: stretch.base, sources: piece.sources)
        var place = ScalarCounter()
        appendWord(0..<bytes.count, of: word, &place, &words, &sink)
      }
    }
  }
}

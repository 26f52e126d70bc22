/// What a kind of tokenizer does to text around its model.
struct TokenizerRecipe: Sendable {
  let normalizer: Normalizer?
  let splitter: PreTokenizer
  let decoder: TokenDecoder

  /// `stripAccents` nil: for WordPiece and words where text is lower-cased, else never.
  init(_ kind: TokenizerKind, lowercase: Bool, stripAccents: Bool?) {
    switch kind {
    case .wordpiece, .words:
      normalizer = .bert(BertNormalizer(stripsAccents: stripAccents, lowercases: lowercase))
      splitter = .bert
      decoder = TokenDecoder(steps: [kind == .words ? .spaced : .wordPiece(prefix: "##", cleansUp: true)])
    case .byteBPE:
      normalizer = Self.folding(lowercase: lowercase, stripAccents: stripAccents ?? false)
      (splitter, decoder) = (.byteLevel(PreTokenizer.ByteLevel()), TokenDecoder(steps: [.byteLevel]))
    case .unigram:
      let folding = Self.folding(lowercase: lowercase, stripAccents: stripAccents ?? false)
      normalizer = folding.map { .sequence([.form(.nfkc), $0]) } ?? .form(.nfkc)
      // Where a text begins with a mark of its own, decoding takes that for the one put in front.
      let metaspace = PreTokenizer.Metaspace(prepending: .first)
      splitter = .metaspace(metaspace)
      decoder = TokenDecoder(steps: [
        .byteFallback, .metaspace(mark: metaspace.mark, prepending: metaspace.prepending),
      ])
    case .characters:
      normalizer = Self.folding(lowercase: lowercase, stripAccents: stripAccents ?? false)
      (splitter, decoder) = (CharacterModel.splitter, TokenDecoder(steps: [.fuse]))
    }
  }

  private static func folding(lowercase: Bool, stripAccents: Bool) -> Normalizer? {
    guard lowercase || stripAccents else { return nil }
    return .bert(
      BertNormalizer(
        cleansText: false, spacesIdeographs: false, stripsAccents: stripAccents, lowercases: lowercase))
  }
}

extension TokenizerTrainer {
  /// The tokenizer of a finished vocabulary.
  func tokenizer(of draft: VocabularyDraft) throws(TokenizerError) -> Tokenizer {
    let vocabulary = Vocabulary(draft.tokens)
    let specials = specialTokens.specials(for: kind)
    let unknown = specials.unknown ?? 0
    let unknownToken = vocabulary.token(of: unknown) ?? ""
    let added = draft.tokens.prefix(draft.specialCount).enumerated().map {
      AddedToken(id: Int32(truncatingIfNeeded: $0), content: $1)
    }
    let model: TextModel =
      switch kind {
      case .wordpiece:
        .wordPiece(
          WordPieceModel(
            tokens: vocabulary.modelTokens, unknown: unknown, unknownToken: unknownToken, prefix: "##",
            maximumWordLength: 100))
      case .byteBPE: .bytePairs(BytePairModel(vocabulary, merges: draft.merges, isByteLevel: true))
      case .unigram:
        .unigram(
          try UnigramModel(
            tokens: vocabulary.modelTokens, scores: draft.scores, unknown: unknown, byteFallback: true))
      case .characters, .words: .words(WordModel(vocabulary, unknown: unknown, unknownToken: unknownToken))
      }
    return Tokenizer(
      vocabulary: vocabulary,
      encoder: TextEncoder(
        normalizer: recipe.normalizer, splitter: recipe.splitter, model: model, vocabulary: vocabulary),
      added: added, postProcessor: PostProcessor(template: specialTokens.template),
      decoder: recipe.decoder, specials: specials)
  }
}

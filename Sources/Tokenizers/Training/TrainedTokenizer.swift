extension TokenizerTrainer {
  /// The tokenizer of a finished vocabulary.
  func tokenizer(of draft: VocabularyDraft) -> Tokenizer {
    let vocabulary = Vocabulary(draft.tokens)
    let specials = specialTokens.specials(for: kind)
    let unknown = specials.unknown ?? 0
    let unknownToken = vocabulary.token(of: unknown) ?? ""
    let model: TextModel =
      switch kind {
      case .wordpiece:
        .wordPiece(
          WordPieceModel(
            tokens: vocabulary.modelTokens, unknown: unknown, unknownToken: unknownToken, prefix: "##",
            maximumWordLength: 100))
      case .byteBPE:
        .bytePairs(
          BytePairModel(byteIDs: ByteAlphabet.ids(in: vocabulary), merges: draft.merges), ByteLevelOptions())
      case .characters:
        .characters(CharacterModel(tokens: draft.tokens, unknown: unknown, unknownToken: unknownToken))
      }
    let decoder: TokenDecoder =
      switch kind {
      case .wordpiece: .wordPiece(prefix: "##", cleansUp: true)
      case .byteBPE: .byteLevel
      case .characters: .fuse
      }
    let added = draft.tokens.prefix(draft.specialCount).enumerated().map {
      AddedToken(id: Int32(truncatingIfNeeded: $0), content: $1)
    }
    return Tokenizer(
      vocabulary: vocabulary,
      encoder: TextEncoder(normalizer: normalizer, model: model), added: added,
      template: specialTokens.template, decoder: decoder, specials: specials)
  }
}

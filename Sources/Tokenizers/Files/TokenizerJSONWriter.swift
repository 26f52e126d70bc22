import JSON

/// Writes `tokenizer.json` as the Hugging Face library reads it; the same tokenizer always gives the same bytes.
struct TokenizerJSONWriter {
  private let tokenizer: Tokenizer

  init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
  }

  func json() -> JSONValue {
    let encoder = tokenizer.encoder
    return [
      "version": "1.0", "truncation": .null, "padding": .null,
      "added_tokens": .array(tokenizer.added.tokens.map(addedToken)),
      "normalizer": encoder.normalizer.map(NormalizerFile.json) ?? .null,
      "pre_tokenizer": encoder.splitter.map(PreTokenizerFile.json) ?? .null,
      "post_processor": PostProcessorFile.json(
        tokenizer.postProcessor, isByteLevel: encoder.splitter?.endsInBytes == true),
      "decoder": DecoderFile.json(tokenizer.decoder),
      "model": ModelFile.json(encoder.model, tokenizer.vocabulary),
    ]
  }

  private func addedToken(_ token: AddedToken) -> JSONValue {
    [
      "id": JSONValue(token.id), "content": .string(token.content), "single_word": .bool(token.isSingleWord),
      "lstrip": .bool(token.stripsLeft), "rstrip": .bool(token.stripsRight), "normalized": .bool(token.isNormalized),
      "special": .bool(token.isSpecial),
    ]
  }
}

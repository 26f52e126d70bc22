import Tokenizers

/// How many bytes of text a token stands for, measured on a sample.
public struct TokenEstimate: Equatable, Sendable {
  /// Bytes of text for each token.
  public var bytesPerToken: Double
  /// Ids of the tokenizer, which may be fewer than asked for.
  public var vocabularySize: Int

  /// Text that a tokenizer is trained on for the estimate.
  private static let trainingBytes = 1_500_000

  /// Measured with a finished tokenizer.
  public init(_ tokenizer: Tokenizer, documents: [String]) {
    var (bytes, tokens) = (0, 0)
    for document in documents where bytes < TokenEstimate.trainingBytes {
      bytes += document.utf8.count
      tokens += tokenizer.ids(document).count
    }
    bytesPerToken = Double(bytes) / Double(max(1, tokens))
    vocabularySize = tokenizer.vocabularySize
  }

  /// Measured with a tokenizer that is trained on three documents of four and tried on the others.
  /// - Throws: `TokenizerError` if the text is too little for the vocabulary.
  public init(
    kind: TokenizerKind, vocabularySize: Int, lowercase: Bool?, stripAccents: Bool?, isCausal: Bool,
    documents: [String]
  ) throws(TokenizerError) {
    let kind = Tokenizers.TokenizerKind(rawValue: kind.rawValue) ?? .wordpiece
    var trainer = TokenizerTrainer(
      kind: kind, vocabularySize: vocabularySize, lowercase: lowercase ?? (kind == .wordpiece),
      stripAccents: stripAccents, specialTokens: isCausal ? .causal : .encoder)
    var bytes = 0
    var tried: [String] = []
    for (place, document) in documents.enumerated() {
      if place % 4 == 3 {
        tried.append(document)
      } else if bytes < TokenEstimate.trainingBytes {
        try trainer.add(document)
        bytes += document.utf8.count
      }
    }
    let tokenizer = try trainer.train()
    self.init(tokenizer, documents: tried.isEmpty ? documents : tried)
    // A vocabulary that a small sample does not fill will be filled by the corpus.
    self.vocabularySize = max(vocabularySize, tokenizer.vocabularySize)
  }
}

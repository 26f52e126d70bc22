/// Reads tiktoken's rank files: a token in base64 and its rank on each line.
///
/// The file holds no pattern and no special tokens: the pattern comes with the published name, special tokens from
/// `tokenizer_config.json`.
enum TiktokenFile {
  /// The names that encodings are published under, and their patterns.
  static let patterns: [(name: String, pattern: WordPattern)] = [
    ("gpt2.tiktoken", .gpt2), ("r50k_base.tiktoken", .gpt2),
    ("cl100k_base.tiktoken", .cl100k), ("o200k_base.tiktoken", .o200k), ("qwen.tiktoken", .qwen2),
    // Llama 3's.
    ("tokenizer.model", .cl100k),
  ]

  /// Longer tokens are a broken or hostile file: finding what each is merged from takes the square of its length.
  private static let maximumTokenBytes = 1024

  /// Whether a file's beginning is that of a rank file, not of a message of Protocol Buffers.
  static func isRanks(_ bytes: [UInt8]) -> Bool {
    let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
    return line.count > 4 && line.count < 1024 && line.contains(0x20)
      && line.last.map { (0x30...0x39).contains($0) } == true
  }

  static func tokenizer(
    _ bytes: [UInt8], file: String, pattern: WordPattern, _ settings: TokenizerSettings
  ) throws(TokenizerError) -> Tokenizer {
    let ranked = try ranks(bytes, file: file)
    var entries = try VocabularyFile(tokens: ranked.map { ByteAlphabet.token(of: $0) }, hasGaps: true, file: file)
    let added = try settings.addedTokens(&entries)
    let vocabulary = try entries.vocabulary(file: file)
    let model = BytePairModel(
      vocabulary, merges: try merges(ranked, file: file), options: BytePairModel.Options(ignoresMerges: true),
      isByteLevel: true)
    let splitter: PreTokenizer =
      pattern == .gpt2
      ? .byteLevel(PreTokenizer.ByteLevel())
      : .sequence([
        .split(.regex(pattern.pattern), .isolated, inverted: false),
        .byteLevel(PreTokenizer.ByteLevel(splitsWords: false)),
      ])
    return Tokenizer(
      vocabulary: vocabulary,
      encoder: TextEncoder(normalizer: nil, splitter: splitter, model: .bytePairs(model), vocabulary: vocabulary),
      added: added, postProcessor: PostProcessor(), decoder: TokenDecoder(steps: [.byteLevel]),
      specials: try settings.specials(in: vocabulary, modelUnknown: nil),
      modelMaximumLength: settings.modelMaximumLength)
  }

  /// The tokens' bytes by rank.
  private static func ranks(_ bytes: [UInt8], file: String) throws(TokenizerError) -> [[UInt8]] {
    var tokens: [[UInt8]] = []
    let lines = bytes.filter { $0 != 0x0D }.split(separator: 0x0A)
    for (number, line) in lines.enumerated() {
      let parts = line.split(separator: 0x20)
      guard parts.count == 2, let token = Base64.bytes(of: parts[0]), !token.isEmpty,
        let rank = Int(String(decoding: parts[1], as: UTF8.self)), rank == tokens.count
      else {
        throw .malformed(
          file: file, place: "line \(number + 1)", problem: "expected a token in base64 and the rank \(tokens.count)")
      }
      guard token.count <= maximumTokenBytes else {
        throw .malformed(
          file: file, place: "line \(number + 1)",
          problem: "a token has \(token.count) bytes; at most \(maximumTokenBytes) are taken")
      }
      tokens.append(token)
    }
    return tokens
  }

  /// The two parts that each token of several bytes is merged from: what the lower ranks make of its bytes.
  private static func merges(_ ranked: [[UInt8]], file: String) throws(TokenizerError) -> [BytePairModel.Merge] {
    var ranks = ByteTable(minimumCapacity: ranked.count)
    for (rank, token) in ranked.enumerated() { token.withUnsafeBufferPointer { _ = ranks.insert($0, value: rank) } }
    var merges: [BytePairModel.Merge] = []
    for (rank, token) in ranked.enumerated() where token.count > 1 {
      var ends = Array(1...token.count)
      func pair(_ place: Int) -> Int? {
        guard place + 1 < ends.count else { return nil }
        let start = place == 0 ? 0 : ends[place - 1]
        return ranks.value(of: token[start..<ends[place + 1]]).flatMap { $0 < rank ? $0 : nil }
      }
      while ends.count > 2 {
        let best = ends.indices.compactMap { place in pair(place).map { (rank: $0, place: place) } }.min { $0 < $1 }
        guard let best else { break }
        ends.remove(at: best.place)
      }
      guard ends.count == 2, let left = ranks.value(of: token[..<ends[0]]),
        let right = ranks.value(of: token[ends[0]...])
      else {
        throw .malformed(
          file: file, place: "line \(rank + 1)", problem: "the token is not made of two tokens of lower ranks")
      }
      merges.append(
        BytePairModel.Merge(
          left: Int32(truncatingIfNeeded: left), right: Int32(truncatingIfNeeded: right),
          result: Int32(truncatingIfNeeded: rank)))
    }
    return merges
  }
}

extension TokenizerTrainer {
  /// Bytes first, in the order of their spelling, then merges of the most frequent pairs.
  func trainBytePairs(
    _ words: WordList, _ draft: inout VocabularyDraft, _ progress: (TrainingProgress) -> Bool
  ) throws(TokenizerError) {
    try requireRoom(for: draft.specialCount + 256)
    var ids = [Int32](repeating: 0, count: 256)
    for byte in ByteAlphabet.sortedBytes { ids[Int(byte)] = draft.add(ByteAlphabet.token(of: [byte])) }
    var trainer = MergeTrainer()
    words.visit { word, count in trainer.add(word.lazy.map { ids[Int($0)] }, count: count) }
    let merges = try learn(&trainer, &draft, progress, joining: +)
    draft.merges = Self.lastOfEachPair(merges)
  }

  /// A pair that was merged more than once ranks where it was merged last, as in the Hugging Face library.
  private static func lastOfEachPair(_ merges: [BytePairModel.Merge]) -> [BytePairModel.Merge] {
    var seen: Set<UInt64> = []
    return merges.reversed().filter { seen.insert(SymbolPair($0.left, $0.right).key).inserted }.reversed()
  }

  /// The most frequent characters, as they begin a word and, marked `##`, as they continue one; then merges of pairs.
  /// (The Hugging Face library's way; characters not kept are left out of their words.)
  func trainWordPiece(
    _ words: WordList, _ draft: inout VocabularyDraft, _ progress: (TrainingProgress) -> Bool
  ) throws(TokenizerError) {
    let alphabet = WordPieceAlphabet(words, limit: alphabetLimit)
    for scalar in alphabet.kept { draft.add(Self.token(of: scalar)) }
    for scalar in alphabet.continuing { draft.add("##" + Self.token(of: scalar)) }
    try requireRoom(for: draft.tokens.count)
    let symbols = alphabet.symbols { draft.id(of: $0 ? Self.token(of: $1) : "##" + Self.token(of: $1)) }
    func joined(_ left: String, _ right: String) -> String {
      left + (right.utf8.starts(with: "##".utf8) ? String(right.unicodeScalars.dropFirst(2)) : right)
    }
    switch wordPieceScore {
    case .frequency:
      var trainer = MergeTrainer()
      words.visit { word, count in trainer.add(symbols.ids(of: word), count: count) }
      _ = try learn(&trainer, &draft, progress, joining: joined)
    case .likelihood:
      var trainer = LikelihoodTrainer()
      words.visit { word, count in trainer.add(symbols.ids(of: word), count: count) }
      _ = try learn(&trainer, &draft, progress, joining: joined)
    }
  }

  /// The pieces of a unigram language model, the likeliest first; bytes stand for characters that are not kept.
  func trainUnigram(
    _ words: WordList, _ draft: inout VocabularyDraft, threads: Int, _ progress: (TrainingProgress) -> Bool
  ) throws(TokenizerError) {
    try requireRoom(for: draft.specialCount + 256 + 1)
    var training = UnigramTraining(vocabularySize: vocabularySize - draft.specialCount)
    training.byteFallback = true
    training.threads = threads
    draft.scores = [Double](repeating: 0, count: draft.tokens.count)
    for piece in try training.pieces(of: words, progress: progress) {
      // A piece spelled like a special token is that token's.
      if Int(draft.add(String(decoding: piece.bytes, as: UTF8.self))) == draft.scores.count {
        draft.scores.append(piece.score)
      }
    }
  }

  /// The characters seen at least `minimumCount` times, the most frequent first where not all fit, in their order.
  func trainCharacters(_ words: WordList, _ draft: inout VocabularyDraft) throws(TokenizerError) {
    var counts: [UInt32: Int] = [:]
    words.visit { word, count in
      if count >= minimumCount { counts[UTF8Text.scalar(in: word, at: 0).scalar] = count }
    }
    try requireRoom(for: draft.specialCount + 1)
    let room = vocabularySize - draft.specialCount
    for scalar in WordPieceAlphabet.mostFrequent(counts, limit: room) { draft.add(Self.token(of: scalar)) }
  }

  /// The words seen at least `minimumCount` times, the most frequent first, ties in the order of their bytes.
  func trainWords(_ words: WordList, _ draft: inout VocabularyDraft) throws(TokenizerError) {
    try requireRoom(for: draft.specialCount + 1)
    // The places are in the order of the words' bytes.
    let frequent = words.indices.filter { words.counts[$0] >= minimumCount }.sorted {
      words.counts[$0] != words.counts[$1] ? words.counts[$0] > words.counts[$1] : $0 < $1
    }
    for place in frequent where draft.tokens.count < vocabularySize {
      draft.add(String(decoding: words[place].word, as: UTF8.self))
    }
  }

  /// Lets a trainer add the tokens of its merges until the vocabulary is full.
  private func learn(
    _ trainer: inout some PairTrainer, _ draft: inout VocabularyDraft, _ progress: (TrainingProgress) -> Bool,
    joining: (String, String) -> String
  ) throws(TokenizerError) -> [BytePairModel.Merge] {
    var growing = draft
    let known = draft.tokens.count
    func goesOn() -> Bool {
      let wanted = max(0, vocabularySize - known)
      return progress(TrainingProgress(done: growing.tokens.count - known, total: wanted, unit: "tokens learned"))
    }
    var isCancelled = !goesOn()
    let merges = trainer.train(
      minimumCount: minimumCount, isFull: { isCancelled || growing.tokens.count >= vocabularySize }
    ) {
      let id = growing.add(joining(growing.tokens[Int($0)], growing.tokens[Int($1)]))
      // The first merges take longest.
      let learned = growing.tokens.count - known
      if learned < 256 || learned % 64 == 0 { isCancelled = !goesOn() }
      return id
    }
    if isCancelled || !goesOn() { throw .cancelled }
    draft = growing
    return merges
  }

  private func requireRoom(for least: Int) throws(TokenizerError) {
    if vocabularySize < least { throw .vocabularyTooSmall(requested: vocabularySize, least: least) }
  }

  private static func token(of scalar: UInt32) -> String {
    String(decoding: UTF8Text.bytes(of: [scalar]), as: UTF8.self)
  }
}

/// A way of choosing the pair of symbols to merge next.
protocol PairTrainer {
  /// Learns merges until `isFull` returns true or no pair occurs `minimumCount` times; `result` gives the id that a
  /// pair becomes, new or old.
  mutating func train(
    minimumCount: Int, isFull: () -> Bool, result: (Int32, Int32) -> Int32
  ) -> [BytePairModel.Merge]
}

/// A vocabulary in the making.
struct VocabularyDraft {
  private(set) var tokens: [String] = []
  private var index = ByteTable()
  var merges: [BytePairModel.Merge] = []
  /// Of a unigram model, by id.
  var scores: [Double] = []
  let specialCount: Int

  init(_ specials: [String]) {
    specialCount = specials.count
    for token in specials { add(token) }
  }

  /// The id of a token, given on first sight.
  @discardableResult mutating func add(_ token: String) -> Int32 {
    if let id = index.value(of: token) { return Int32(truncatingIfNeeded: id) }
    index.insert(token, value: tokens.count)
    tokens.append(token)
    return Int32(truncatingIfNeeded: tokens.count - 1)
  }

  func id(of token: String) -> Int32? { index.value(of: token).map { Int32(truncatingIfNeeded: $0) } }
}

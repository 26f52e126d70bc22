import Glibc

/// Learns the pieces of a unigram language model and their probabilities: seeds from a suffix array, expectation
/// maximization, and removal of the pieces whose loss costs the text's likelihood least, until few enough are left.
/// (Kudo 2018, section 3.2, with the details of sentencepiece's trainer.)
///
/// The result depends on the words and their counts alone: sums are taken over a fixed number of parts in a fixed
/// order, whatever the number of threads.
struct UnigramTraining: Sendable {
  /// A piece with the natural logarithm of its probability.
  struct Piece: Equatable, Sendable {
    var bytes: [UInt8]
    var score: Double
  }

  /// The number of pieces to learn, special tokens not among them; text with little variety gives fewer.
  var vocabularySize: Int
  /// The share of the text's characters that the most frequent ones kept must make up; the others get no piece.
  var characterCoverage = 0.9995
  /// The largest number of characters kept.
  var alphabetLimit = Int.max
  /// The longest piece, in scalars, at most 63.
  var maximumPieceLength = 16
  /// The share of the pieces that stays when pieces are removed.
  var shrinkingFactor = 0.75
  /// How many steps of expectation maximization are made between removals.
  var subIterations = 2
  /// The largest number of pieces to begin with.
  var seedSize = 1_000_000
  /// Whether the 256 pieces `<0xXX>`, with `byteScore`, are part of the vocabulary, for characters that are not kept.
  var byteFallback = false
  /// Whether a piece may hold letters beside other characters, and `▁` elsewhere than at its start.
  var mixesClasses = false
  var threads = 1

  init(vocabularySize: Int) {
    self.vocabularySize = vocabularySize
  }

  /// Of the pieces `<0xXX>`, which stand for bytes and are no likely spelling of text that looks like them.
  static let byteScore = -1000.0

  /// Into how many parts the text is cut for sums; more would change the last bits of results.
  static let partCount = 8

  /// The pieces in the order of falling score, equals in the order of their bytes. `words` are in UTF-8, in the order of
  /// their bytes.
  ///
  /// Fails where there is nothing to learn from, or where the vocabulary cannot hold the characters kept. `progress` is
  /// told after each step of expectation maximization, and returns whether to go on.
  func pieces(
    of words: WordList, progress: (TrainingProgress) -> Bool = { _ in true }
  ) throws(TokenizerError) -> [Piece] {
    guard vocabularySize <= TokenizerTrainer.maximumVocabularySize else {
      throw .vocabularyTooLarge(requested: vocabularySize, limit: TokenizerTrainer.maximumVocabularySize)
    }
    var settings = self
    settings.maximumPieceLength = min(max(1, maximumPieceLength), UnigramEdge.maximumLength)
    let text = UnigramText(words, settings)
    guard !text.counts.isEmpty else { throw .noText }
    let byteCount = byteFallback ? 256 : 0
    let room = vocabularySize - byteCount
    if room < text.scalars.count - 1 {
      throw .vocabularyTooSmall(requested: vocabularySize, least: text.scalars.count - 1 + byteCount)
    }
    var estimate = UnigramEstimate(text, UnigramSeeds(text, settings), settings)
    // A tenth more than asked for, from which the likeliest are taken.
    let desired = room + room / 10
    let share = min(max(0, shrinkingFactor), 0.99)
    var steps = 0
    func step(_ maximization: UnigramEstimate.Maximization) throws(TokenizerError) {
      estimate.step(maximization)
      steps += 1
      // As many removals as it takes if each keeps its share; then the last steps.
      let excess = Double(estimate.pieceCount) / Double(max(1, desired))
      let removals = excess > 1 ? Int((log(excess) / -log(max(share, 0.01))).rounded(.up)) : 0
      let left = (removals + (maximization == .sparse ? 1 : 0)) * max(1, subIterations)
      guard progress(TrainingProgress(done: steps, total: steps + left, unit: "steps")) else { throw .cancelled }
    }
    while true {
      for _ in 0..<max(1, subIterations) { try step(.sparse) }
      if estimate.pieceCount <= desired { break }
      estimate.removeLeastUseful(keeping: max(desired, Int(share * Double(estimate.pieceCount))))
    }
    estimate.keepLikeliest(room)
    for _ in 0..<max(1, subIterations) { try step(.likeliest) }
    var pieces = estimate.pieces(of: text)
    if byteFallback {
      for byte in UInt8.min...UInt8.max {
        pieces.append(Piece(bytes: Array(ByteAlphabet.fallbackToken(of: byte).utf8), score: Self.byteScore))
      }
    }
    return pieces.sorted { a, b in
      a.score != b.score ? a.score > b.score : a.bytes.lexicographicallyPrecedes(b.bytes)
    }
  }

  /// The derivative of log Γ: recurrence up to 7, then the asymptotic series. (Bernardo 1976, algorithm AS 103.)
  static func digamma(_ x: Double) -> Double {
    var x = x
    var result = 0.0
    while x < 7 {
      result -= 1 / x
      x += 1
    }
    let inverse = 1 / (x * x)
    let series = inverse * (1.0 / 12 - inverse * (1.0 / 120 - inverse * (1.0 / 252 - inverse / 240)))
    return result + log(x) - 0.5 / x - series
  }
}

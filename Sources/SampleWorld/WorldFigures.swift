import Glibc

/// What a world is like, measured: the figures of the corpus report.
public struct WorldFigures: Equatable, Sendable {
  /// Documents that entropies were measured on.
  public var documents = 0
  /// Entropy rate: mean −log₂ p(document) over its bytes, a line break a document counted as one byte.
  public var bitsPerByte = 0.0
  /// The same by the sentence-independent world.
  public var sentenceIndependentBitsPerByte = 0.0
  /// Different words of the vocabulary sample, capital and small letters told apart.
  public var wordTypes = 0
  /// Slope of ln count over ln rank, least squares over the 2,000 commonest types of the vocabulary sample.
  public var zipfSlope = 0.0
  /// Mean number of words of a document.
  public var wordsPerDocument = 0.0
  /// Pairs that the next three figures were measured on.
  public var pairs = 0
  /// Share of pairs that p(B | A) / (p(B | A) + p(B)) > 1/2 tells right.
  public var bayesAccuracy = 0.0
  /// Mean of max(posterior, 1 − posterior): what the posterior promises of its own accuracy, with less noise.
  public var bayesExpectedAccuracy = 0.0
  /// Share of pairs that the best threshold on the number of shared word types tells right, tuned on these very pairs.
  public var overlapAccuracy = 0.0
  /// The same with the 60 commonest words left out.
  public var contentOverlapAccuracy = 0.0

  /// Measures a world: words on `corpusBytes` bytes of text, entropies and pairs on other documents.
  public init(of world: World, seed: UInt64, corpusBytes: Int = 5_000_000, documents: Int = 2000, pairs: Int = 4000)
    throws(WorldError)
  {
    let common = countWords(SampleCorpus(world: world, seed: seed, byteCount: corpusBytes))
    try measureEntropies(world, seed: ~seed, count: documents)
    try measurePairs(world.pairs(count: pairs, seed: ~seed &- 1), NextSentenceBayes(world: world), common: common)
  }

  /// Counts types and gives the 60 commonest.
  private mutating func countWords(_ corpus: SampleCorpus) -> Set<String> {
    var counts: [Substring: Int] = [:]
    var (words, texts) = (0, 0)
    for text in corpus {
      texts += 1
      for word in text.split(whereSeparator: { $0 == " " || $0 == "." }) {
        counts[word, default: 0] += 1
        words += 1
      }
    }
    wordTypes = counts.count
    wordsPerDocument = Double(words) / Double(max(1, texts))
    let points = counts.values.sorted(by: >).prefix(2000).enumerated()
      .map { (x: log(Double($0.offset + 1)), y: log(Double($0.element))) }
    let count = Double(max(1, points.count))
    let (meanX, meanY) = (points.reduce(0) { $0 + $1.x } / count, points.reduce(0) { $0 + $1.y } / count)
    let variance = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    zipfSlope = variance > 0 ? points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / variance : 0
    let ranked = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
    return Set(ranked.prefix(60).map { $0.key.lowercased() })
  }

  private mutating func measureEntropies(_ world: World, seed: UInt64, count: Int) throws(WorldError) {
    var (own, alone, bytes) = (0.0, 0.0, 0)
    for index in 0..<UInt64(max(0, count)) {
      let text = world.render(world.document(index: index, seed: seed))
      own -= try world.logProbability(ofDocument: text)
      alone -= try world.sentenceIndependentLogProbability(ofDocument: text)
      bytes += text.utf8.count + 1
    }
    documents = count
    bitsPerByte = own / log(2) / Double(max(1, bytes))
    sentenceIndependentBitsPerByte = alone / log(2) / Double(max(1, bytes))
  }

  private mutating func measurePairs(
    _ pairs: [SentencePair], _ rule: NextSentenceBayes, common: Set<String>
  ) throws(WorldError) {
    var all: [(Int, Bool)] = []
    var content: [(Int, Bool)] = []
    var (right, promised) = (0, 0.0)
    for pair in pairs {
      let posterior = try rule.posterior(a: pair.a, b: pair.b)
      right += (posterior > 0.5) == pair.isNext ? 1 : 0
      promised += max(posterior, 1 - posterior)
      let shared = Self.types(pair.a).intersection(Self.types(pair.b))
      all.append((shared.count, pair.isNext))
      content.append((shared.subtracting(common).count, pair.isNext))
    }
    let count = Double(max(1, pairs.count))
    self.pairs = pairs.count
    bayesAccuracy = Double(right) / count
    bayesExpectedAccuracy = promised / count
    overlapAccuracy = Self.bestThreshold(all)
    contentOverlapAccuracy = Self.bestThreshold(content)
  }

  private static func types(_ text: String) -> Set<String> {
    Set(text.lowercased().split { $0 == " " || $0 == "." }.map(String.init))
  }

  private static func bestThreshold(_ scores: [(Int, Bool)]) -> Double {
    let limits = Set(scores.map(\.0))
    return limits.map { limit in
      Double(scores.count { ($0.0 >= limit) == $0.1 }) / Double(scores.count)
    }.max() ?? 0
  }
}

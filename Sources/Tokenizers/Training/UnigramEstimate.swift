import Glibc

/// A unigram model while it is learned: the pieces left, their probabilities and the lattices of the text.
struct UnigramEstimate {
  /// How expected counts become probabilities.
  enum Maximization {
    /// exp Ψ(count) / exp Ψ(sum), the mean under a Dirichlet process: rare pieces get less than their share, and those
    /// expected less than half a time none. (Liang and Klein 2007.)
    case sparse
    /// Count over sum.
    case likeliest
  }

  private var parts: [UnigramLattices]
  /// Where each piece occurs once in the text, and its length; piece 0 is none, the next are the characters.
  private var places: [Int]
  private var lengths: [Int]
  private(set) var probabilities: [Double]
  private let characterCount: Int
  private let threads: Int

  /// Expected counts below it end a piece; characters never fall below it.
  private static let leastCount = 0.5

  init(_ text: UnigramText, _ seeds: UnigramSeeds, _ settings: UnigramTraining) {
    parts = UnigramLattices.parts(
      of: text, seeds, longest: settings.maximumPieceLength, count: UnigramTraining.partCount)
    places = seeds.places
    lengths = seeds.lengths
    characterCount = text.scalars.count - 1
    threads = settings.threads
    let total = seeds.weights.reduce(0, +)
    probabilities = seeds.weights.map { $0 / total }
  }

  /// The pieces that are left.
  var pieceCount: Int { probabilities.count { $0 > 0 } }

  /// The expected counts under the probabilities.
  func expectation() -> UnigramLattices.Expectation {
    let results = concurrentMap(count: parts.count, threads: threads) { [parts, probabilities] in
      parts[$0].expectation(under: probabilities)
    }
    var sum = results[0]
    for result in results.dropFirst() { sum.add(result) }
    return sum
  }

  /// One step of expectation maximization; returns the logarithm of the text's probability before it.
  @discardableResult mutating func step(_ maximization: Maximization) -> Double {
    var expected = expectation()
    for piece in 1...characterCount { expected.counts[piece] = max(expected.counts[piece], Self.leastCount) }
    if maximization == .sparse {
      for piece in expected.counts.indices where expected.counts[piece] < Self.leastCount { expected.counts[piece] = 0 }
    }
    let sum = expected.counts.reduce(0, +)
    let whole = UnigramTraining.digamma(sum)
    for (piece, count) in expected.counts.enumerated() {
      switch maximization {
      case .sparse: probabilities[piece] = count > 0 ? exp(UnigramTraining.digamma(count) - whole) : 0
      case .likeliest: probabilities[piece] = count / sum
      }
    }
    return expected.logLikelihood
  }

  /// Removes pieces that no best segmentation uses or whose own best segmentation is another, then those whose loss
  /// costs the likelihood of the text least.
  mutating func removeLeastUseful(keeping count: Int) {
    let scores = probabilities.map { log($0) }
    let counts = bestCounts(under: scores)
    let losses = losses(counts, scores)
    var numbers = [Int](repeating: -1, count: scores.count)
    var candidates: [Int] = []
    var kept = 0
    for piece in scores.indices where piece <= characterCount || losses[piece] == .infinity {
      numbers[piece] = 0
      kept += 1
    }
    for piece in scores.indices where numbers[piece] < 0 && losses[piece] > -.infinity { candidates.append(piece) }
    candidates.sort { losses[$0] != losses[$1] ? losses[$0] > losses[$1] : $0 < $1 }
    // Piece 0 is none.
    for piece in candidates.prefix(max(0, count + 1 - kept)) { numbers[piece] = 0 }
    keep(&numbers)
  }

  /// Keeps the characters and, of the others, those of the highest probability.
  mutating func keepLikeliest(_ count: Int) {
    var numbers = [Int](repeating: -1, count: probabilities.count)
    for piece in 0...characterCount { numbers[piece] = 0 }
    let others = (characterCount + 1..<probabilities.count).filter { probabilities[$0] > 0 }
    let ranked = others.sorted { a, b in
      probabilities[a] != probabilities[b] ? probabilities[a] > probabilities[b] : a < b
    }
    for piece in ranked.prefix(count - characterCount) { numbers[piece] = 0 }
    keep(&numbers)
  }

  /// Numbers the pieces anew whose number is not negative, in their order.
  private mutating func keep(_ numbers: inout [Int]) {
    var next = 0
    for piece in numbers.indices where numbers[piece] >= 0 {
      numbers[piece] = next
      places[next] = places[piece]
      lengths[next] = lengths[piece]
      probabilities[next] = probabilities[piece]
      next += 1
    }
    places.removeLast(places.count - next)
    lengths.removeLast(lengths.count - next)
    probabilities.removeLast(probabilities.count - next)
    parts = concurrentMap(count: parts.count, threads: threads) { [parts, numbers] in
      parts[$0].renumbered(numbers)
    }
  }

  /// How often each piece lies on the best segmentations.
  func bestCounts(under scores: [Double]) -> [Int] {
    let results = concurrentMap(count: parts.count, threads: threads) { [parts] in
      parts[$0].bestCounts(under: scores)
    }
    var sum = results[0]
    for result in results.dropFirst() {
      for piece in sum.indices { sum[piece] &+= result[piece] }
    }
    return sum
  }

  /// What removing each piece costs: the likelihood with its count given to the pieces of its best other segmentation.
  /// Infinite where it has no other, minus infinity where nothing is lost.
  private func losses(_ counts: [Int], _ scores: [Double]) -> [Double] {
    let sum = counts.reduce(0.0) { $0 + Double($1) }
    let spots = spots(of: counts)
    let slices = 64
    let results = concurrentMap(count: slices, threads: threads) { [parts, lengths] slice in
      var path = UnigramPath(count: UnigramEdge.maximumLength + 1)
      let range = counts.count * slice / slices..<counts.count * (slice + 1) / slices
      return range.map { piece -> Double in
        guard counts[piece] > 0 else { return -.infinity }
        let spot = spots[piece]
        let count = Double(counts[piece])
        var others: [Int] = []
        let alternative = parts[spot.part].alternative(
          to: piece, length: lengths[piece], place: spot.place, edge: spot.edge, under: scores, &path
        ) { others.append($0) }
        guard let alternative else { return .infinity }
        if alternative > scores[piece] { return -.infinity }
        let newSum = log(sum + count * Double(others.count - 1))
        let after = others.reduce(0.0) { $0 + log(Double(counts[$1]) + count) - newSum }
        return count * (log(count) - log(sum) - after)
      }
    }
    return results.flatMap { $0 }
  }

  /// A place in the lattices where each piece begins.
  private func spots(of counts: [Int]) -> [(part: Int, place: Int, edge: Int)] {
    var spots = [(part: Int, place: Int, edge: Int)](repeating: (-1, 0, 0), count: counts.count)
    for (index, part) in parts.enumerated() {
      var edge = 0
      for (place, count) in part.edgeCounts.enumerated() {
        let first = edge
        for _ in 0..<count {
          let piece = part.edges[edge].piece
          if spots[piece].part < 0 { spots[piece] = (index, place, first) }
          edge += 1
        }
      }
    }
    return spots
  }

  /// The pieces with the logarithms of their probabilities.
  func pieces(of text: UnigramText) -> [UnigramTraining.Piece] {
    places.indices.dropFirst().map { piece in
      UnigramTraining.Piece(
        bytes: text.bytes(at: places[piece], length: lengths[piece]), score: log(probabilities[piece]))
    }
  }
}

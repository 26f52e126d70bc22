import Glibc

/// An n-gram model over token ids with interpolated Kneser–Ney smoothing: the count model that a neural one must beat.
///
/// p(w | h) = max(c(h w) − D, 0) / c(h) + D · t(h) / c(h) · p(w | h without its first token), with t(h) different
/// tokens seen after h. Orders below the highest count different left neighbors instead of occurrences; the last order
/// is uniform over the vocabulary, so nothing has probability zero and every context sums to one.
/// - Sources: Kneser and Ney 1995; Chen and Goodman 1999, interpolated with one discount D = n₁ / (n₁ + 2 n₂) an order.
public struct NGramBaseline: Sendable {
  /// The longest n-gram: 1, 2 or 3.
  public let order: Int
  /// How many ids there are: 0 ..< vocabularySize, at most 2²⁰.
  public let vocabularySize: Int

  /// Counts of one order: of n-grams, and of their contexts (sum, and how many different tokens follow).
  private struct Level {
    var counts: [UInt64: Int] = [:]
    var totals: [UInt64: Int] = [:]
    var followers: [UInt64: Int] = [:]
    var discount = 0.5

    mutating func finish(bits: UInt64) {
      for (key, count) in counts {
        totals[key >> bits, default: 0] += count
        followers[key >> bits, default: 0] += 1
      }
      let ones = Double(counts.values.reduce(0) { $0 + ($1 == 1 ? 1 : 0) })
      let twos = Double(counts.values.reduce(0) { $0 + ($1 == 2 ? 1 : 0) })
      if ones > 0, twos > 0 { discount = ones / (ones + 2 * twos) }
    }
  }

  private static let bits: UInt64 = 21
  private var levels: [Level]

  /// A model of `documents`, each a row of ids; the first token of a document has an empty left context.
  ///
  /// Whoever wants the end of documents scored puts its id at the end of each.
  public init(order: Int, vocabularySize: Int, documents: some Sequence<[Int32]>) {
    precondition((1...3).contains(order) && vocabularySize > 0 && vocabularySize <= 1 << 20)
    self.order = order
    self.vocabularySize = vocabularySize
    levels = (0..<order).map { _ in Level() }
    for document in documents {
      for place in document.indices {
        levels[order - 1].counts[Self.key(document, endingAt: place, length: order), default: 0] += 1
      }
    }
    // A lower order counts the different n-grams that end in its own: Kneser and Ney's continuation counts.
    for level in stride(from: order - 1, to: 0, by: -1) {
      let mask = (UInt64(1) << (Self.bits * UInt64(level))) - 1
      for key in levels[level].counts.keys { levels[level - 1].counts[key & mask, default: 0] += 1 }
    }
    for level in levels.indices { levels[level].finish(bits: Self.bits) }
  }

  /// ln p(document) = Σ ln p(token | the tokens before it, at most order − 1).
  public func logProbability(of document: [Int32]) -> Double {
    document.indices.reduce(0) { $0 + log(probability(in: document, at: $1)) }
  }

  /// p(token at `place` | tokens before it in the document).
  public func probability(in document: [Int32], at place: Int) -> Double {
    var probability = 1 / Double(vocabularySize)
    for length in 1...order {
      let level = levels[length - 1]
      let key = Self.key(document, endingAt: place, length: length)
      guard let total = level.totals[key >> Self.bits] else { continue }
      let count = Double(level.counts[key] ?? 0)
      let followers = Double(level.followers[key >> Self.bits] ?? 0)
      probability =
        (max(count - level.discount, 0) + level.discount * followers * probability) / Double(total)
    }
    return probability
  }

  /// The last `length` tokens up to `place` in 21 bits each; 0 stands before the start, ids are counted from 1.
  private static func key(_ document: [Int32], endingAt place: Int, length: Int) -> UInt64 {
    var key: UInt64 = 0
    for position in (place - length + 1)...place {
      key = key << bits | (position < 0 ? 0 : UInt64(truncatingIfNeeded: document[position]) &+ 1)
    }
    return key
  }
}

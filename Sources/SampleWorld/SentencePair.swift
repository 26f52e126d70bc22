import Randomness

/// Two texts, and whether the second followed the first.
public struct SentencePair: Equatable, Sendable {
  /// A document from its start to a split.
  public var a: String
  /// The rest of the document, or of another one.
  public var b: String
  /// True with probability 1/2.
  public var isNext: Bool
}

extension World {
  /// Pairs of documents 0 ..< `count`, as a pair planner makes them: each document split behind a sentence drawn
  /// uniformly; the rest of it or, every other time, as many sentences split off another of these documents.
  ///
  /// A document whose rest is as long as no other's gives no pair.
  public func pairs(count: Int, seed: UInt64) -> [SentencePair] {
    let structure = RandomKey(seed: seed, purpose: .structure)
    let partner = RandomKey(seed: seed, purpose: .partner)
    let stories = (0..<count).map { document(index: UInt64($0), seed: seed).sentences }
    let splits = stories.enumerated().map { place, story in
      var numbers = structure.numbers(sample: UInt64(place))
      return min(story.count, 1 + numbers.below(max(1, story.count - 1)))
    }
    var parts: [Int: [Int]] = [:]
    var ranks: [Int] = []
    for (story, split) in zip(stories, splits) {
      ranks.append(parts[story.count - split]?.count ?? 0)
      parts[story.count - split, default: []].append(ranks.count - 1)
    }
    return stories.indices.compactMap { place in
      var numbers = partner.numbers(sample: UInt64(place))
      let isNext = numbers.below(2) == 0
      let equals = parts[stories[place].count - splits[place]] ?? []
      guard equals.count > 1, splits[place] < stories[place].count else { return nil }
      // One of the others of that length: a draw over one fewer, stepping over the document itself.
      let drawn = numbers.below(equals.count - 1)
      let from = isNext ? place : equals[drawn < ranks[place] ? drawn : drawn + 1]
      return SentencePair(
        a: render(Story(sentences: Array(stories[place][..<splits[place]]))),
        b: render(Story(sentences: Array(stories[from][splits[from]...]))), isNext: isNext)
    }
  }
}

import Glibc

/// p(B follows A | texts of A and B) for pairs that are true with probability 1/2: p(B | A) / (p(B | A) + p(B)).
///
/// A is a run of consecutive sentences from a document's start or from its middle, B is the run right behind it, or as
/// many sentences from another document, drawn from places after the opening; p(B) is the marginal of such runs, which
/// is the same at every place after the opening, so it does not matter how the split was drawn.
public struct NextSentenceBayes: Sendable {
  /// What the number of sentences tells about the label.
  public enum Lengths: Sendable {
    /// Nothing: the other document's part is as long as the true one (the pair planner's way).
    case matched
    /// A is a document's start, split behind a sentence drawn uniformly; B is the rest of that document or of another
    /// one, split by itself: p(i, m) = p(i + m) / (i + m − 1) against p(i) · p(m).
    case free
  }

  /// The world whose probabilities are asked.
  public let world: World
  /// How lengths come about.
  public let lengths: Lengths

  /// The rule that no other beats on average.
  public init(world: World, lengths: Lengths = .matched) {
    self.world = world
    self.lengths = lengths
  }

  /// p(B follows A), between 0 and 1.
  public func posterior(a: String, b: String) throws(WorldError) -> Double {
    1 / (1 + exp(-(try logOdds(a: a, b: b))))
  }

  /// ln p(B | A) − ln p(B), with the lengths' own odds where they tell something.
  public func logOdds(a: String, b: String) throws(WorldError) -> Double {
    let (before, behind) = (try world.parseRun(a), try world.parseContinuation(b))
    let words =
      world.logProbability(ofRun: before + behind) - world.logProbability(ofRun: before)
      - world.logProbability(ofRun: behind)
    return switch lengths {
    case .matched: words
    case .free: words + logOdds(before: before.count, behind: behind.count)
    }
  }

  /// ln p(i, m) − ln p(i) − ln p(m) for a split behind sentence i with m sentences left.
  private func logOdds(before: Int, behind: Int) -> Double {
    func cut(_ count: Int) -> Double { count < 2 ? 0 : exp(world.logProbability(ofCount: count)) / Double(count - 1) }
    // The first part has i sentences and the second has m with the same probability when i = m: one tail for both.
    let longest = world.configuration.fewestSentences + world.configuration.countWeights.count
    func tail(_ part: Int) -> Double { (part + 1..<max(part + 2, longest)).reduce(0) { $0 + cut($1) } }
    return log(cut(before + behind)) - log(tail(before)) - log(tail(behind))
  }
}

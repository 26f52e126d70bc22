import SampleWorld

/// Stories of the bundled world that nothing was trained or chosen on.
struct FreshStories: Sendable {
  let world = World()
  let stories: [Story]
  let texts: [String]

  /// Fresh documents have numbers from here on; the corpus' start at 0.
  static let first: UInt64 = 1 << 40

  /// So many stories, drawn with the seed of the corpus.
  init(count: Int, seed: Int) {
    let world = world
    stories = (0..<UInt64(count)).map { world.document(index: FreshStories.first + $0, seed: UInt64(clamping: seed)) }
    texts = stories.map { world.render($0) }
  }

  /// Σ ln p(story) by the world that tells them.
  var logProbability: Double { stories.reduce(0) { $0 + world.logProbability(of: $1) } }
}

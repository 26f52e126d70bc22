/// The bundled corpus: documents of a world, by number, until a size is reached.
///
/// Number and seed make a document, so disjoint ranges of numbers are independent samples.
public struct SampleCorpus: Sequence, Sendable {
  /// The world that tells the stories.
  public let world: World
  /// What the random numbers are keyed by.
  public let seed: UInt64
  /// Number of the first document.
  public let first: UInt64
  /// Documents end with the one that reaches this size.
  public let byteCount: Int

  /// At least `byteCount` bytes of text, counting one line break or blank line a document as one byte.
  public init(world: World, seed: UInt64, first: UInt64 = 0, byteCount: Int) {
    self.world = world
    self.seed = seed
    self.first = first
    self.byteCount = byteCount
  }

  /// The texts of the documents in order.
  public func makeIterator() -> AnyIterator<String> {
    var index = first
    var bytes = 0
    return AnyIterator {
      guard bytes < byteCount else { return nil }
      let text = world.render(world.document(index: index, seed: seed))
      index &+= 1
      bytes += text.utf8.count + 1
      return text
    }
  }

  /// A document as it stands in a `.txt` shard: one line, and a blank line behind it.
  public static func textRecord(_ text: String) -> String { text + "\n\n" }

  /// A document as it stands in a `.jsonl` shard under the key "text"; the world has no letter that JSON escapes.
  public static func jsonRecord(_ text: String) -> String { "{\"text\": \"\(text)\"}\n" }
}

import NN
import Randomness
import Tensors

/// Continues a text token by token; every token is computed once.
///
/// When the model's longest segment is full, the older half of the text is forgotten and the rest read anew.
public final class Generator {
  private let model: any CausalLanguageModel
  private let sampler: Sampler
  private let endOfText: Int32?
  private let key: RandomKey
  private let workspace = Workspace()

  /// A generator; the same seed gives the same continuation.
  public init(_ model: any CausalLanguageModel, sampler: Sampler, endOfText: Int32?, seed: UInt64) {
    self.model = model
    self.sampler = sampler
    self.endOfText = endOfText
    key = RandomKey(seed: seed, purpose: .sampling)
  }

  /// Up to `maximumNewTokens` tokens after `prompt`, each handed to `receive` as soon as it is known.
  ///
  /// Stops after the end-of-text token, which is not handed over, or when `receive` returns false.
  ///
  /// - Parameters:
  ///   - prompt: at least one token id, each below the model's vocabulary size.
  ///   - index: tells several continuations of one prompt apart.
  public func generate(
    _ prompt: [Int32], maximumNewTokens: Int, index: UInt64 = 0, _ receive: (Int32) throws -> Bool
  ) rethrows {
    require(!prompt.isEmpty, "a continuation needs at least one token to start from")
    var numbers = key.numbers(sample: index)
    var seen = Set(prompt)
    var window = WindowedTokens(prompt, limit: model.extents.maximumLength)
    let cache = model.makeCache(capacity: model.extents.maximumLength)
    for _ in 0..<maximumNewTokens {
      if window.needsRereading { cache.truncate(to: 0) }
      let logits = nextLogits(window.unread(cachedCount: cache.length), after: cache.length, cache)
      let token = sampler.choose(logits, after: seen, numbers: &numbers)
      if token == endOfText { return }
      seen.insert(token)
      guard try receive(token) else { return }
      window.append(token)
    }
  }

  private func nextLogits(_ tokens: [Int32], after position: Int, _ cache: KeyValueCache) -> [Float] {
    var batch = Sequences()
    batch.append(ids: tokens, positions: (0..<tokens.count).map { Int32(position + $0) }, sample: 0)
    let tape = Tape.inference(workspace)
    return model.logits(tape.input(batch), cache: cache).floats
  }
}

/// The last tokens of a growing text, at most as many as a model can read.
struct WindowedTokens {
  private(set) var tokens: [Int32]
  private(set) var needsRereading = false
  private let limit: Int

  init(_ tokens: [Int32], limit: Int) {
    self.tokens = Array(tokens.suffix(limit))
    self.limit = limit
  }

  /// Adds a token; when there is no room, the older half goes first.
  mutating func append(_ token: Int32) {
    needsRereading = tokens.count == limit
    if needsRereading { tokens.removeFirst(max(1, limit / 2)) }
    tokens.append(token)
  }

  /// The tokens that are not in the cache yet.
  func unread(cachedCount: Int) -> [Int32] { Array(tokens.dropFirst(cachedCount)) }
}

import NN
import Randomness
import Tensors

/// Continues texts token by token; every token is computed once, those of several texts together.
///
/// When the model's longest segment is full, the older half of a text is forgotten and the rest read anew.
public final class Generator {
  private let model: any CausalLanguageModel
  private let sampler: Sampler
  private let endOfText: Int32?
  private let precision: Precision
  private let key: RandomKey
  private let workspace = Workspace()

  /// A generator; the same seed gives the same continuation.
  public init(
    _ model: any CausalLanguageModel, sampler: Sampler, endOfText: Int32?, precision: Precision = .float32,
    seed: UInt64
  ) {
    self.model = model
    self.sampler = sampler
    self.endOfText = endOfText
    self.precision = precision
    key = RandomKey(seed: seed, purpose: .sampling)
  }

  /// Up to `maximumNewTokens` tokens after each prompt, each handed to `receive`, with the number of its prompt, as soon as
  /// it is known.
  ///
  /// A text ends after the end-of-text token, which is not handed over, or when `receive` returns false.
  ///
  /// - Parameters:
  ///   - prompts: at least one token id each, each below the model's vocabulary size.
  ///   - first: tells several continuations of one prompt apart: prompt i draws as number first + i.
  public func generate(
    _ prompts: [[Int32]], maximumNewTokens: Int, first: UInt64 = 0,
    _ receive: (_ prompt: Int, _ token: Int32) throws -> Bool
  ) rethrows {
    require(prompts.allSatisfy { !$0.isEmpty }, "a continuation needs at least one token to start from")
    let limit = model.extents.maximumLength
    var texts = prompts.enumerated().map { number, prompt in
      GrowingText(number: number, prompt, limit: limit, numbers: key.numbers(sample: first + UInt64(number)))
    }
    let longest = min(limit, (prompts.map(\.count).max() ?? 0) + maximumNewTokens)
    let cache = model.makeCache(sequences: prompts.count, capacity: longest)
    for _ in 0..<maximumNewTokens {
      if texts.isEmpty { return }
      let logits = nextLogits(texts, cache)
      var going: [GrowingText] = []
      for (row, var text) in texts.enumerated() {
        let token = sampler.choose(logits(row), after: text.seen, numbers: &text.numbers)
        if token == endOfText { continue }
        guard try receive(text.number, token) else { continue }
        text.append(token)
        going.append(text)
      }
      texts = going
    }
  }

  /// The logits after each text, by its place.
  private func nextLogits(_ texts: [GrowingText], _ cache: KeyValueCache) -> (Int) -> [Float] {
    var batch = Sequences()
    for text in texts {
      if text.window.needsRereading { cache.truncate(text.number, to: 0) }
      let held = cache.lengths[text.number]
      let tokens = text.window.unread(cachedCount: held)
      batch.append(ids: tokens, positions: (0..<tokens.count).map { Int32(held + $0) }, sample: UInt64(text.number))
    }
    cache.selected = texts.map(\.number)
    let tape = Tape.inference(workspace, precision: precision)
    let logits = model.logits(tape.input(batch), cache: cache).floats
    let width = logits.count / texts.count
    return { Array(logits[$0 * width..<($0 + 1) * width]) }
  }
}

/// A text that is being continued.
private struct GrowingText {
  let number: Int
  var window: WindowedTokens
  var seen: Set<Int32>
  var numbers: RandomNumbers

  init(number: Int, _ prompt: [Int32], limit: Int, numbers: RandomNumbers) {
    self.number = number
    window = WindowedTokens(prompt, limit: limit)
    seen = Set(prompt)
    self.numbers = numbers
  }

  mutating func append(_ token: Int32) {
    seen.insert(token)
    window.append(token)
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

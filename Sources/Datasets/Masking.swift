import Randomness
import Tokenizers

/// A row with some of its tokens hidden.
public struct MaskedExample: Sendable, Equatable {
  /// Token ids as the model reads them: [n].
  public var ids: [Int32]
  /// The true token at each chosen place, −100 elsewhere: [n].
  public var targets: [Int32]
}

/// Hides tokens: exactly max(1, round(p · n)) of a row's n tokens that are not special.
///
/// Of the chosen tokens 80 % become `[MASK]`, 10 % another token drawn among those that text can hold, 10 % stay. A
/// function of (seed, epoch, sample) for training, and of the sample alone, always at 15 %, for evaluation.
/// - Sources: Devlin et al. 2019, appendix A.1; drawn anew each epoch as in Liu et al. 2019, section 4.1.
public struct Masking: Sendable {
  /// The share of tokens that evaluation hides, whatever training does.
  public static let evaluationProbability = 0.15

  /// The share of tokens that training hides.
  public let probability: Double
  /// Whether words are hidden as a whole.
  public let masksWholeWords: Bool
  /// The run's seed.
  public let seed: UInt64
  private let mask: Int32
  private let replacements: [Int32]

  /// Masks of a tokenizer.
  /// - Throws: `DatasetError.missingToken` without a mask token, `.setting` for a probability not in (0, 1].
  public init(
    tokenizer: Tokenizer, probability: Double = 0.15, masksWholeWords: Bool = false, seed: UInt64
  ) throws(DatasetError) {
    guard let mask = tokenizer.specials.mask else { throw .missingToken(role: "[MASK]") }
    guard probability > 0 && probability <= 1 else {
      throw .setting(key: "mlm_probability", value: "\(probability)", range: "above 0 and at most 1")
    }
    self.probability = probability
    self.masksWholeWords = masksWholeWords
    self.seed = seed
    self.mask = mask
    replacements = tokenizer.ordinaryIds
  }

  /// The row with its tokens hidden. `purpose` is `.masking`, or `.evaluation` for the masks of the sample alone.
  public func choose(_ example: Example, purpose: Purpose = .masking) -> MaskedExample {
    let isEvaluation = purpose == .evaluation
    let key = RandomKey(seed: isEvaluation ? 0 : seed, purpose: purpose)
    var numbers = key.numbers(
      sample: example.sample, epoch: isEvaluation ? 0 : example.epoch, site: isEvaluation ? Self.evaluationSite : 0)
    let maskable = example.ids.indices.filter { !example.isSpecial[$0] }
    let share = isEvaluation ? Self.evaluationProbability : probability
    let count = min(maskable.count, max(1, Int((share * Double(maskable.count)).rounded())))
    let places =
      masksWholeWords
      ? Self.words(in: example, maskable, count: count, &numbers)
      : Self.places(maskable, count: count, &numbers)
    var masked = MaskedExample(
      ids: example.ids, targets: [Int32](repeating: -100, count: example.count))
    for place in places {
      masked.targets[place] = example.ids[place]
      let draw = numbers.uniform()
      if draw < 0.8 {
        masked.ids[place] = mask
      } else if draw < 0.9, !replacements.isEmpty {
        masked.ids[place] = replacements[numbers.below(replacements.count)]
      }
    }
    return masked
  }

  /// Keeps evaluation masks apart from the other draws of evaluation.
  private static let evaluationSite = 64

  /// `count` of the places, each set of them equally likely, ascending.
  private static func places(_ maskable: [Int], count: Int, _ numbers: inout RandomNumbers) -> [Int] {
    var pool = maskable
    for index in 0..<count { pool.swapAt(index, index + numbers.below(pool.count - index)) }
    return pool.prefix(count).sorted()
  }

  /// Whole words in a drawn order, each taken if it does not exceed what is left of `count`; if none fits, the first
  /// of the shortest.
  private static func words(
    in example: Example, _ maskable: [Int], count: Int, _ numbers: inout RandomNumbers
  ) -> [Int] {
    var words: [[Int]] = []
    for place in maskable {
      let goesOn = place > 0 && !example.startsWord[place] && !example.isSpecial[place - 1]
      if goesOn && !words.isEmpty { words[words.count - 1].append(place) } else { words.append([place]) }
    }
    var chosen: [Int] = []
    for index in words.indices {
      words.swapAt(index, index + numbers.below(words.count - index))
      if words[index].count <= count - chosen.count { chosen += words[index] }
      if chosen.count == count { break }
    }
    if chosen.isEmpty, let shortest = words.min(by: { $0.count < $1.count }) { chosen = shortest }
    return chosen.sorted()
  }
}

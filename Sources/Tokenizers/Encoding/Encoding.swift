/// A text, or a pair of texts, as a model sees it; one element per token in every field.
public struct Encoding: Equatable, Sendable {
  /// The ids in the vocabulary.
  public var ids: [Int32] = []
  /// The tokens as the vocabulary spells them; added tokens as they stood in the text.
  public var tokens: [String] = []
  /// What each token covers, in Unicode scalars (code points) of its own text; 0..<0 for added special tokens.
  public var offsets: [Range<Int>] = []
  /// The word of its own text each token belongs to; nil for added special tokens.
  public var wordIds: [Int?] = []
  /// 0 for the first text, 1 for the second, as the template says.
  public var typeIds: [Int32] = []
  /// True for special tokens that the template added.
  public var specialMask: [Bool] = []
  /// 0 for tokens of the first text, 1 of the second, nil for added special tokens.
  public var sequenceIds: [Int?] = []

  /// An encoding without tokens.
  public init() {}

  /// The number of tokens.
  public var count: Int { ids.count }

  init(_ sink: borrowing TokenSink, vocabulary: Vocabulary, sequence: Int) {
    let places = sink.places.values
    ids = Array(sink.ids.values)
    tokens = ids.map { vocabulary.modelToken(of: $0) ?? vocabulary.token(of: $0) ?? "" }
    for (place, text) in sink.spellings { tokens[place] = text }
    offsets = places.map { $0.start..<$0.end }
    wordIds = places.map(\.word)
    typeIds = Array(repeating: Int32(sequence), count: ids.count)
    specialMask = Array(repeating: false, count: ids.count)
    sequenceIds = Array(repeating: sequence, count: ids.count)
  }

  mutating func truncate(to length: Int) {
    let surplus = count - length
    guard surplus > 0 else { return }
    ids.removeLast(surplus)
    tokens.removeLast(surplus)
    offsets.removeLast(surplus)
    wordIds.removeLast(surplus)
    typeIds.removeLast(surplus)
    specialMask.removeLast(surplus)
    sequenceIds.removeLast(surplus)
  }

  mutating func append(_ other: Encoding, typeId: Int32) {
    guard count > 0 else {
      self = other
      if typeIds.first != typeId { typeIds = Array(repeating: typeId, count: count) }
      return
    }
    ids += other.ids
    tokens += other.tokens
    offsets += other.offsets
    wordIds += other.wordIds
    typeIds += repeatElement(typeId, count: other.count)
    specialMask += other.specialMask
    sequenceIds += other.sequenceIds
  }

  mutating func appendSpecial(_ id: Int32, token: String, typeId: Int32) {
    ids.append(id)
    tokens.append(token)
    offsets.append(0..<0)
    wordIds.append(nil)
    typeIds.append(typeId)
    specialMask.append(true)
    sequenceIds.append(nil)
  }
}

extension Encoding {
  /// The lengths two texts keep in `limit` tokens together: the longer is cut first, then both to halves.
  ///
  /// As in the reference library, an odd token goes to the text that was longer, the second where they were equal.
  static func longestFirst(_ first: Int, _ second: Int, limit: Int) -> (first: Int, second: Int) {
    guard first + second > limit else { return (first, second) }
    let isSwapped = first > second
    var (short, long) = isSwapped ? (second, first) : (first, second)
    long = short > limit ? short : max(short, limit - short)
    if short + long > limit {
      short = limit / 2
      long = short + limit % 2
    }
    return isSwapped ? (long, short) : (short, long)
  }
}

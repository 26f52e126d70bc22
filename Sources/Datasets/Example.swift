/// One planned row: what a model reads at once, before any masking.
///
/// A pure function of the corpus, the row plan, the sample and the epoch; who asks, and when, changes nothing.
public struct Example: Sendable, Equatable {
  /// Token ids, special tokens included: [n].
  public var ids: [Int32]
  /// Token types: 0 through the first `[SEP]` of a pair, then 1: [n].
  public var typeIds: [Int32]
  /// Where each isolated segment starts, and n at the end: the first is 0.
  public var segmentOffsets: [Int32]
  /// Positions, from zero in every segment: [n].
  public var positions: [Int32]
  /// The row's number in the corpus pass: the position of its random numbers.
  public var sample: UInt64
  /// The epoch its random numbers are drawn for; 0 for validation.
  public var epoch: Int
  /// True where a word begins, for masking whole words: [n]; empty for causal rows.
  public var startsWord: [Bool]
  /// True for special tokens, which are never masked: [n].
  public var isSpecial: [Bool]
  /// The next token at each place of a causal row, −100 where none is scored: [n]; empty for other rows.
  public var targets: [Int32]
  /// 0: the second part follows the first; 1: it comes from another document; nil: not a pair.
  public var nextSentenceLabel: Int32?
  /// Bytes of text that the targets of a causal row stand for; end-of-text stands for none.
  public var byteCount: Int

  /// A row without tokens.
  public init(sample: UInt64, epoch: Int) {
    ids = []
    typeIds = []
    segmentOffsets = [0]
    positions = []
    self.sample = sample
    self.epoch = epoch
    startsWord = []
    isSpecial = []
    targets = []
    nextSentenceLabel = nil
    byteCount = 0
  }

  /// The number of tokens.
  public var count: Int { ids.count }

  mutating func append(special id: Int32, typeId: Int32 = 0) {
    ids.append(id)
    typeIds.append(typeId)
    startsWord.append(true)
    isSpecial.append(true)
  }

  mutating func append(_ range: Range<Int>, of text: WindowTokens, typeId: Int32 = 0) {
    ids += text.ids[range]
    typeIds += repeatElement(typeId, count: range.count)
    startsWord += text.startsWord[range]
    isSpecial += repeatElement(false, count: range.count)
  }

  /// Ends a segment here and counts its positions from zero.
  mutating func closeSegment() {
    positions += 0..<Int32(count - positions.count)
    segmentOffsets.append(Int32(count))
  }
}

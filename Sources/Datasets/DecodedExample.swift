import Tokenizers

/// A row in words: what a person sees of it.
public struct DecodedExample: Sendable, Equatable {
  /// One isolated example of the row.
  public struct Segment: Sendable, Equatable {
    /// The text that its tokens spell, special ones included.
    public var text: String
    /// Its tokens as the vocabulary spells them.
    public var tokens: [String]
    /// What is scored: place in the segment, and the token expected there.
    public var targets: [(place: Int, token: String)]

    /// True for the same text, tokens and targets.
    public static func == (left: Segment, right: Segment) -> Bool {
      left.text == right.text && left.tokens == right.tokens && left.targets.elementsEqual(right.targets, by: ==)
    }
  }

  /// The row's number in the corpus pass.
  public var sample: UInt64
  /// Its epoch.
  public var epoch: Int
  /// 0: the second part follows the first; 1: it is random; nil: not a pair.
  public var nextSentenceLabel: Int32?
  /// Its isolated examples.
  public var segments: [Segment]

  /// A row in words; with `masked`, as the model reads it and with the hidden tokens as targets.
  public init(_ example: Example, masked: MaskedExample? = nil, tokenizer: Tokenizer) {
    sample = example.sample
    epoch = example.epoch
    nextSentenceLabel = example.nextSentenceLabel
    let ids = masked?.ids ?? example.ids
    let targets = masked?.targets ?? example.targets
    func spelling(_ id: Int32) -> String { tokenizer.token(id) ?? "\(id)" }
    segments = zip(example.segmentOffsets, example.segmentOffsets.dropFirst()).map { start, end in
      let places = Int(start)..<Int(end)
      let scored = targets.isEmpty ? [] : places.filter { targets[$0] >= 0 }
      return Segment(
        text: tokenizer.decode(Array(ids[places]), skippingSpecialTokens: false),
        tokens: ids[places].map(spelling),
        targets: scored.map { ($0 - places.lowerBound, spelling(targets[$0])) })
    }
  }
}

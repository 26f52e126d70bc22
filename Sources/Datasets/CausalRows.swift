import Randomness
import Tokenizers

/// Documents end to end, cut every `maximumLength` places, with the next token as target.
///
/// A document t1 … tn is read as ⟨end⟩ t1 … tn and scored as t1 … tn ⟨end⟩; where a row ends inside it, the next row
/// reads on from the last target. So every token and every end is scored exactly once.
struct CausalRows: WindowRows {
  /// A stretch of text whose places follow one another in the stream: a document, or all of them.
  struct Run {
    var tokens: Range<Int>
    /// Its first place in the stream.
    var start: Int
  }

  let text: WindowTokens
  let context: RowContext
  let lengths: [Int32]
  let statistics: DatasetStatistics
  private let runs: [Run]
  private let placeCount: Int
  private let endOfText: Int32?

  init(_ text: WindowTokens, _ context: RowContext) {
    self.text = text
    self.context = context
    endOfText = context.plan.usesEndOfText ? context.specials.endOfText : nil
    let extra = endOfText == nil ? -1 : 1
    var runs: [Run] = []
    var places = 0
    for tokens in Self.stretches(text, context) where tokens.count + extra > 0 && !tokens.isEmpty {
      runs.append(Run(tokens: tokens, start: places))
      places += tokens.count + extra
    }
    self.runs = runs
    placeCount = places
    let length = context.plan.maximumLength
    lengths = stride(from: 0, to: places, by: length).map { Int32(min(length, places - $0)) }
    var statistics = context.statistics(of: text)
    statistics.rows = lengths.count
    statistics.rowTokens = places
    statistics.skippedTokens = text.ids.count - runs.reduce(0) { $0 + $1.tokens.count }
    statistics.segments = Self.segmentCount(runs, places: places, context.plan)
    self.statistics = statistics
  }

  /// The documents in the order of the stream: mixed for training, as they stand for validation and plain streams.
  private static func stretches(_ text: WindowTokens, _ context: RowContext) -> [Range<Int>] {
    if context.plan.isPlainStream { return [0..<text.ids.count] }
    guard context.part == .training else { return (0..<text.documentCount).map { text.tokens(of: $0) } }
    let order = context.draws.order(.documentOrder, count: text.documentCount, sample: UInt64(context.window))
    return (0..<text.documentCount).map { text.tokens(of: order[$0]) }
  }

  private static func segmentCount(_ runs: [Run], places: Int, _ plan: RowPlan) -> Int {
    let rows = (places + plan.maximumLength - 1) / plan.maximumLength
    guard plan.isolatesDocuments else { return rows }
    return rows + runs.count { $0.start % plan.maximumLength != 0 }
  }

  func example(_ row: Int, epoch: Int) -> Example {
    var example = Example(sample: context.sample(row), epoch: epoch)
    let first = row * context.plan.maximumLength
    let places = first..<min(placeCount, first + context.plan.maximumLength)
    let firstRun = firstPlace(in: 0..<runs.count) { $0 + 1 == runs.count || runs[$0 + 1].start > first }
    for run in firstRun..<runs.count {
      let start = runs[run].start
      guard start < places.upperBound else { break }
      let end = run + 1 < runs.count ? runs[run + 1].start : placeCount
      let part = (start..<end).clamped(to: places)
      append(part.lowerBound - start..<part.upperBound - start, of: runs[run], to: &example)
      if context.plan.isolatesDocuments { example.closeSegment() }
    }
    if !context.plan.isolatesDocuments { example.closeSegment() }
    example.typeIds = [Int32](repeating: 0, count: example.count)
    return example
  }

  /// Adds places of a run: what is read there, and what is scored.
  private func append(_ places: Range<Int>, of run: Run, to example: inout Example) {
    let tokens = run.tokens
    var scored = tokens.lowerBound + places.lowerBound..<tokens.lowerBound + places.upperBound
    if let endOfText {
      for place in places {
        example.ids.append(place == 0 ? endOfText : text.ids[tokens.lowerBound + place - 1])
        example.targets.append(place == tokens.count ? endOfText : text.ids[tokens.lowerBound + place])
        example.isSpecial.append(place == 0)
      }
      scored = scored.clamped(to: tokens)
    } else {
      example.ids += text.ids[scored]
      scored = scored.lowerBound + 1..<scored.upperBound + 1
      example.targets += text.ids[scored]
      example.isSpecial += repeatElement(false, count: places.count)
    }
    example.byteCount += context.tokenBytes.bytes(of: scored, in: text)
  }
}

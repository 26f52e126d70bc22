import Tokenizers

/// `[CLS] … [SEP]` filled with consecutive text of one document; short texts share a row, each a segment of its own.
struct SingleRows: WindowRows {
  let text: WindowTokens
  let context: RowContext
  let lengths: [Int32]
  let statistics: DatasetStatistics
  /// Stretches of text, each of one document.
  private let chunks: [Range<Int>]
  /// The chunks of each row.
  private let packed: [[Int]]

  init(_ text: WindowTokens, _ context: RowContext) {
    self.text = text
    self.context = context
    let room = context.plan.maximumLength - 2
    var chunks: [Range<Int>] = []
    for document in 0..<text.documentCount {
      let tokens = text.tokens(of: document)
      for start in stride(from: tokens.lowerBound, to: tokens.upperBound, by: room) {
        chunks.append(start..<min(start + room, tokens.upperBound))
      }
    }
    packed = Packing.bestFit(chunks.map { $0.count + 2 }, capacity: context.plan.maximumLength)
    lengths = packed.map { row in row.reduce(0) { $0 + Int32(chunks[$1].count) + 2 } }
    self.chunks = chunks
    var statistics = context.statistics(of: text)
    statistics.rows = packed.count
    statistics.segments = chunks.count
    statistics.rowTokens = lengths.reduce(0) { $0 + Int($1) }
    self.statistics = statistics
  }

  func example(_ row: Int, epoch: Int) -> Example {
    var example = Example(sample: context.sample(row), epoch: epoch)
    guard let cls = context.specials.cls, let sep = context.specials.sep else { return example }
    for chunk in packed[row] {
      example.append(special: cls)
      example.append(chunks[chunk], of: text)
      example.append(special: sep)
      example.closeSegment()
    }
    return example
  }
}

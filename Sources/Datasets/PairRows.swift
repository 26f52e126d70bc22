import Synchronization
import Tokenizers

/// The pieces of a window's documents that pairs are made of.
struct PairPieces: Sendable {
  let text: WindowTokens
  let documents: [Int32]
  private let boundaries: [Int]
  private let pieceOffsets: [Int]

  init(_ text: WindowTokens, _ cutter: PairCutter) {
    self.text = text
    documents = cutter.documents
    boundaries = cutter.boundaries
    pieceOffsets = cutter.pieceOffsets
  }

  /// The number of pieces.
  var count: Int { documents.count }

  /// The tokens of a piece.
  func tokens(of piece: Int) -> Range<Int> {
    boundaries[pieceOffsets[piece]]..<boundaries[pieceOffsets[piece + 1] - 1]
  }

  /// Where the sentences of a piece start, but the first: never empty.
  func innerBoundaries(of piece: Int) -> ArraySlice<Int> {
    boundaries[pieceOffsets[piece] + 1..<pieceOffsets[piece + 1] - 1]
  }
}

/// `[CLS] A [SEP] B [SEP]`: a piece of a document in two parts, the second its own or a random one, half and half.
///
/// A class only for the draws of the epoch last asked for, which are kept; it answers like a value.
final class PairRows: WindowRows {
  let lengths: [Int32]
  let statistics: DatasetStatistics
  private let pieces: PairPieces
  private let context: RowContext
  private let draws = Mutex<PairDraws?>(nil)

  init(_ text: WindowTokens, _ context: RowContext) {
    self.context = context
    let cutter = PairCutter(text, context)
    var statistics = context.statistics(of: text)
    statistics.cutSentences = cutter.cutSentences
    let usable = Set(cutter.documents).count
    statistics.skippedDocuments = cutter.skippedDocuments + (usable == 1 ? 1 : 0)
    pieces = PairPieces(text, cutter)
    if usable < 2 {
      lengths = []
      statistics.skippedTokens = text.ids.count
    } else {
      lengths = (0..<pieces.count).map { [pieces] in Int32(pieces.tokens(of: $0).count) + 3 }
      statistics.skippedTokens = cutter.skippedTokens
    }
    statistics.rows = lengths.count
    statistics.segments = lengths.count
    statistics.rowTokens = lengths.reduce(0) { $0 + Int($1) }
    self.statistics = statistics
  }

  func example(_ row: Int, epoch: Int) -> Example {
    let draws = draws(of: epoch)
    var example = Example(sample: context.sample(row), epoch: epoch)
    guard let cls = context.specials.cls, let sep = context.specials.sep else { return example }
    example.append(special: cls)
    example.append(draws.first(of: row), of: pieces.text)
    example.append(special: sep)
    let second = draws.second(of: row)
    example.append(second.tokens, of: pieces.text, typeId: 1)
    example.append(special: sep, typeId: 1)
    example.closeSegment()
    example.nextSentenceLabel = second.label
    return example
  }

  /// The draws of an epoch.
  func draws(of epoch: Int) -> PairDraws {
    draws.withLock { kept in
      if let kept, kept.epoch == epoch { return kept }
      let fresh = PairDraws(pieces, context, epoch: epoch)
      kept = fresh
      return fresh
    }
  }
}

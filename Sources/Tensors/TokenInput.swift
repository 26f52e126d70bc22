/// A batch on a tape: what models read.
public struct TokenInput {
  /// The tape it was put on.
  public unowned let tape: Tape
  /// Token ids, positions and token types, one per token.
  public let ids, positions, typeIds: Indices
  /// The first token of every segment.
  public let firstPlaces: Indices
  /// Isolation, for attention and pooling.
  public let segments: Segments
  /// The number of tokens.
  public var tokenCount: Int { ids.count }

  let tokens: RowLayout
  let pooled: RowLayout
}

/// Where the isolated segments of a batch start and end.
public struct Segments {
  let offsets: Indices
  /// The position of every token, for those who turn by it.
  public let positions: Indices
  let layout: RowLayout
  /// The number of segments.
  public let count: Int
  /// The tokens of each segment.
  public let lengths: [Int]

  /// Σ length² over the segments: what attention costs.
  var squaredLengths: Double { lengths.reduce(0) { $0 + Double($1) * Double($1) } }

  /// The last token of every segment.
  public var lastPlaces: [Int32] {
    lengths.reduce(into: []) { places, length in places.append((places.last ?? -1) + Int32(length)) }
  }
}

extension Tape {
  /// Puts a batch on the tape.
  public func input(_ batch: Sequences) -> TokenInput {
    let tokens = RowLayout(offsets: batch.sequenceOffsets, samples: batch.samples, epoch: batch.epoch)
    let pooled = RowLayout(offsets: segmentsBeforeSequences(batch), samples: batch.samples, epoch: batch.epoch)
    let lengths = zip(batch.segmentOffsets.dropFirst(), batch.segmentOffsets).map { Int($0 - $1) }
    let positions = indices(batch.positions, layout: tokens)
    let segments = Segments(
      offsets: indices(batch.segmentOffsets, layout: nil), positions: positions, layout: tokens,
      count: batch.segmentCount, lengths: lengths)
    return TokenInput(
      tape: self, ids: indices(batch.ids, layout: tokens), positions: positions,
      typeIds: indices(batch.typeIds, layout: tokens), firstPlaces: indices(batch.firstPlaces, layout: pooled),
      segments: segments, tokens: tokens, pooled: pooled)
  }

  /// Rows to gather from a batch's tokens, such as the masked places. They draw no random numbers.
  public func places(_ rows: [Int32]) -> Indices { indices(rows, layout: nil) }

  /// Targets of a loss: one class per row, negative where a row is not scored.
  public func targets(_ classes: [Int32]) -> Indices { indices(classes, layout: nil) }

  /// For each sequence the number of segments before it: the layout of one row per segment.
  private func segmentsBeforeSequences(_ batch: Sequences) -> [Int32] {
    var before: [Int32] = []
    var segment = 0
    for offset in batch.sequenceOffsets {
      while segment < batch.segmentCount && batch.segmentOffsets[segment] < offset { segment += 1 }
      before.append(Int32(segment))
    }
    return before
  }
}

/// A batch: token ids of several rows end to end, without padding.
///
/// The only form of a batch. `[batch, time]` with padding exists at the edges of the program, never inside.
/// A *sequence* is one planned row; its *segments* are the examples packed in it, which do not see each other.
public struct Sequences: Sendable, Equatable {
  /// Token ids, all rows end to end.
  public var ids: [Int32]
  /// Where each sequence starts, and the token count at the end: count + 1 numbers, the first 0.
  public var sequenceOffsets: [Int32]
  /// Where each isolated segment starts, and the token count at the end: a refinement of `sequenceOffsets`.
  public var segmentOffsets: [Int32]
  /// The position of each token for position embeddings.
  public var positions: [Int32]
  /// The token type (BERT's segment A or B) of each token.
  public var typeIds: [Int32]
  /// The sample id of each sequence: the position of its random numbers.
  public var samples: [UInt64]
  /// The epoch its random numbers are drawn for.
  public var epoch: Int

  /// An empty batch.
  public init(epoch: Int = 0) {
    ids = []
    sequenceOffsets = [0]
    segmentOffsets = [0]
    positions = []
    typeIds = []
    samples = []
    self.epoch = epoch
  }

  /// Rows of ids, each one segment with positions from zero and token type 0.
  public init(rows: [[Int32]], samples: [UInt64]? = nil, epoch: Int = 0) {
    self.init(epoch: epoch)
    for (index, row) in rows.enumerated() { append(ids: row, sample: samples?[index] ?? UInt64(index)) }
  }

  /// The number of tokens.
  public var tokenCount: Int { ids.count }
  /// The number of rows.
  public var count: Int { samples.count }
  /// The number of isolated segments.
  public var segmentCount: Int { segmentOffsets.count - 1 }

  /// Adds one row.
  ///
  /// - Parameters:
  ///   - ids: token ids.
  ///   - typeIds: token types; all 0 if absent.
  ///   - segments: where its segments start, the first 0; one segment if absent.
  ///   - positions: positions; counted from each segment's start if absent.
  ///   - sample: its sample id.
  public mutating func append(
    ids row: [Int32], typeIds types: [Int32]? = nil, segments: [Int32] = [0], positions places: [Int32]? = nil,
    sample: UInt64
  ) {
    let start = Int32(ids.count)
    require(segments.first == 0, "a row's first segment starts at 0")
    ids += row
    typeIds += types ?? [Int32](repeating: 0, count: row.count)
    segmentOffsets.removeLast()
    segmentOffsets += segments.map { start + $0 }
    segmentOffsets.append(Int32(ids.count))
    sequenceOffsets.append(Int32(ids.count))
    samples.append(sample)
    if let places {
      positions += places
    } else {
      for (index, segment) in segments.enumerated() {
        let end = index + 1 < segments.count ? segments[index + 1] : Int32(row.count)
        positions += 0..<max(0, end - segment)
      }
    }
    require(typeIds.count == ids.count && positions.count == ids.count, "a row's parts differ in length")
  }

  /// The first token of every segment: where `[CLS]` stands.
  public var firstPlaces: [Int32] { Array(segmentOffsets.dropLast()) }
}

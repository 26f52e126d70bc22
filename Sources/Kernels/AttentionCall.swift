import CKernels

/// Which queries see which keys, in how many heads: queries of a segment see keys of the segment with the same number.
public struct AttentionCall {
  let queryOffsets: UnsafePointer<Int32>
  let keyOffsets: UnsafePointer<Int32>
  let segmentCount: Int
  let headCount: Int
  let keyHeadCount: Int
  let headSize: Int
  let keyHeadStride: Int
  let isCausal: Bool
  let scale: Float
  let slopes: [Float]
  let dropoutRate: Float
  let dropout: DropoutPositions?
  let isTiled: Bool

  /// - Parameters:
  ///   - queryOffsets: segmentCount + 1 row numbers.
  ///   - keyOffsets: segmentCount + 1 row numbers.
  ///   - segmentCount: how many segments there are.
  ///   - headCount: heads lie side by side in a row.
  ///   - keyHeadCount: heads of keys and values, a divisor of `headCount`; as many successive heads of queries as there
  ///     are for each share one (Ainslie et al. 2023). As many as of queries if nil.
  ///   - headSize: the width of one head.
  ///   - keyHeadStride: how many numbers the heads of keys, and of values, are apart; side by side in a row if nil.
  ///   - isCausal: whether a query sees only keys at its own place and before; the last query stands at the last key, so
  ///     query i of n sees the first (keys − n + i + 1).
  ///   - scale: what scores are multiplied by.
  ///   - slopes: what a head's scaled scores lose for each place between a key and the last one that its query sees (Press,
  ///     Smith and Lewis 2022, section 3); empty for nothing.
  ///   - dropoutRate: of the probabilities.
  ///   - dropout: the samples of the *keys'* rows; nil for no dropout.
  ///   - isTiled: whether products multiply numbers rounded to bfloat16, where the CPU has a unit for them.
  public init(
    queryOffsets: UnsafePointer<Int32>, keyOffsets: UnsafePointer<Int32>, segmentCount: Int, headCount: Int,
    keyHeadCount: Int? = nil, headSize: Int, keyHeadStride: Int? = nil, isCausal: Bool, scale: Float,
    slopes: [Float] = [], dropoutRate: Float = 0, dropout: DropoutPositions? = nil, isTiled: Bool = false
  ) {
    self.queryOffsets = queryOffsets
    self.keyOffsets = keyOffsets
    self.segmentCount = segmentCount
    self.headCount = headCount
    self.keyHeadCount = keyHeadCount ?? headCount
    self.headSize = headSize
    self.keyHeadStride = keyHeadStride ?? headSize
    self.isCausal = isCausal
    self.scale = scale
    self.slopes = slopes
    self.dropoutRate = dropoutRate
    self.dropout = dropout
    self.isTiled = isTiled
  }

  /// One head of one segment.
  struct Part {
    let head: Int
    let keyHead: Int
    let queries: Range<Int>
    let keys: Range<Int>
    let mask: Mask?
  }

  /// Calls `body` for every head of every segment.
  func forEachPart(_ body: (Part) -> Void) {
    Parallel.forEach(segmentCount * headCount) { index in
      let (segment, head) = index.quotientAndRemainder(dividingBy: headCount)
      body(part(segment, head))
    }
  }

  /// Calls `body` for every head of every segment; those that share keys come one after the other, the first one marked.
  func forEachGroup(_ body: (_ part: Part, _ isFirst: Bool) -> Void) {
    let groupSize = headCount / keyHeadCount
    Parallel.forEach(segmentCount * keyHeadCount) { index in
      let (segment, keyHead) = index.quotientAndRemainder(dividingBy: keyHeadCount)
      for member in 0..<groupSize { body(part(segment, keyHead * groupSize + member), member == 0) }
    }
  }

  private func part(_ segment: Int, _ head: Int) -> Part {
    let queries = Int(queryOffsets[segment])..<Int(queryOffsets[segment + 1])
    let keys = Int(keyOffsets[segment])..<Int(keyOffsets[segment + 1])
    return Part(
      head: head, keyHead: head / (headCount / keyHeadCount), queries: queries, keys: keys,
      mask: mask(head: head, queries: queries, keys: keys))
  }

  /// How many keys the query `query` of a part sees; less than 0 if even the next queries see none.
  func visible(_ query: Int, in part: Part) -> Int {
    isCausal ? part.keys.count - part.queries.count + query + 1 : part.keys.count
  }

  /// So few queries in floats, as in generation, are compared with keys one by one: no product pays.
  static let fewQueries = 2

  /// Queries that are worked on together. Measured: fewer make products slow, more spill the second-level cache and, if
  /// causal, compute more scores that nobody sees.
  static let tileHeight = 64
}

extension AttentionCall {
  /// The random words of one part's probabilities.
  ///
  /// Query row t and key j of head h take element (h · Q + t) · K + j of their sample: t counts the sample's query rows,
  /// Q of them; j counts the segment's keys; K is the sample's number of keys rounded up to a multiple of 4. (t, j) tells
  /// segments apart because their query rows differ. A sample's elements are numbered modulo 2³⁴.
  struct Mask {
    let words: ck_dropout
    let firstElement: Int
    let rowLength: Int

    /// x ← x · mask for rows `top` … of `width` probabilities each.
    func apply(to x: UnsafeMutablePointer<Float>, top: Int, rows: Int, width: Int) {
      forEachRow(top: top, rows) { row, first, words in
        kernels.dropout(x + row * width, x + row * width, width, first, words)
      }
    }

    /// y = x · mask and z ← z · mask.
    func apply(
      _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, and z: UnsafeMutablePointer<Float>, top: Int,
      rows: Int, width: Int
    ) {
      forEachRow(top: top, rows) { row, first, words in
        let start = row * width
        kernels.dropout_pair(x + start, y + start, z + start, width, first, words)
      }
    }

    private func forEachRow(
      top: Int, _ rows: Int, _ body: (_ row: Int, _ firstElement: UInt64, UnsafePointer<ck_dropout>) -> Void
    ) {
      withUnsafePointer(to: words) { words in
        for row in 0..<rows { body(row, UInt64(firstElement + (top + row) * rowLength), words) }
      }
    }
  }

  private func mask(head: Int, queries: Range<Int>, keys: Range<Int>) -> Mask? {
    guard let dropout, dropoutRate > 0, !keys.isEmpty else { return nil }
    let sequence = dropout.sequence(ofRow: keys.lowerBound)
    let sampleKeys = Int(dropout.sequenceOffsets[sequence])..<Int(dropout.sequenceOffsets[sequence + 1])
    let firstQuery = Int(queryOffsets[segment(startingAt: sampleKeys.lowerBound)])
    let queryCount = Int(queryOffsets[segment(startingAt: sampleKeys.upperBound)]) - firstQuery
    let rowLength = (sampleKeys.count + 3) / 4 * 4
    return Mask(
      words: dropout.words(sequence: sequence, rate: dropoutRate),
      firstElement: (head * queryCount + queries.lowerBound - firstQuery) * rowLength, rowLength: rowLength)
  }

  /// The first segment whose keys start at `row` or behind it; the segments' count for the end.
  private func segment(startingAt row: Int) -> Int {
    var (low, high) = (0, segmentCount)
    while low < high {
      let middle = (low + high) / 2
      if Int(keyOffsets[middle]) < row { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

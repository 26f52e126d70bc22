import CKernels
import Randomness

/// Whose random numbers the rows of a matrix draw.
///
/// Row t of a sample (counted from the sample's first row) and column j take word n mod 4 of block n div 4 at the
/// sample's position, where n = t · width + j: a mask depends on the sample, not on what else is in the batch.
public struct DropoutPositions {
  let key: RandomKey
  let epoch: Int
  let site: Int
  let sequenceOffsets: UnsafePointer<Int32>
  let samples: UnsafePointer<UInt64>
  let sequenceCount: Int

  /// Positions of rows that lie sample after sample.
  ///
  /// - Parameters:
  ///   - key: the stream.
  ///   - epoch: taken modulo 2¹⁶.
  ///   - site: which dropout of the sample this is; taken modulo 2¹⁶.
  ///   - sequenceOffsets: where each sample's rows start and the last one's end: sequenceCount + 1 numbers, the first 0.
  ///   - samples: the samples' ids.
  ///   - sequenceCount: how many samples there are.
  public init(
    key: RandomKey, epoch: Int, site: Int, sequenceOffsets: UnsafePointer<Int32>, samples: UnsafePointer<UInt64>,
    sequenceCount: Int
  ) {
    self.key = key
    self.epoch = epoch
    self.site = site
    self.sequenceOffsets = sequenceOffsets
    self.samples = samples
    self.sequenceCount = sequenceCount
  }

  var rowCount: Int { Int(sequenceOffsets[sequenceCount]) }

  /// The sample that a row belongs to.
  func sequence(ofRow row: Int) -> Int {
    var (low, high) = (0, sequenceCount)
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(sequenceOffsets[middle]) <= row { low = middle } else { high = middle }
    }
    return low
  }

  /// What the C kernels need to know of one sample: an element is kept if its word is at least rate · 2³².
  func words(sequence: Int, rate: Float) -> ck_dropout {
    let position = RandomPosition(sample: samples[sequence], epoch: epoch, site: site)
    let counter = position.counter(block: 0)
    return ck_dropout(
      key: (key.words.x, key.words.y), epoch_and_site: counter.y, sample: (counter.z, counter.w),
      threshold: UInt32(min(Double(UInt32.max), max(0, (Double(rate) * 0x1p32).rounded(.up)))), scale: 1 / (1 - rate))
  }
}

/// y = x · mask / (1 − rate): the mask is a function of the position, recomputed in backward.
public enum DropoutKernel {
  /// Overwrites y, which may be x.
  ///
  /// - Parameters:
  ///   - x: [rows of all samples, width].
  ///   - y: the same.
  ///   - rate: the share of elements dropped, in [0, 1).
  public static func forward(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, width: Int, positions: DropoutPositions, rate: Float
  ) {
    Parallel.forEachSlice(of: positions.rowCount, slice: Slices.rows(width: width)) { rows in
      drop(x, into: y, rows, width: width, positions: positions, rate: rate)
    }
  }

  /// dx = dy · mask / (1 − rate), the mask of forward; overwrites dx, which may be dy.
  public static func backward(
    _ dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, width: Int, positions: DropoutPositions,
    rate: Float
  ) {
    forward(dy, into: dx, width: width, positions: positions, rate: rate)
  }

  static func drop(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ rows: Range<Int>, width: Int,
    positions: DropoutPositions, rate: Float
  ) {
    positions.forEachSample(of: rows, rate: rate) { part, first, words in
      let start = part.lowerBound * width
      kernels.dropout(x + start, y + start, part.count * width, UInt64(first * width), words)
    }
  }
}

extension DropoutPositions {
  /// Calls `body` for the parts of `rows` that belong to one sample each; `first` counts the part's first row in it.
  func forEachSample(
    of rows: Range<Int>, rate: Float,
    _ body: (_ part: Range<Int>, _ first: Int, UnsafePointer<ck_dropout>) -> Void
  ) {
    var row = rows.lowerBound
    while row < rows.upperBound {
      let sequence = sequence(ofRow: row)
      let end = min(rows.upperBound, Int(sequenceOffsets[sequence + 1]))
      var words = words(sequence: sequence, rate: rate)
      body(row..<end, row - Int(sequenceOffsets[sequence]), &words)
      row = end
    }
  }
}

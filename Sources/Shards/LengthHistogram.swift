/// Counts of lengths in logarithmic buckets: bounded memory, percentiles within 1/32.
///
/// Lengths below 64 have a bucket each; above, every power of two is cut into 32.
public struct LengthHistogram: Equatable, Sendable {
  private static let bitsInBucket = 5
  private var counts: [Int] = []
  /// Lengths added.
  public private(set) var count = 0
  /// The shortest length; 0 without any.
  public private(set) var minimum = 0
  /// The longest length; 0 without any.
  public private(set) var maximum = 0
  /// The sum of all lengths.
  public private(set) var total: UInt64 = 0

  /// An empty histogram.
  public init() {}

  /// Adds a length of at least 0.
  public mutating func add(_ length: Int) {
    let length = max(0, length)
    let bucket = Self.bucket(of: length)
    if bucket >= counts.count { counts.append(contentsOf: repeatElement(0, count: bucket + 1 - counts.count)) }
    counts[bucket] += 1
    minimum = count == 0 ? length : min(minimum, length)
    maximum = max(maximum, length)
    count += 1
    total += UInt64(length)
  }

  /// Adds another histogram's lengths.
  public mutating func add(_ other: LengthHistogram) {
    guard other.count > 0 else { return }
    if counts.count < other.counts.count {
      counts.append(contentsOf: repeatElement(0, count: other.counts.count - counts.count))
    }
    for (bucket, value) in other.counts.enumerated() { counts[bucket] += value }
    minimum = count == 0 ? other.minimum : min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    count += other.count
    total += other.total
  }

  /// The mean length; 0 without any.
  public var mean: Double { count == 0 ? 0 : Double(total) / Double(count) }

  /// The smallest length that at least `share` of all lengths do not exceed, rounded up to its bucket's end.
  public func percentile(_ share: Double) -> Int {
    let rank = max(1, (min(max(share, 0), 1) * Double(count)).rounded(.up))
    var seen = 0
    for (bucket, value) in counts.enumerated() {
      seen += value
      if Double(seen) >= rank { return min(maximum, Self.end(of: bucket)) }
    }
    return maximum
  }

  private static func bucket(of length: Int) -> Int {
    let shift = max(0, Int.bitWidth - length.leadingZeroBitCount - bitsInBucket - 1)
    return shift << bitsInBucket + length >> shift
  }

  /// The longest length in a bucket.
  private static func end(of bucket: Int) -> Int {
    let shift = max(0, bucket >> bitsInBucket - 1)
    let mantissa = bucket - shift << bitsInBucket
    return (mantissa + 1) << shift - 1
  }
}

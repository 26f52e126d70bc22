/// Finds a writer of checkpoints that hangs, on a disk that does not answer or for any other reason.
///
/// It is late when a snapshot is not on the disk after a minute and the time that a slow disk of 5 MB/s takes, or after
/// ten times the longest save so far. Times are those of a clock that nobody sets, and begin anew when the watch itself
/// was not running.
struct WriterWatch {
  private static let leastSeconds = 60.0
  private static let slowestBytesPerSecond = 5e6
  private static let factor = 10.0
  private static let ownGap = 1.0
  private let firstLimit: Double
  private var longest = 0.0
  private var busySince: Double?
  private var lastLook: Double?

  /// A watch of a writer whose snapshots have `bytes`.
  init(bytes: Int) {
    firstLimit = WriterWatch.leastSeconds + Double(bytes) / WriterWatch.slowestBytesPerSecond
  }

  /// For how long the writer has been late with one snapshot; nil while it is not.
  mutating func look(now: Double, isIdle: Bool) -> Double? {
    defer { lastLook = now }
    if isIdle {
      if let busySince { longest = max(longest, now - busySince) }
      busySince = nil
      return nil
    }
    if let lastLook, now - lastLook > WriterWatch.ownGap { busySince = nil }
    let seconds = now - (busySince ?? now)
    busySince = busySince ?? now
    guard seconds > max(firstLimit, WriterWatch.factor * longest) else { return nil }
    return seconds
  }

  /// Another writer takes over.
  mutating func restart() { busySince = nil }
}

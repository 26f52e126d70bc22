/// Finds a writer of checkpoints that hangs, on a disk that does not answer or for any other reason.
///
/// It is late when a snapshot is not on the disk after a minute and the time that a slow disk of 5 MB/s takes, or after
/// ten times the longest save so far; whoever takes its place gets twice the time. Times are those of a clock that nobody
/// sets, and begin anew when the watch itself was not running.
struct WriterWatch {
  private static let leastSeconds = 60.0
  private static let slowestBytesPerSecond = 5e6
  private static let factor = 10.0
  private static let ownGap = 1.0
  private var limit: Double
  private var busySince: Double?
  private var written: UInt32?
  private var lastLook: Double?

  /// A watch of a writer whose snapshots have `bytes`.
  init(bytes: Int) {
    limit = WriterWatch.leastSeconds + Double(bytes) / WriterWatch.slowestBytesPerSecond
  }

  /// For how long the writer has been late with one snapshot; nil while it is not.
  ///
  /// - Parameter written: counts the snapshots that are on the disk.
  mutating func look(now: Double, isIdle: Bool, written: UInt32) -> Double? {
    if isIdle || written != self.written {
      if let busySince { limit = max(limit, WriterWatch.factor * (now - busySince)) }
      busySince = nil
    }
    if let lastLook, now - lastLook > WriterWatch.ownGap { busySince = nil }
    (self.written, lastLook) = (written, now)
    if isIdle { return nil }
    let since = busySince ?? now
    busySince = since
    return now - since > limit ? now - since : nil
  }

  /// Another writer takes over.
  mutating func restart() {
    busySince = nil
    limit *= 2
  }
}

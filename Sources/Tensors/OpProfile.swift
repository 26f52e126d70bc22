/// Where time goes: every kernel that a tape runs, and whatever else is measured around it, one event each.
public final class OpProfile {
  /// One thing that was done.
  public struct Event: Sendable {
    /// What: the operation, and for backward what the gradient is of.
    public let name: String
    /// Seconds from the profile's start to the event's.
    public let start: Double
    /// How long it took, in seconds.
    public let seconds: Double
    /// Floating-point operations of matrix products; recomputed ones do not count.
    public let flops: Double
    /// Bytes that must be read or written at least once.
    public let bytes: Double
  }

  /// What was done, in the order in which it ended.
  public private(set) var events: [Event] = []
  private let clock = ContinuousClock()
  private let origin: ContinuousClock.Instant

  /// A profile that starts now.
  public init() { origin = clock.now }

  /// Does `work` and remembers how long it took.
  public func measure<Result>(
    _ name: String, flops: Double = 0, bytes: Double = 0, _ work: () throws -> Result
  ) rethrows -> Result {
    let start = clock.now
    defer {
      events.append(
        Event(
          name: name, start: OpProfile.seconds(start - origin), seconds: OpProfile.seconds(clock.now - start),
          flops: flops, bytes: bytes))
    }
    return try work()
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}

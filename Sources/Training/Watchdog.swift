import Collectives

/// Finds members of a group that make no progress while others wait for them.
///
/// A member is late when it has begun no piece of work for ten times what pieces of its phase usually take, and for five
/// seconds at least. Who waits at a barrier for others is never late. Times are those of a clock that nobody sets, and
/// begin anew when the watchdog itself was not running.
struct Watchdog {
  /// A member that hangs.
  struct Finding: Equatable {
    let rank: Int
    let phase: WorkerPhase
    let seconds: Double
  }

  /// What a watchdog sees of a member.
  private struct Watch {
    var line: WorkerBoard.Line
    var since: Double
  }

  /// The shortest time after which a member is late.
  let leastSeconds: Double
  /// The time for members that have just begun.
  let firstSeconds: Double
  private static let factor = 10.0
  private static let knownBeats = 20
  /// A look that comes so late means that this process was not running.
  private static let ownGap = 1.0
  private var watches: [Watch?]
  private var usual: [WorkerPhase: Double] = [:]
  private var lastLook: Double?

  init(count: Int, leastSeconds: Double = 5, firstSeconds: Double = 60) {
    self.leastSeconds = leastSeconds
    self.firstSeconds = firstSeconds
    watches = [Watch?](repeating: nil, count: count)
  }

  /// Looks at all members; `missing` are those for whom others wait at a barrier, none when nobody waits.
  mutating func look(now: Double, missing: [Int], _ line: (Int) -> WorkerBoard.Line) -> Finding? {
    if let lastLook, now - lastLook > Watchdog.ownGap {
      for rank in watches.indices { watches[rank]?.since = now }
    }
    lastLook = now
    var finding: Finding?
    for rank in watches.indices {
      let line = line(rank)
      guard let watch = watches[rank], watch.line.beats == line.beats else {
        learn(watches[rank], now)
        watches[rank] = Watch(line: line, since: now)
        continue
      }
      let seconds = now - watch.since
      let isWaiting = line.phase == .waiting && !missing.contains(rank)
      if line.phase == .done || isWaiting || seconds <= limit(line) { continue }
      if seconds > finding?.seconds ?? 0 { finding = Finding(rank: rank, phase: line.phase, seconds: seconds) }
    }
    return finding
  }

  /// How long a member may stay where it is. A phase that was never watched takes as long as the longest that was.
  private func limit(_ line: WorkerBoard.Line) -> Double {
    guard line.beats >= Watchdog.knownBeats else { return firstSeconds }
    let usual = usual[line.phase] ?? usual.values.max() ?? 0
    return max(leastSeconds, Watchdog.factor * (line.phase == .waiting ? 0 : usual))
  }

  /// Remembers the longest time that a piece of a phase takes; long ones are slowly forgotten.
  private mutating func learn(_ watch: Watch?, _ now: Double) {
    guard let watch, watch.line.phase != .starting, watch.line.phase != .waiting else { return }
    usual[watch.line.phase] = max(now - watch.since, (usual[watch.line.phase] ?? 0) * 0.98)
  }
}

import CSystem

/// A place where every member waits until all have come.
///
/// Sleeps on a futex at once instead of spinning: on cores that are shared with others a spinning member takes the time
/// that the one it waits for needs.
struct Barrier {
  static let byteCount = 64
  static let largestCount = 64
  /// Bit r: member r has come.
  private let arrived: UnsafeMutablePointer<UInt64>
  /// How often all have come.
  private let round: UnsafeMutablePointer<UInt32>
  private let count: Int

  init(_ memory: UnsafeMutableRawPointer, count: Int) {
    precondition(count <= Barrier.largestCount, "at most \(Barrier.largestCount) members")
    arrived = memory.bindMemory(to: UInt64.self, capacity: 1)
    round = (memory + 8).bindMemory(to: UInt32.self, capacity: 1)
    self.count = count
  }

  private var everybody: UInt64 { count == 64 ? .max : (1 << UInt64(count)) - 1 }

  /// Waits for the others, at most `seconds`.
  /// - Throws: `CollectiveError.late` with those who did not come.
  func wait(rank: Int, seconds: Double) throws(CollectiveError) {
    let seen = load(round)
    let bit = UInt64(1) << UInt64(rank)
    if fetchAdd(arrived, bit) | bit == everybody {
      store(arrived, 0)
      _ = fetchAdd(round, 1)
      return wake(round)
    }
    let start = monotonicSeconds()
    while load(round) == seen {
      sleep(round, while: seen, seconds: 1)
      guard load(round) == seen, monotonicSeconds() - start > seconds else { continue }
      throw .late(ranks: missing, seconds: seconds)
    }
  }

  /// Those who have not come.
  var missing: [Int] {
    let here = load(arrived)
    return (0..<count).filter { here & (1 << UInt64($0)) == 0 }
  }

  /// Forgets who has come: after members died, before others take their places.
  func reset() { store(arrived, 0) }
}

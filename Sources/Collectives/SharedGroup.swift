import CSystem

/// Processes of one machine that share memory.
///
/// The memory begins with the board, on which every member shows what it does, and the barrier; the rest is taken piece
/// by piece in the order that all members follow.
public final class SharedGroup: ProcessGroup {
  /// The most members.
  public static let largestCount = Barrier.largestCount
  /// The rank of a process that belongs to the run but not to the group: it places the same memory and never comes to a
  /// barrier.
  public static let observer = -1
  /// This member's number, or `observer`.
  public let rank: Int
  /// The number of members, observers not counted.
  public let count: Int
  /// What each member does.
  public let board: WorkerBoard
  private let shared: SharedMemory
  private let meeting: Barrier
  private let deadline: Double
  private var end: Int

  /// A member, or an observer, of the group in `shared`.
  /// - Parameter deadline: the seconds after which a barrier gives up; a watchdog notices earlier.
  public init(_ shared: SharedMemory, rank: Int, count: Int, deadline: Double = 3_600) {
    self.shared = shared
    self.rank = rank
    self.count = count
    self.deadline = deadline
    board = WorkerBoard(shared.base, count: count)
    meeting = Barrier(shared.base + WorkerBoard.byteCount(count), count: count)
    end = WorkerBoard.byteCount(count) + Barrier.byteCount
  }

  /// Bytes of memory for a group whose users take `byteCount` bytes.
  public static func byteCount(members: Int, taking byteCount: Int) -> Int {
    WorkerBoard.byteCount(members) + Barrier.byteCount + byteCount
  }

  static func rounded(_ byteCount: Int) -> Int { (byteCount + 63) / 64 * 64 }

  /// The next piece.
  public func memory(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let piece = shared.base + end
    end += SharedGroup.rounded(byteCount)
    precondition(end <= shared.byteCount, "\(CollectiveError.exhausted(needed: end, bytes: shared.byteCount))")
    return piece
  }

  /// Waits for all members, at most until the deadline.
  public func barrier() throws {
    beat(.waiting)
    try meeting.wait(rank: rank, seconds: deadline)
  }

  /// Shows on the board what this member does.
  public func beat(_ phase: WorkerPhase) { board.beat(rank, phase) }

  /// Those for whom the others wait; none when nobody waits.
  public var missing: [Int] {
    let missing = meeting.missing
    return missing.count == count ? [] : missing
  }

  /// Makes the meeting place and the members' lines new, after all members have died.
  public func reset() {
    meeting.reset()
    board.reset()
  }
}

/// Processes that work on one training run.
///
/// Every member takes memory in the same order, so a piece is the same piece for all. The bits of a run never depend on
/// the number of members: they only decide who computes what.
public protocol ProcessGroup: AnyObject {
  /// This member's number, from 0.
  var rank: Int { get }
  /// The number of members.
  var count: Int { get }
  /// The next `byteCount` bytes that all members see, at a multiple of 64 bytes; zeros when the group was made.
  func memory(_ byteCount: Int) -> UnsafeMutableRawPointer
  /// Waits until all members have come.
  func barrier() throws
  /// Tells whoever watches that this member is alive and what it does.
  func beat(_ phase: WorkerPhase)
}

/// What a member does at the moment.
public enum WorkerPhase: UInt32, Sendable, CaseIterable {
  case starting, reading, computing, reducing, updating, evaluating, saving, waiting, done
}

extension ProcessGroup {
  /// The next `count` floats that all members see.
  public func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    memory(max(1, count) * MemoryLayout<Float>.stride).bindMemory(to: Float.self, capacity: max(1, count))
  }

  /// The next table that all members see.
  public func table<Element: BitwiseCopyable>(of type: Element.Type, count: Int) -> SharedTable<Element> {
    SharedTable(memory(max(1, count) * MemoryLayout<Element>.stride), count: count)
  }

  /// The next number that all members see, alone on its cache line.
  public func word() -> SharedWord {
    SharedWord(pointer: memory(64).bindMemory(to: UInt32.self, capacity: 1))
  }

  /// This member's part of `total` things that are dealt in order, sizes differing by at most one.
  public func share(of total: Int) -> Range<Int> { share(of: total, rank: rank) }

  /// A member's part of `total` things.
  public func share(of total: Int, rank: Int) -> Range<Int> { rank * total / count..<(rank + 1) * total / count }
}

/// A group of one: nobody to wait for, memory of its own.
public final class SingleProcess: ProcessGroup {
  /// 0.
  public let rank = 0
  /// 1.
  public let count = 1
  private var pieces: [UnsafeMutableRawPointer] = []

  /// The group.
  public init() {}

  deinit { for piece in pieces { piece.deallocate() } }

  /// The next piece.
  public func memory(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let piece = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    piece.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    pieces.append(piece)
    return piece
  }

  /// Nobody to wait for.
  public func barrier() {}
  /// Nobody to tell.
  public func beat(_ phase: WorkerPhase) {}
}

/// A group that only adds up how much memory its users take.
public final class MemoryCount: ProcessGroup {
  /// 0.
  public let rank = 0
  /// The members of the group that is planned.
  public let count: Int
  /// Bytes taken so far.
  public private(set) var byteCount = 0
  /// What is given for every piece; nobody may touch it.
  private let place = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)

  /// A count for a group of so many members.
  public init(members: Int) { count = members }

  deinit { place.deallocate() }

  /// The next piece.
  public func memory(_ byteCount: Int) -> UnsafeMutableRawPointer {
    self.byteCount += SharedGroup.rounded(byteCount)
    // Users only place things.
    return place
  }

  /// Nobody to wait for.
  public func barrier() {}
  /// Nobody to tell.
  public func beat(_ phase: WorkerPhase) {}
}

import CSystem

/// A line for every member of a group, and one for a process beside them: what it does, how far it is, what stopped it.
public struct WorkerBoard {
  /// A member's line as a watchdog sees it.
  public struct Line: Equatable, Sendable {
    /// What the member does.
    public var phase: WorkerPhase
    /// How many pieces of work it has begun; a member that waits adds nothing.
    public var beats: UInt64

    /// A line.
    public init(phase: WorkerPhase, beats: UInt64) {
      self.phase = phase
      self.beats = beats
    }
  }

  /// A cache line for the beats, then what a member says at its end.
  private static let lineBytes = 4_096
  private static let textOffset = 128
  private let base: UnsafeMutableRawPointer
  private let count: Int

  static func byteCount(_ count: Int) -> Int { (count + 1) * lineBytes }

  init(_ base: UnsafeMutableRawPointer, count: Int) {
    self.base = base
    self.count = count
  }

  func beat(_ rank: Int, _ phase: WorkerPhase) {
    guard rank >= 0 else { return }
    let line = base + rank * WorkerBoard.lineBytes
    store(line.assumingMemoryBound(to: UInt32.self), phase.rawValue)
    _ = fetchAdd((line + 8).assumingMemoryBound(to: UInt64.self), 1)
  }

  /// A member's line.
  public subscript(rank: Int) -> Line {
    let line = base + rank * WorkerBoard.lineBytes
    return Line(
      phase: WorkerPhase(rawValue: load(line.assumingMemoryBound(to: UInt32.self))) ?? .starting,
      beats: load((line + 8).assumingMemoryBound(to: UInt64.self)))
  }

  /// Leaves words for whoever watches; cut to what fits.
  public func say(_ rank: Int, _ text: String) {
    let line = base + rank * WorkerBoard.lineBytes + WorkerBoard.textOffset
    let bytes = Array(text.utf8.prefix(WorkerBoard.lineBytes - WorkerBoard.textOffset - 4))
    (line + 4).copyMemory(from: bytes, byteCount: bytes.count)
    store(line.assumingMemoryBound(to: UInt32.self), UInt32(bytes.count))
  }

  /// What a member has said, nil if nothing.
  public func words(_ rank: Int) -> String? {
    let line = base + rank * WorkerBoard.lineBytes + WorkerBoard.textOffset
    let count = Int(load(line.assumingMemoryBound(to: UInt32.self)))
    guard count > 0, count <= WorkerBoard.lineBytes - WorkerBoard.textOffset - 4 else { return nil }
    return String(decoding: UnsafeRawBufferPointer(start: line + 4, count: count), as: UTF8.self)
  }

  /// Forgets all members.
  func reset() { base.initializeMemory(as: UInt8.self, repeating: 0, count: count * WorkerBoard.lineBytes) }
}

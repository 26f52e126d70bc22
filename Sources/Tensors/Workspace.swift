import Kernels

/// Recycled memory for the activations of a step.
///
/// Blocks come in size classes, eight to an octave, and a free block of one of the next two classes serves where there is
/// none of the right one: packed batches whose token counts vary settle on few blocks, and later steps make no system call.
/// A dry workspace hands out no memory and only counts: a step recorded in it tells the peak of exact classes.
public final class Workspace {
  /// Whether memory is only counted.
  public let isDry: Bool
  /// Bytes in use by living tensors.
  public private(set) var usedBytes = 0
  /// The most bytes that were ever in use at once.
  public private(set) var peakBytes = 0
  /// Bytes held from the system.
  public private(set) var reservedBytes = 0

  private var free: [Int: [UnsafeMutableRawPointer]] = [:]

  /// An empty workspace; `isDry` counts memory without taking any.
  public init(isDry: Bool = false) {
    self.isDry = isDry
  }

  deinit {
    for blocks in free.values {
      for block in blocks { LargeMemory.deallocate(block) }
    }
  }

  /// A block of at least `byteCount` bytes; its contents are whatever was there.
  func block(byteCount: Int) -> Storage {
    let wanted = Workspace.sizeClass(byteCount)
    let (base, size) = isDry ? (Workspace.nowhere, wanted) : recycled(wanted) ?? fresh(wanted)
    usedBytes += size
    peakBytes = max(peakBytes, usedBytes)
    return Storage(base: base, byteCount: size, workspace: self)
  }

  /// A free block of this class or one of the next two.
  private func recycled(_ wanted: Int) -> (UnsafeMutableRawPointer, Int)? {
    var size = wanted
    for _ in 0..<3 {
      if let base = free[size]?.popLast() { return (base, size) }
      size = Workspace.sizeClass(size + 1)
    }
    return nil
  }

  private func fresh(_ size: Int) -> (UnsafeMutableRawPointer, Int) {
    reservedBytes += size
    return (LargeMemory.allocate(byteCount: size), size)
  }

  fileprivate func recycle(_ base: UnsafeMutableRawPointer, byteCount: Int) {
    usedBytes -= byteCount
    if !isDry { free[byteCount, default: []].append(base) }
  }

  /// The smallest of eight steps per octave, at least 256 bytes, that holds `byteCount`.
  static func sizeClass(_ byteCount: Int) -> Int {
    if byteCount <= 256 { return 256 }
    let step = 1 << (Int.bitWidth - (byteCount - 1).leadingZeroBitCount - 4)
    return (byteCount + step - 1) / step * step
  }

  /// A non-null address that is never read: what tensors of a dry run point to.
  private nonisolated(unsafe) static let nowhere = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
}

/// One block of memory, given back to its workspace when the last tensor lets go.
final class Storage {
  let base: UnsafeMutableRawPointer  // `let`: no exclusivity checks on the way to the numbers
  let byteCount: Int
  private let workspace: Workspace

  var floats: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }

  init(base: UnsafeMutableRawPointer, byteCount: Int, workspace: Workspace) {
    self.base = base
    self.byteCount = byteCount
    self.workspace = workspace
  }

  deinit { workspace.recycle(base, byteCount: byteCount) }
}

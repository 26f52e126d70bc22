import Kernels

/// Recycled memory for the activations of a step.
///
/// Blocks are cut from chunks, each from the smallest free stretch that is large enough, and free neighbors become one
/// stretch again: batches whose token counts vary take little more memory than the largest of them, and after it no step
/// makes a system call. A dry workspace hands out no memory and only counts: a step recorded in it tells what it takes
/// before anything starts.
public final class Workspace {
  /// Whether memory is only counted.
  public let isDry: Bool
  /// Bytes in use by living tensors.
  public private(set) var usedBytes = 0
  /// The most bytes that were ever in use at once.
  public private(set) var peakBytes = 0
  /// Bytes of its chunks up to the last that was ever used, gaps between blocks included: what it takes of the machine.
  public var reachedBytes: Int { chunks.reduce(0) { $0 + $1.reached } }

  private var chunks: [Chunk] = []
  /// By address; no two touch each other.
  private var free: [Stretch] = []

  /// Memory of the system; what was never used of it costs nothing. In a dry workspace the address is of no memory.
  private struct Chunk {
    let start: Int
    let count: Int
    var reached = 0
  }

  private struct Stretch {
    var start: Int
    var count: Int
    var end: Int { start + count }
  }

  private static let chunkBytes = 256 << 20
  private static let alignment = 64

  /// An empty workspace; `isDry` counts memory without taking any.
  public init(isDry: Bool = false) {
    self.isDry = isDry
  }

  deinit {
    if isDry { return }
    for chunk in chunks { UnsafeMutableRawPointer(bitPattern: chunk.start).map(LargeMemory.deallocate) }
  }

  /// A block of at least `byteCount` bytes; its contents are whatever was there.
  func block(byteCount: Int) -> Storage {
    let size = (max(1, byteCount) + Workspace.alignment - 1) / Workspace.alignment * Workspace.alignment
    let start = take(size)
    usedBytes += size
    peakBytes = max(peakBytes, usedBytes)
    guard let base = UnsafeMutableRawPointer(bitPattern: start) else { requirementFailed("a block at address 0") }
    return Storage(base: base, byteCount: size, workspace: self)
  }

  /// Cuts `size` bytes from the smallest stretch that has them.
  private func take(_ size: Int) -> Int {
    var best: Int?
    for (index, stretch) in free.enumerated() where stretch.count >= size {
      if best.map({ stretch.count < free[$0].count }) ?? true { best = index }
    }
    let index = best ?? addChunk(size)
    let start = free[index].start
    free[index].start += size
    free[index].count -= size
    if free[index].count == 0 { free.remove(at: index) }
    if let chunk = chunks.firstIndex(where: { start >= $0.start && start < $0.start + $0.count }) {
      chunks[chunk].reached = max(chunks[chunk].reached, start + size - chunks[chunk].start)
    }
    return start
  }

  /// The place of a new stretch that has `size` bytes at least.
  private func addChunk(_ size: Int) -> Int {
    let count = max(size, Workspace.chunkBytes)
    let start =
      isDry
      ? (chunks.last.map { $0.start + $0.count } ?? 0) + Workspace.alignment
      : Int(bitPattern: LargeMemory.allocate(byteCount: count))
    chunks.append(Chunk(start: start, count: count))
    return insert(Stretch(start: start, count: count))
  }

  fileprivate func recycle(_ base: UnsafeMutableRawPointer, byteCount: Int) {
    usedBytes -= byteCount
    _ = insert(Stretch(start: Int(bitPattern: base), count: byteCount))
  }

  /// Adds a stretch and joins it with its neighbors.
  private func insert(_ stretch: Stretch) -> Int {
    var (index, end) = (0, free.count)
    while index < end {
      let middle = (index + end) / 2
      if free[middle].start < stretch.start { index = middle + 1 } else { end = middle }
    }
    if index > 0, free[index - 1].end == stretch.start {
      index -= 1
      free[index].count += stretch.count
    } else {
      free.insert(stretch, at: index)
    }
    if index + 1 < free.count, free[index].end == free[index + 1].start {
      free[index].count += free[index + 1].count
      free.remove(at: index + 1)
    }
    return index
  }
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

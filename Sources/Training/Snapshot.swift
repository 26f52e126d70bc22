import Collectives
import NN
import Optimizers
import Tensors

/// A copy of parameters and moments that a process of its own writes to the disk while training goes on.
///
/// It is a real copy: the live values change while it is written.
public final class Snapshot {
  /// How often the trainer has waited for a copy since this memory was made, and for how many seconds in all.
  public struct Waits: BitwiseCopyable, Sendable {
    /// The number of copies.
    public var count = 0
    /// Seconds from the wish to save to the next step.
    public var seconds = 0.0
  }

  /// The copies of values, first and second moments, for a store of the same layout.
  public let slabs: [Slab]
  private let group: any ProcessGroup
  private let progress: SharedTable<RunProgress>
  /// How many snapshots were taken, and how many of them are on the disk.
  private let taken, written: SharedWord
  /// The last step that is on the disk, counted from 1; 0 for none.
  private let durable: SharedTable<Int>
  private let waited: SharedTable<Waits>

  /// Room for a snapshot in the memory of `group`.
  public init(_ group: any ProcessGroup, _ store: ParameterStore) {
    self.group = group
    let count = store.slabCount
    slabs = (0..<3).map { _ in group.slab(count) }
    progress = group.table(of: RunProgress.self, count: 1)
    taken = group.word()
    written = group.word()
    durable = group.table(of: Int.self, count: 1)
    waited = group.table(of: Waits.self, count: 1)
  }

  /// What saving has cost the trainer.
  public var waits: Waits { waited[0] }

  /// The size of a snapshot.
  var byteCount: Int { slabs.reduce(0) { $0 + 4 * $1.count } }

  /// Counts the snapshots that are on the disk.
  var writtenCount: UInt32 { written.value }

  /// Whether nothing waits to be written.
  public var isIdle: Bool { taken.value == written.value }

  /// The last step that is on the disk.
  public var durableStep: Int? { durable[0] == 0 ? nil : durable[0] - 1 }

  /// Copies this member's share, once the snapshot before is on the disk.
  public func take(_ store: ParameterStore, _ optimizer: AdamW, _ progress: RunProgress) throws {
    let start = monotonicSeconds()
    while !isIdle {
      group.beat(.saving)
      written.wait(while: written.value, seconds: 0.05)
    }
    group.beat(.saving)
    let share = group.share(of: store.slabCount)
    for (copy, slab) in zip(slabs, [store.memory.values, optimizer.firstMoment, optimizer.secondMoment]) {
      copy.copy(slab, share, to: share.lowerBound)
    }
    try group.barrier()
    guard group.rank == 0 else { return }
    self.progress[0] = progress
    taken.announce(taken.value &+ 1)
    waited[0] = Waits(count: waited[0].count + 1, seconds: waited[0].seconds + monotonicSeconds() - start)
  }

  /// Writes one snapshot after the other, for as long as this process lives; each when all that led to it is reported, so
  /// that a run that goes on from it lacks no record.
  ///
  /// - Parameter save: brings a snapshot to the disk; returns only when it is there.
  public func serve(_ run: RunMemory, save: (RunProgress) throws -> Void) throws -> Never {
    while true {
      guard !isIdle else {
        taken.wait(while: taken.value, seconds: 1)
        continue
      }
      let progress = progress[0]
      run.waitForTaking()
      try save(progress)
      durable[0] = progress.step + 1
      written.announce(written.value &+ 1)
    }
  }
}

extension ProcessGroup {
  /// The next slab that all members see.
  public func slab(_ count: Int) -> Slab { Slab(adopting: floats(count), count: count) {} }
}

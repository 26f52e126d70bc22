import Collectives
import Kernels
import NN
import Tensors

/// The means to mend an update that was cut short: every piece of the parameters as it was before, until it is done.
///
/// A piece is copied aside, marked as begun, updated and marked as done. A process that is killed in between leaves its
/// stores behind in the shared memory, so whoever takes its place puts the old values back and updates the piece again. It
/// costs a few megabytes for each member instead of a second copy of all parameters and moments.
public final class UpdateJournal {
  /// Pieces that may be open at a time.
  static let openCount = 16
  /// For every piece 2t once update t is done, 2t − 1 while it goes on.
  private let marks: SharedTable<UInt64>
  /// For each member the open pieces' values and moments.
  private let copies: [[Slab]]
  private let group: any ProcessGroup
  /// Called between the update of a piece and its mark: where tests let a process die.
  public var whileOpen: () -> Void = {}

  /// A journal in the memory of `group` for an optimizer's `pieceCount` pieces.
  public init(_ group: any ProcessGroup, pieceCount: Int) {
    self.group = group
    marks = group.table(of: UInt64.self, count: pieceCount)
    copies = (0..<group.count).map { _ in
      (0..<3).map { _ in
        let count = UpdateJournal.openCount * AdamW.pieceLength
        return Slab(adopting: group.floats(count), count: count) {}
      }
    }
  }

  /// Whether update `t` of a piece is done.
  func isDone(_ piece: Int, update: Int) -> Bool { marks[piece] >= 2 * UInt64(update) }

  /// Says that all pieces have had `updates` updates: after parameters were read from a checkpoint.
  public func begin(after updates: Int) {
    for piece in 0..<marks.count { marks[piece] = 2 * UInt64(updates) }
  }

  /// Updates a piece; `place` is one of the places for open pieces, and no other piece of this member uses it now.
  func guarding(
    _ piece: Int, _ range: Range<Int>, place: Int, update: Int, of slabs: [Slab], _ body: () -> Void
  ) {
    for (slab, copy) in zip(slabs, copies[group.rank]) { copy.copy(slab, range, to: place * AdamW.pieceLength) }
    marks[piece] = 2 * UInt64(update) - 1
    body()
    whileOpen()
    marks[piece] = 2 * UInt64(update)
  }

  /// Puts a piece that was left open back to what it was.
  func repair(_ piece: Int, _ range: Range<Int>, place: Int, of slabs: [Slab]) -> Bool {
    guard marks[piece] % 2 == 1 else { return false }
    for (slab, copy) in zip(slabs, copies[group.rank]) {
      let start = place * AdamW.pieceLength
      slab.copy(copy, start..<start + range.count, to: range.lowerBound)
    }
    marks[piece] -= 1
    return true
  }
}

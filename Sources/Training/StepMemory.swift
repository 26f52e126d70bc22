import Collectives
import NN
import Optimizers
import Tensors

/// What the members of a group share while they take a step: every slot's gradient on its way to the sum, every slot's
/// sums, and how far the step is.
///
/// A step has two halves. The first changes nothing that counts, so it can be taken again at any time; the second, the
/// update, begins when the sum is complete and is finished piece by piece whoever dies meanwhile.
public final class StepMemory {
  let group: any ProcessGroup
  let reduction: TreeReduction
  /// The updates' journal, where other processes may take over.
  let journal: UpdateJournal?
  private let sums: SharedTable<SharedSums>
  /// The step whose gradient is complete, counted from 1.
  private let complete: SharedTable<UInt64>
  /// The extraordinary step that gave the same bits twice, counted from 1.
  private let confirmed: SharedTable<UInt64>
  private let hits: SharedTable<UInt32>
  private let slotCount: Int

  /// The memory for steps of `slotCount` slots; `isShared` says whether members may die and be replaced.
  public init(
    _ group: any ProcessGroup, _ store: ParameterStore, _ optimizer: AdamW, slotCount: Int, isShared: Bool
  ) {
    self.group = group
    self.slotCount = slotCount
    sums = group.table(of: SharedSums.self, count: slotCount)
    complete = group.table(of: UInt64.self, count: 1)
    confirmed = group.table(of: UInt64.self, count: 1)
    hits = group.table(of: UInt32.self, count: Failpoint.countLimit)
    journal = isShared ? UpdateJournal(group, pieceCount: optimizer.pieces.count) : nil
    reduction = TreeReduction(group, slotCount: slotCount, floatCount: store.slabCount)
    if Failpoint.isArmed {
      let hits = hits
      journal?.whileOpen = { Failpoint.reach("piece", as: .worker(group.rank), counts: hits) }
    }
  }

  /// Begins after `updates` updates, with parameters that were drawn or read.
  public func begin(after updates: Int) { journal?.begin(after: updates) }

  /// Whether the gradient of a step is complete, so that its update may have begun.
  func isComplete(_ step: Int) -> Bool { complete[0] == UInt64(step) + 1 }

  func setComplete(_ step: Int?) { complete[0] = step.map { UInt64($0) + 1 } ?? 0 }

  /// Whether an extraordinary step gave the same bits twice.
  func isConfirmed(_ step: Int) -> Bool { confirmed[0] == UInt64(step) + 1 }

  func setConfirmed(_ step: Int) { confirmed[0] = UInt64(step) + 1 }

  func record(_ slot: Int, _ slotSums: TermSums?) {
    sums[slot] = slotSums.map { SharedSums($0, mark: 1) } ?? SharedSums(mark: 0)
  }

  /// What the slots' sums add up to, in tree order; nil if no slot had rows.
  func total(termCount: Int) -> TermSums? {
    SlotTree.fold(0..<slotCount) {
      sums[$0].mark == 0 ? nil : sums[$0].sums(termCount: termCount)
    } join: {
      $0 + $1
    }
  }

  /// A place where tests let this member die or err.
  @discardableResult
  func reach(_ place: String) -> Bool { Failpoint.reach(place, as: .worker(group.rank), counts: hits) }

  /// A place where tests let the supervisor or the writer die.
  public func reach(_ place: String, as member: Failpoint.Member) {
    Failpoint.reach(place, as: member, counts: hits)
  }
}

/// `TermSums` as plain numbers, for at most four terms.
struct SharedSums: BitwiseCopyable {
  private var losses = SIMD4<Double>()
  private var counts = SIMD4<Int64>()
  private var correct = SIMD4<Int64>()
  private var tokenCount: Int64 = 0
  private var byteCount: Int64 = 0
  private var frequentCount: Int64 = 0
  /// Whose sums these are; 0 for nobody's.
  var mark: Int64

  init(mark: Int64) { self.mark = mark }

  init(_ sums: TermSums, mark: Int64) {
    self.mark = mark
    for term in sums.losses.indices {
      losses[term] = sums.losses[term]
      counts[term] = Int64(sums.counts[term])
      correct[term] = Int64(sums.correct[term])
    }
    tokenCount = Int64(sums.tokenCount)
    byteCount = Int64(sums.byteCount)
    frequentCount = Int64(sums.frequentCount)
  }

  func sums(termCount: Int) -> TermSums {
    var sums = TermSums(termCount: termCount)
    for term in 0..<termCount {
      sums.losses[term] = losses[term]
      sums.counts[term] = Int(counts[term])
      sums.correct[term] = Int(correct[term])
    }
    sums.tokenCount = Int(tokenCount)
    sums.byteCount = Int(byteCount)
    sums.frequentCount = Int(frequentCount)
    return sums
  }
}

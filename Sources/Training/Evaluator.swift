import Collectives
import NN
import Objectives
import Tensors

/// Sums of an objective over held-out rows, with dropout off and masks that are the same every time.
///
/// In a group, members take batches as they get to them and the sums are added in tree order: whoever computes what, the
/// bits are the same.
public struct Evaluator {
  private let objective: any Objective
  private let precision: Precision
  private let frequent: Int32?
  private let shared: EvaluationMemory?
  private let workspace = Workspace()

  /// An evaluator of `objective`, alone or as a member of a group; `frequent` is the token to count among the targets.
  public init(
    _ objective: any Objective, precision: Precision = .float32, frequent: Int32? = nil,
    shared: EvaluationMemory? = nil
  ) {
    self.objective = objective
    self.precision = precision
    self.frequent = frequent
    self.shared = shared
  }

  /// What the terms add up to over `count` batches, in tree order; nil if cancelled.
  ///
  /// - Parameter mark: what tells this evaluation from others of the group, above 0; a process that takes another's place
  ///   goes on with the evaluation that has its mark.
  public func evaluate(
    _ count: Int, mark: Int = 1, isCancelled: () -> Bool = { false }, batch: (Int) throws -> Batch
  ) throws -> TermSums? {
    guard let shared else {
      var wasCancelled = false
      let sums = try SlotTree.fold(0..<count) { index -> TermSums? in
        wasCancelled = wasCancelled || isCancelled()
        return wasCancelled ? nil : score(try batch(index))
      } join: {
        $0 + $1
      }
      return wasCancelled ? nil : sums
    }
    try shared.begin()
    while let index = shared.next(below: count), !isCancelled() {
      if shared.has(index, mark) { continue }
      shared.record(index, score(try batch(index)), mark)
    }
    try shared.group.barrier()
    guard (0..<count).allSatisfy({ shared.has($0, mark) }) else { return nil }
    return SlotTree.fold(0..<count) {
      shared.sums($0, termCount: objective.terms.count)
    } join: {
      $0 + $1
    }
  }

  private func score(_ batch: Batch) -> TermSums {
    let tape = Tape.inference(workspace, precision: precision)
    return TermSums(
      batch, counts: objective.counts(batch), scores: objective.scores(batch, on: tape), frequent: frequent)
  }
}

/// What the members of a group share while they evaluate: the sums of every batch, and which comes next.
public final class EvaluationMemory {
  let group: any ProcessGroup
  private let sums: SharedTable<SharedSums>
  private let claimed: SharedWord
  private let hits: SharedTable<UInt32>

  /// The memory for evaluations of at most `count` batches.
  public init(_ group: any ProcessGroup, count: Int) {
    self.group = group
    hits = group.table(of: UInt32.self, count: Failpoint.countLimit)
    sums = group.table(of: SharedSums.self, count: count)
    claimed = group.word()
  }

  func begin() throws {
    try group.barrier()
    if group.rank == 0 { claimed.value = 0 }
    try group.barrier()
  }

  /// The next batch that nobody has taken.
  func next(below count: Int) -> Int? {
    group.beat(.evaluating)
    Failpoint.reach("evaluate", as: .worker(group.rank), counts: hits)
    let index = Int(claimed.add(1))
    return index < count ? index : nil
  }

  func has(_ index: Int, _ mark: Int) -> Bool { sums[index].mark == Int64(mark) }

  func record(_ index: Int, _ batchSums: TermSums, _ mark: Int) {
    sums[index] = SharedSums(batchSums, mark: Int64(mark))
  }

  func sums(_ index: Int, termCount: Int) -> TermSums { sums[index].sums(termCount: termCount) }
}

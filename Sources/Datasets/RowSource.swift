import Dispatch
import Synchronization

/// The rows of any step, from windows that are read when needed, the next one shortly before.
///
/// Any number of threads may ask, in any order; order changes nothing but speed. At most two windows are kept: the one
/// last asked for and, once its steps are near, the one that follows it in the epoch, which is read in the background.
/// Reading it at once would take time from the first steps after a start, and be in vain where a process lives shortly.
public final class RowSource: Sendable {
  /// What rows are made of.
  public let dataset: Dataset
  /// What was counted.
  public let index: DatasetIndex
  /// The side of the validation split.
  public let part: Part
  /// Which rows each step reads.
  public let plan: any BatchPlan
  private let readsAhead: Bool
  /// So many steps before a window's first one its reading begins.
  private let stepsAhead: Int
  private let isNextNear = Atomic(true)
  private let tasks = Mutex<[Int: WindowTask]>([:])
  private let queue = DispatchQueue(label: "cloze.windows")

  /// A source of the plan's rows. Without `readsAhead`, only windows asked for are read.
  public init(
    _ dataset: Dataset, index: DatasetIndex, plan: any BatchPlan, readsAhead: Bool = true, stepsAhead: Int = 200
  ) {
    self.dataset = dataset
    self.index = index
    self.plan = plan
    part = plan.order.part
    self.readsAhead = readsAhead
    self.stepsAhead = stepsAhead
  }

  /// The addresses of a step's rows, in order.
  public func addresses(of step: Int) throws -> [SampleAddress] {
    let cursor = try plan.cursor(of: step)
    let ahead = try plan.cursor(of: min(step + stepsAhead, plan.stepCount - 1))
    isNextNear.store((ahead.epoch, ahead.window) != (cursor.epoch, cursor.window), ordering: .relaxed)
    return try plan.addresses(of: step) { window in try rows(of: window, epoch: cursor.epoch).lengths }
  }

  /// The rows at some addresses, in their order.
  /// - Throws: `DatasetError.changed` if a window is not what was counted, and the corpus' own errors.
  public func examples(for addresses: some Sequence<SampleAddress>) throws -> [Example] {
    var current: (address: SampleAddress, rows: any WindowRows)?
    return try addresses.map { address in
      if let current, current.address.window == address.window, current.address.epoch == address.epoch {
        return current.rows.example(address.row, epoch: address.epoch)
      }
      let rows = try rows(of: address.window, epoch: address.epoch)
      current = (address, rows)
      return rows.example(address.row, epoch: address.epoch)
    }
  }

  /// A step's rows, in order.
  public func examples(of step: Int) throws -> [Example] {
    try examples(for: addresses(of: step))
  }

  /// A step's rows dealt to micro-slots: `Array.slots(_:)` of its addresses.
  public func examples(of step: Int, slots: Int) throws -> [[Example]] {
    try addresses(of: step).slots(slots).map { try examples(for: $0) }
  }

  /// The windows that are being read or have been.
  var keptWindows: Set<Int> { tasks.withLock { Set($0.keys) } }

  /// A window's rows; keeps it and the one that follows, and gives up all others.
  private func rows(of window: Int, epoch: Int) throws -> any WindowRows {
    let next = readsAhead ? plan.order.window(after: window, epoch: epoch)?.window : nil
    let task = tasks.withLock { tasks in
      for (number, task) in tasks where number != window && number != next {
        task.cancel()
        tasks[number] = nil
      }
      let task = tasks[window] ?? begin(window)
      tasks[window] = task
      if let next, tasks[next] == nil, isNextNear.load(ordering: .relaxed) { tasks[next] = begin(next) }
      return task
    }
    do {
      return try task.rows()
    } catch {
      tasks.withLock { $0[window] = nil }
      throw error
    }
  }

  private func begin(_ window: Int) -> WindowTask {
    WindowTask(on: queue) { [dataset, index, part] in
      try dataset.rows(ofWindow: window, in: part, index: index)
    }
  }
}

/// A window that is being read, or has been.
private final class WindowTask: Sendable {
  private let outcome = Mutex<Result<any WindowRows, any Error>?>(nil)
  private let isCancelled = Atomic(false)
  private let group = DispatchGroup()

  init(on queue: DispatchQueue, read: @escaping @Sendable () throws -> any WindowRows) {
    group.enter()
    queue.async { [self] in
      let result = Result { isCancelled.load(ordering: .relaxed) ? nil : try read() }
      outcome.withLock { outcome in
        outcome = result.flatMap { $0.map { .success($0) } ?? .failure(CancellationError()) }
      }
      group.leave()
    }
  }

  /// Saves the reading, if it has not begun.
  func cancel() { isCancelled.store(true, ordering: .relaxed) }

  /// The window's rows, once they are there.
  func rows() throws -> any WindowRows {
    group.wait()
    guard let result = outcome.withLock({ $0 }) else { throw CancellationError() }
    return try result.get()
  }
}

import Collectives
import Kernels

/// How a run is spread over the processors: so many processes with so many threads each. Never changes the bits.
public struct ProcessLayout: Equatable, Sendable {
  /// Processes that share each step.
  public let workers: Int
  /// Threads of each.
  public let threads: Int
  /// Why, in a few words.
  public let reason: String

  /// As the pipeline says; where it leaves the choice, one process for each processor as far as the step has parts and
  /// there is memory for them.
  ///
  /// Processes beat threads: each does whole parts of a step by itself and meets the others four times a step instead of
  /// after every operation. But each has activations and gradients of its own.
  public init(
    _ configuration: PipelineConfiguration, processors: Int = Machine.processorCount,
    memory: Int = MachineFacts.memoryCapacity
  ) {
    let machine = configuration.machine
    let allowed = min(memory, machine.memory?.bytes ?? .max)
    switch (machine.workers, machine.threads) {
    case (.fixed(let workers), .fixed(let threads)):
      (self.workers, self.threads, reason) = (workers, threads, "as asked")
    case (.fixed(let workers), .automatic):
      (self.workers, threads) = (workers, max(1, processors / max(1, workers)))
      reason = "\(processors) processors"
    case (.automatic, .fixed(let threads)):
      let choice = ProcessLayout.workers(configuration, most: processors / max(1, threads), memory: allowed)
      (workers, self.threads, reason) = (choice.count, threads, "\(processors) processors, \(choice.reason)")
    case (.automatic, .automatic):
      let choice = ProcessLayout.workers(configuration, most: processors, memory: allowed)
      (workers, threads) = (choice.count, max(1, processors / choice.count))
      reason = "\(processors) processors, \(choice.reason)"
    }
  }

  /// The largest power of two of workers that processors, parts of a step and memory allow: parts are then shared evenly.
  private static func workers(
    _ configuration: PipelineConfiguration, most: Int, memory: Int
  ) -> (count: Int, reason: String) {
    let parts = configuration.pretrain?.microBatches ?? 1
    let wanted = powerOfTwo(min(parts, most, SharedGroup.largestCount))
    guard wanted > 1, let need = MemoryNeed(configuration) else { return (wanted, "\(parts) micro-batches") }
    var count = wanted
    while count > 1 && need.bytes(workers: count) > memory { count /= 2 }
    if count == wanted { return (wanted, "\(parts) micro-batches") }
    return (
      count, "\(Figures.bytes(memory)) of memory: more workers need \(Figures.bytes(need.bytes(workers: 2 * count)))"
    )
  }

  /// Threads of all processes: what stages of one process use.
  public var totalThreads: Int { workers * threads }

  /// `2 workers × 1 thread`.
  public var text: String {
    "\(Figures.count(workers, "worker")) × \(Figures.count(threads, "thread"))"
  }

  /// The largest power of two that is not above `count`, and 1 for less.
  private static func powerOfTwo(_ count: Int) -> Int {
    1 << (Int.bitWidth - 1 - max(1, count).leadingZeroBitCount)
  }
}

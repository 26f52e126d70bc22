import Kernels

/// How a run is spread over the processors: so many processes with so many threads each. Never changes the bits.
public struct ProcessLayout: Equatable, Sendable {
  /// Processes that share each step.
  public let workers: Int
  /// Threads of each.
  public let threads: Int
  /// Why, in a few words.
  public let reason: String

  /// As the pipeline says; where it leaves the choice, one process for each processor as far as the step has parts.
  ///
  /// Processes beat threads: each does whole parts of a step by itself and meets the others four times a step instead of
  /// after every operation.
  public init(_ configuration: PipelineConfiguration, processors: Int = Machine.processorCount) {
    let parts = configuration.pretrain?.microBatches ?? 1
    switch (configuration.machine.workers, configuration.machine.threads) {
    case (.fixed(let workers), .fixed(let threads)):
      (self.workers, self.threads, reason) = (workers, threads, "as asked")
    case (.fixed(let workers), .automatic):
      (self.workers, threads) = (workers, max(1, processors / max(1, workers)))
      reason = "\(processors) processors"
    case (.automatic, .fixed(let threads)):
      workers = ProcessLayout.powerOfTwo(min(parts, max(1, processors / max(1, threads))))
      (self.threads, reason) = (threads, "\(processors) processors, \(parts) micro-batches")
    case (.automatic, .automatic):
      workers = ProcessLayout.powerOfTwo(min(parts, processors))
      threads = max(1, processors / workers)
      reason = "\(processors) processors, \(parts) micro-batches"
    }
  }

  /// Threads of all processes: what stages of one process use.
  public var totalThreads: Int { workers * threads }

  /// `2 workers × 1 thread`.
  public var text: String {
    "\(Figures.count(workers, "worker")) × \(Figures.count(threads, "thread"))"
  }

  /// The largest power of two that is not above `count`: the parts of a step are then shared out evenly.
  private static func powerOfTwo(_ count: Int) -> Int {
    1 << (Int.bitWidth - 1 - max(1, count).leadingZeroBitCount)
  }
}

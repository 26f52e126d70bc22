import FoundationEssentials
import Glibc
import Kernels
import Tensors

/// What a run may use of this machine, and which bits it computes.
public enum Machine {
  /// Threads for what one process does alone: those of all workers together.
  public static func threadCount(_ configuration: PipelineConfiguration) -> Int {
    ProcessLayout(configuration).totalThreads
  }

  /// The processors that this process may use.
  public static var processorCount: Int {
    processorCount(
      affinity: MachineFacts.allowedProcessors, quota: MachineFacts.quota,
      environment: ProcessInfo.processInfo.environment)
  }

  /// The least of what limits this process: its affinity, its control group's quota rounded up, and what Slurm gave the job
  /// on this node.
  static func processorCount(affinity: Int, quota: Double?, environment: [String: String]) -> Int {
    let limits = [quota.map { Int($0.rounded(.up)) }, environment["SLURM_CPUS_ON_NODE"].flatMap { Int($0) }]
    return max(1, limits.compactMap { $0 }.reduce(affinity, min))
  }

  /// Uses the kernels of the CPU level that CLOZE_CPU names, if it names one; worker processes inherit it.
  /// - Throws: `UserError` for a level that there is not, or not here.
  public static func chooseLevel(_ environment: [String: String] = ProcessInfo.processInfo.environment)
    throws(UserError)
  {
    guard let name = environment["CLOZE_CPU"], !name.isEmpty else { return }
    let here = CPULevel.available.map(\.name).joined(separator: ", ")
    guard let level = CPULevel.allCases.first(where: { $0.name == name }) else {
      throw UserError("CLOZE_CPU is “\(name)”, which is no CPU level", .usage).action("name one of these: \(here)")
    }
    guard CPULevel.force(level) else {
      throw UserError("CLOZE_CPU asks for \(name), which this processor lacks", .usage)
        .action("name one of these: \(here)")
    }
  }

  /// Starts BLAS and the thread pool, once per process.
  @discardableResult
  public static func start(threads: Int) -> BLAS.Report {
    let report = BLAS.start()
    Parallel.start(threads: threads)
    return report
  }

  /// The code paths that shape bits: the kernels' CPU level and the BLAS library with its core. Only products in bfloat16
  /// depend on more than the level's vectors.
  public static func numerics(_ report: BLAS.Report, _ precision: Precision = .float32) -> String {
    "\(levelName(precision)), \(report.library), \(report.core)"
  }

  /// The level whose kernels are used, and for bfloat16 what multiplies it.
  public static func levelName(_ precision: Precision) -> String {
    (precision.here == .bfloat16 ? CPULevel.active : CPULevel.active.vectors).name
  }

  /// The most GFLOP/s of products, measured.
  public static func peak(_ precision: Precision = .float32) -> Double {
    precision.here == .bfloat16 ? CPUPeak.measureTiles(seconds: 0.03) : CPUPeak.measure(seconds: 0.03)
  }
}

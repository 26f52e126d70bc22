import CKernels
import Dispatch

/// How fast this machine can multiply and add.
public enum CPUPeak {
  /// fp32 multiplications and additions a second in registers alone, in GFLOP/s: what products can be measured against.
  ///
  /// - Parameters:
  ///   - threads: how many threads of the pool take part, at most its strength; all if nil.
  ///   - seconds: how long to measure, about.
  public static func measure(threads: Int? = nil, seconds: Double = 0.05) -> Double {
    let threads = max(1, min(threads ?? Parallel.threadCount, Parallel.threadCount))
    let function = kernels.multiply_add_rounds
    return measure(threads, seconds, flopsPerRound: Double(kernels.flops_per_round)) { Double(function($0)) }
  }

  /// The same for bfloat16 on the unit that the CPU level in use has for it; 0 if it has none.
  public static func measureTiles(threads: Int? = nil, seconds: Double = 0.05) -> Double {
    guard let matrix = kernels.matrix?.pointee else { return 0 }
    let threads = max(1, min(threads ?? Parallel.threadCount, Parallel.threadCount))
    return measure(threads, seconds, flopsPerRound: Double(matrix.flops_per_round)) { Double(matrix.rounds($0)) }
  }

  private static func measure(
    _ threads: Int, _ seconds: Double, flopsPerRound: Double, _ function: (Int) -> Double
  ) -> Double {
    var rounds = 10_000
    var best = 0.0
    let results = Scratch.sums.doubles(threads)
    let start = now()
    repeat {
      let before = now()
      Parallel.forEach(threads) { results[$0] = function(rounds) }
      let elapsed = now() - before
      best = max(best, Double(threads) * Double(rounds) * flopsPerRound / elapsed / 1e9)
      if elapsed < seconds / 10 { rounds *= 2 }
    } while now() - start < seconds
    return best
  }

  private static func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}

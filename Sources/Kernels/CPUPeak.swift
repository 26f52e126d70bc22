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
    let flopsPerRound = Double(kernels.flops_per_round)
    var rounds = 10_000
    var best = 0.0
    let results = Scratch.sums.doubles(threads)
    let start = now()
    repeat {
      let before = now()
      Parallel.forEach(threads) { results[$0] = Double(function(rounds)) }
      let elapsed = now() - before
      best = max(best, Double(threads) * Double(rounds) * flopsPerRound / elapsed / 1e9)
      if elapsed < seconds / 10 { rounds *= 2 }
    } while now() - start < seconds
    return best
  }

  private static func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}

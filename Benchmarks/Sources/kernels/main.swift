import Foundation
import Kernels

// kernels [products | rows | attention]: everything if nothing is named.
let named = Set(CommandLine.arguments.dropFirst())
let report = BLAS.start()
print(
  "CPU level \(CPULevel.active.name), BLAS core \(report.core)"
    + (report.isMended ? " (detected as \(report.detectedCore), mended)" : "") + ", \(report.library)")
for threads in [1, ProcessInfo.processInfo.activeProcessorCount] {
  Parallel.start(threads: threads)
  if named.isEmpty || named.contains("products") { measureProducts(threads: threads) }
  if named.isEmpty || named.contains("rows") { measureRows(threads: threads) }
  if named.isEmpty || named.contains("attention") { measureAttention(threads: threads) }
}

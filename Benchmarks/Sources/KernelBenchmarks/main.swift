import Foundation
import Kernels

// kernels [products] [rows] [attention] [reductions] [a CPU level]: everything at the best level if nothing is named.
// kernels FILE.svg [a CPU level]: products, attention and row kernels under the roofs of this machine, as a picture.
let named = Set(CommandLine.arguments.dropFirst())
let parts = named.subtracting(CPULevel.allCases.map(\.name))
let report = BLAS.start()
for level in CPULevel.allCases where named.contains(level.name) && !CPULevel.force(level) {
  print("This machine lacks \(level.name).")
  exit(64)
}
print(
  "CPU level \(CPULevel.active.name), BLAS core \(BLAS.currentCore)"
    + (report.isMended && CPULevel.active == .detected ? " (detected as \(report.detectedCore), mended)" : "")
    + ", \(report.library)")
if let path = parts.first(where: { $0.hasSuffix(".svg") }) {
  try writeRoofline(threads: ProcessInfo.processInfo.activeProcessorCount, to: path)
  exit(0)
}
for threads in Set([1, ProcessInfo.processInfo.activeProcessorCount]).sorted() {
  Parallel.start(threads: threads)
  if parts.isEmpty || parts.contains("products") { measureProducts(threads: threads) }
  if parts.isEmpty || parts.contains("rows") { measureRows(threads: threads) }
  if parts.isEmpty || parts.contains("attention") { measureAttention(threads: threads) }
}
Parallel.start(threads: 1)
if parts.isEmpty || parts.contains("reductions") { measureReductions() }

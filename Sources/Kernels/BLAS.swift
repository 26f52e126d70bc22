import CKernels
import COpenBLAS
import Glibc
import Synchronization

/// OpenBLAS, on one thread: the pool above calls it on slices.
public enum BLAS {
  /// What the start found and did.
  public struct Report: Sendable, Equatable {
    /// The kernels that the library had chosen by itself, such as `Prescott`.
    public let detectedCore: String
    /// The kernels in use from now on.
    public let core: String
    /// The library's own line: version and build options.
    public let library: String
    /// Whether the library's own choice was slower than this CPU allows and was replaced.
    public let isMended: Bool
  }

  /// Makes the library ready: one thread, and kernels that fit this CPU even where the library does not know its model.
  ///
  /// OpenBLAS 0.3.21 takes a CPU that it does not know for an old one, at half to a fifth of the speed. Kernels order sums
  /// differently, so the CPU level alone decides, whatever the environment names: runs have the same bits wherever they
  /// have the same level. The choice is put into the environment, so that child processes start right. Not while another
  /// thread uses BLAS.
  @discardableResult
  public static func start() -> Report {
    setenv(threadVariable, "1", 1)
    openblas_set_num_threads(1)
    return state.withLock { state in
      let detected = state ?? currentCore
      state = detected
      choose(CPULevel.active.vectors, detected: detected)
      let isFitting = cores[CPULevel.active.vectors]?.contains(detected) ?? true
      return Report(
        detectedCore: detected, core: currentCore, library: text(openblas_get_config()),
        isMended: !isFitting && currentCore != detected)
    }
  }

  /// The kernels in use, by OpenBLAS's name of the CPU they were written for.
  public static var currentCore: String { text(openblas_get_corename()) }

  /// Uses kernels of another level, if `start` was called.
  static func follow(_ level: CPULevel) {
    state.withLock { state in
      if let state { choose(level.vectors, detected: state) }
    }
  }

  /// The library's choice before the first start.
  private static let state = Mutex<String?>(nil)
  private static let coreVariable = "OPENBLAS_CORETYPE"
  private static let threadVariable = "OPENBLAS_NUM_THREADS"
  /// Cores whose kernels are as wide as a level's vectors; the first is used.
  private static let cores: [CPULevel: [String]] = [
    .avx512: ["SkylakeX", "Cooperlake", "SapphireRapids"],
    .avx2: ["Haswell", "Zen", "Excavator"],
    .baseline: ["Prescott"],
  ]

  private static func choose(_ level: CPULevel, detected: String) {
    guard ck_blas_can_choose_again(), let wanted = core(for: level, detected: detected), wanted != currentCore
    else { return }
    setenv(coreVariable, wanted, 1)
    ck_blas_choose_again()
    openblas_set_num_threads(1)
  }

  private static func core(for level: CPULevel, detected: String) -> String? {
    level == .baseline && CPULevel.detected == .baseline ? detected : cores[level]?.first
  }

  private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
    guard let pointer else { return "unknown" }
    return String(cString: pointer).split(separator: " ").joined(separator: " ")
  }
}

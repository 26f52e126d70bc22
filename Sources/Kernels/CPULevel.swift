import CKernels

/// How wide the vectors of the C kernels may be: one table of functions for each level.
///
/// The level is part of the bits: sums are ordered by vector width.
public enum CPULevel: Int, Comparable, CaseIterable, Sendable {
  /// What every CPU of this architecture has.
  case baseline
  /// x86-64-v3: AVX2 and FMA.
  case avx2
  /// x86-64-v4: AVX-512 F, BW, CD, DQ and VL.
  case avx512
  /// The same, and AVX512_BF16: products of bfloat16 numbers.
  case avx512BF16
  /// The same, and AMX: products of bfloat16 tiles.
  case amx

  /// The highest level of this CPU and this build.
  public static var detected: CPULevel { CPULevel(ck_detected_level()) }

  /// The level in use: the detected one until another is forced.
  public static var active: CPULevel { CPULevel(ck_active().pointee.level) }

  /// The levels that can be forced here.
  public static var available: [CPULevel] { allCases.filter { $0 <= detected } }

  /// Uses another level from now on, for the C kernels and, once started, for BLAS; not while kernels run.
  ///
  /// - Returns: false where CPU or build lack the level; nothing is changed then.
  @discardableResult
  public static func force(_ level: CPULevel) -> Bool {
    guard ck_force(ck_level(UInt32(level.rawValue))) else { return false }
    BLAS.follow(level)
    return true
  }

  /// `baseline`, `avx2`, `avx512`, `avx512bf16` or `amx`.
  public var name: String {
    switch self {
    case .baseline: "baseline"
    case .avx2: "avx2"
    case .avx512: "avx512"
    case .avx512BF16: "avx512bf16"
    case .amx: "amx"
    }
  }

  /// The level whose vectors this one uses: what shapes the bits of all arithmetic in float32.
  public var vectors: CPULevel { min(self, .avx512) }

  /// Whether the left level's vectors are the narrower ones.
  public static func < (left: CPULevel, right: CPULevel) -> Bool { left.rawValue < right.rawValue }

  init(_ level: ck_level) { self = CPULevel(rawValue: Int(level.rawValue)) ?? .baseline }
}

/// The functions of the level in use.
var kernels: ck_table { ck_active().pointee }

import Kernels

/// The format of the numbers that matrix products multiply. They are summed in float32, and all else
/// is float32 too, but what backward keeps of products' inputs may be rounded.
public enum Precision: String, Sendable, CaseIterable {
  /// 24 bits of mantissa.
  case float32
  /// 8 bits of mantissa: twice as many numbers in the same time, or more. Parameters, gradients and moments stay float32.
  case bfloat16

  /// The format that is multiplied here: float32 where the CPU has no unit for bfloat16.
  public var here: Precision { self == .bfloat16 && TileProduct.isAvailable ? .bfloat16 : .float32 }
}

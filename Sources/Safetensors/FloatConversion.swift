extension SafetensorsDtype {
  /// Floats of this type's `bytes`, as many as `numbers` has room for. Only for floating-point types.
  func convert(_ bytes: UnsafeRawBufferPointer, into numbers: UnsafeMutableBufferPointer<Float>) {
    guard let from = bytes.baseAddress, let to = numbers.baseAddress else { return }
    // One loop per type, so that each becomes vector instructions.
    switch self {
    case .float64:
      for place in 0..<numbers.count {
        to[place] = Float(from.loadUnaligned(fromByteOffset: place &* 8, as: Double.self))
      }
    case .float32:
      for place in 0..<numbers.count { to[place] = from.loadUnaligned(fromByteOffset: place &* 4, as: Float.self) }
    case .float16:
      for place in 0..<numbers.count {
        to[place] = widened(from.loadUnaligned(fromByteOffset: place &* 2, as: UInt16.self))
      }
    default:
      for place in 0..<numbers.count {
        to[place] = Float(
          bitPattern: UInt32(from.loadUnaligned(fromByteOffset: place &* 2, as: UInt16.self)) &<< 16)
      }
    }
  }

  /// This type's bytes of `numbers`, rounded to nearest, ties to even. Only for floating-point types.
  func bytes(of numbers: UnsafeBufferPointer<Float>, into bytes: UnsafeMutableRawBufferPointer) {
    guard let from = numbers.baseAddress, let to = bytes.baseAddress else { return }
    switch self {
    case .float64:
      for place in 0..<numbers.count {
        to.storeBytes(of: Double(from[place]), toByteOffset: place &* 8, as: Double.self)
      }
    case .float32:
      for place in 0..<numbers.count { to.storeBytes(of: from[place], toByteOffset: place &* 4, as: Float.self) }
    case .float16:
      for place in 0..<numbers.count {
        to.storeBytes(of: Float16(from[place]), toByteOffset: place &* 2, as: Float16.self)
      }
    default:
      for place in 0..<numbers.count {
        to.storeBytes(of: bfloat16Bits(from[place]), toByteOffset: place &* 2, as: UInt16.self)
      }
    }
  }
}

/// The binary16 number of these bits. Portable x86-64 code has no instruction for it; this becomes vector code, and
/// needs no subnormal floats, which a thread may have switched off.
private func widened(_ half: UInt16) -> Float {
  let magnitude = UInt32(half & 0x7FFF) &<< 13
  let exponent = magnitude & 0x0F80_0000
  // The exponents' biases differ by 127 - 15 = 112; infinity and NaN go from 31 to 255.
  let normal = magnitude &+ (exponent == 0x0F80_0000 ? 224 : 112) &<< 23
  let subnormal = (Float(bitPattern: magnitude &+ 113 &<< 23) - 0x1p-14).bitPattern
  return Float(bitPattern: (exponent == 0 ? subnormal : normal) | UInt32(half & 0x8000) &<< 16)
}

/// The upper half of a float's bits, rounded to nearest, ties to even; NaN stays NaN.
private func bfloat16Bits(_ number: Float) -> UInt16 {
  let bits = number.bitPattern
  let rounded = (bits &+ 0x7FFF &+ (bits &>> 16 & 1)) &>> 16
  let isNaN = bits & 0x7FFF_FFFF > 0x7F80_0000
  return UInt16(truncatingIfNeeded: isNaN ? bits &>> 16 | 0x40 : rounded)
}

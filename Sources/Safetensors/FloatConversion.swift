extension SafetensorsDtype {
  /// Floats of this type's `bytes`, as many as `numbers` has room for. Only for floating-point types.
  func convert(_ bytes: UnsafeRawBufferPointer, into numbers: UnsafeMutableBufferPointer<Float>) {
    for place in numbers.indices {
      numbers[place] =
        switch self {
        case .float64: Float(bytes.loadUnaligned(fromByteOffset: place * 8, as: Double.self))
        case .float32: bytes.loadUnaligned(fromByteOffset: place * 4, as: Float.self)
        case .float16: Float(bytes.loadUnaligned(fromByteOffset: place * 2, as: Float16.self))
        default: Float(bitPattern: UInt32(bytes.loadUnaligned(fromByteOffset: place * 2, as: UInt16.self)) << 16)
        }
    }
  }

  /// This type's bytes of `numbers`, rounded to nearest, ties to even. Only for floating-point types.
  func bytes(of numbers: UnsafeBufferPointer<Float>, into bytes: UnsafeMutableRawBufferPointer) {
    for (place, number) in numbers.enumerated() {
      switch self {
      case .float64: bytes.storeBytes(of: Double(number), toByteOffset: place * 8, as: Double.self)
      case .float32: bytes.storeBytes(of: number, toByteOffset: place * 4, as: Float.self)
      case .float16: bytes.storeBytes(of: Float16(number), toByteOffset: place * 2, as: Float16.self)
      default: bytes.storeBytes(of: bfloat16Bits(number), toByteOffset: place * 2, as: UInt16.self)
      }
    }
  }
}

/// The upper half of a float's bits, rounded to nearest, ties to even; NaN stays NaN.
private func bfloat16Bits(_ number: Float) -> UInt16 {
  let bits = number.bitPattern
  if number.isNaN { return UInt16(bits >> 16) | 0x40 }
  return UInt16((bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
}

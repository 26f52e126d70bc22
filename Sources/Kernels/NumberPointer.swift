import CKernels

/// Where numbers lie: floats, or rounded to bfloat16 where forward products alone read them, which would round them
/// anyway.
///
/// Which of them a kernel only reads and which it writes, its documentation says.
public struct NumberPointer {
  private let base: UnsafeMutableRawPointer
  /// Whether they are rounded to bfloat16.
  public let isRounded: Bool

  /// Where floats lie.
  public init(_ floats: UnsafePointer<Float>) {
    base = UnsafeMutableRawPointer(mutating: floats)
    isRounded = false
  }

  /// Where floats lie, or, if `isRounded`, numbers of 16 bits.
  public init(_ base: UnsafeMutableRawPointer, isRounded: Bool) {
    self.base = base
    self.isRounded = isRounded
  }

  /// The bytes of one number.
  public static func stride(isRounded: Bool) -> Int {
    isRounded ? MemoryLayout<UInt16>.stride : MemoryLayout<Float>.stride
  }

  /// The number `count` places on.
  public static func + (pointer: NumberPointer, count: Int) -> NumberPointer { pointer.advanced(by: count) }

  /// The floats, which is what they must be.
  var floats: UnsafeMutablePointer<Float> {
    precondition(!isRounded, "rounded numbers where floats are needed")
    return base.assumingMemoryBound(to: Float.self)
  }

  /// The rounded numbers; nil if they are floats.
  var halves: UnsafeMutablePointer<UInt16>? { isRounded ? base.assumingMemoryBound(to: UInt16.self) : nil }

  var forC: ck_numbers { ck_numbers(base: base, is_rounded: isRounded) }

  /// Copies `count` numbers.
  ///
  /// - Parameter y: floats, apart from these numbers.
  public func widen(into y: UnsafeMutablePointer<Float>, count: Int) {
    guard let halves else { return y.update(from: floats, count: count) }
    TileProduct.unit.widen(halves, y, count)
  }

  /// Overwrites `count` numbers.
  ///
  /// - Parameter x: floats, apart from these numbers.
  public func fill(from x: UnsafePointer<Float>, count: Int) {
    guard let halves else { return floats.update(from: x, count: count) }
    TileProduct.unit.round(x, halves, count)
  }

  /// Zeros in the place of `count` numbers.
  func clear(_ count: Int) {
    base.initializeMemory(as: UInt8.self, repeating: 0, count: count * NumberPointer.stride(isRounded: isRounded))
  }

  /// `count` numbers as floats: themselves, or widened in `scratch`.
  func widened(_ count: Int, _ scratch: Scratch) -> UnsafePointer<Float> {
    guard isRounded else { return UnsafePointer(floats) }
    let copy = scratch.floats(count)
    widen(into: copy, count: count)
    return UnsafePointer(copy)
  }
}

extension NumberPointer: RowPointer {
  func advanced(by count: Int) -> NumberPointer {
    NumberPointer(base + count * NumberPointer.stride(isRounded: isRounded), isRounded: isRounded)
  }
}

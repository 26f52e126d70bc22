import Kernels

/// Long-lived floats in one block: the parameters of a model, their gradients, an optimizer's moments.
///
/// Where the memory comes from is the allocator's affair: this process's heap, or memory shared by several processes.
public final class Slab {
  /// The number of floats.
  public let count: Int
  let base: UnsafeMutablePointer<Float>
  private let release: () -> Void

  /// A slab of zeros on this process's heap.
  public convenience init(count: Int) {
    let memory = UnsafeMutablePointer<Float>.allocateAligned(count: max(1, count))
    self.init(adopting: memory, count: count) { memory.deallocate() }
    ElementwiseKernel.zero(base, count: count)
  }

  /// A slab over memory that somebody else provides, 64-byte aligned and at least `count` floats long.
  public init(adopting base: UnsafeMutablePointer<Float>, count: Int, release: @escaping () -> Void) {
    self.base = base
    self.count = count
    self.release = release
  }

  /// A slab that is only counted: none of its floats may be touched.
  public static func counted(_ count: Int) -> Slab {
    let nowhere = UnsafeMutablePointer<Float>.allocateAligned(count: 16)
    return Slab(adopting: nowhere, count: count) { nowhere.deallocate() }
  }

  deinit { release() }

  /// A copy of the floats in `range`.
  public func floats(_ range: Range<Int>) -> [Float] {
    check(range)
    return Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Overwrites the floats from `start` on.
  public func write(_ values: [Float], at start: Int) {
    check(start..<start + values.count)
    values.withUnsafeBufferPointer { source in
      if let from = source.baseAddress { (base + start).update(from: from, count: values.count) }
    }
  }

  /// Lends the floats in `range` for reading files into or writing them out.
  public func withFloats<R, E: Error>(
    _ range: Range<Int>, _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    check(range)
    return try body(UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Sets every float to zero.
  public func zero() { ElementwiseKernel.zero(base, count: count) }

  /// Adds another slab of the same length, element by element.
  public func add(_ other: Slab) {
    require(other.count == count, "a slab of \(count) floats can't take one of \(other.count)")
    ElementwiseKernel.addInPlace(base, other.base, count: count)
  }

  /// Overwrites every float with that of another slab of the same length.
  public func copy(_ other: Slab) {
    require(other.count == count, "a slab of \(count) floats can't take one of \(other.count)")
    ElementwiseKernel.copy(other.base, into: base, count: count)
  }

  /// Overwrites floats from `start` on with those of another slab in `range`.
  public func copy(_ other: Slab, _ range: Range<Int>, to start: Int) {
    other.check(range)
    check(start..<start + range.count)
    ElementwiseKernel.copy(other.base + range.lowerBound, into: base + start, count: range.count)
  }

  /// Σ x², summed in an order that the length alone fixes.
  public var sumOfSquares: Double { ElementwiseKernel.sumOfSquares(base, count: count) }

  /// Whether no float is infinite or not a number.
  public var isFinite: Bool { ElementwiseKernel.allFinite(base, count: count) }

  private func check(_ range: Range<Int>) {
    require(
      range.lowerBound >= 0 && range.upperBound <= count, "floats \(range) are outside a slab of \(count)")
  }
}

extension UnsafeMutablePointer where Pointee == Float {
  /// Memory for `count` floats, aligned to a cache line.
  static func allocateAligned(count: Int) -> UnsafeMutablePointer<Float> {
    LargeMemory.allocate(byteCount: count * MemoryLayout<Float>.stride)
      .bindMemory(to: Float.self, capacity: count)
  }
}

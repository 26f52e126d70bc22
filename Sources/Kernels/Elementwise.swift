import CKernels

/// Sums, products and searches over elements.
public enum ElementwiseKernel {
  /// y = a + b; overwrites y, which may be a or b.
  public static func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    forEachSlice(count) { start, count in kernels.add(a + start, b + start, y + start, count) }
  }

  /// y += x
  public static func addInPlace(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, count: Int) {
    add(y, x, into: y, count: count)
  }

  /// y = factor · x; overwrites y, which may be x.
  public static func scale(
    _ x: UnsafePointer<Float>, by factor: Float, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    forEachSlice(count) { start, count in kernels.scale(x + start, factor, y + start, count) }
  }

  /// x = factor · x
  public static func scaleInPlace(_ x: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
    scale(x, by: factor, into: x, count: count)
  }

  /// y += factor · x; x and y must not overlap.
  public static func multiplyAdd(
    _ x: UnsafePointer<Float>, by factor: Float, adding y: UnsafeMutablePointer<Float>, count: Int
  ) {
    forEachSlice(count) { start, count in kernels.multiply_add(x + start, factor, y + start, count) }
  }

  /// y = x · z, element by element; overwrites y, which may be x or z.
  public static func multiply(
    _ x: UnsafePointer<Float>, _ z: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    forEachSlice(count) { start, count in kernels.multiply(x + start, z + start, y + start, count) }
  }

  /// Σ x² in double precision, summed in an order that the count alone fixes.
  public static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double {
    total(of: count) { start, count in kernels.sum_of_squares(x + start, count) }
  }

  /// Σ x in double precision, summed in an order that the count alone fixes.
  public static func sum(_ x: UnsafePointer<Float>, count: Int) -> Double {
    total(of: count) { start, count in kernels.sum(x + start, count) }
  }

  /// The largest |x|, 0 for none; not a number if an element is not.
  public static func maximumMagnitude(_ x: UnsafePointer<Float>, count: Int) -> Float {
    kernels.maximum_magnitude(x, count)
  }

  /// Whether no element is infinite or not a number.
  public static func allFinite(_ x: UnsafePointer<Float>, count: Int) -> Bool {
    total(of: count) { start, count in kernels.all_finite(x + start, count) ? 0 : 1 } == 0
  }

  /// y = x; the two must not overlap.
  public static func copy(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
    forEachSlice(count) { start, count in (y + start).update(from: x + start, count: count) }
  }

  /// x = 0
  public static func zero(_ x: UnsafeMutablePointer<Float>, count: Int) { fill(x, value: 0, count: count) }

  /// x = value
  public static func fill(_ x: UnsafeMutablePointer<Float>, value: Float, count: Int) {
    forEachSlice(count) { start, count in (x + start).update(repeating: value, count: count) }
  }

  /// The elements of a slice: work and sums are cut at its multiples.
  public static let sliceCount = Slices.elements

  private static func forEachSlice(_ count: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
    Parallel.forEachSlice(of: count, slice: Slices.elements) { body($0.lowerBound, $0.count) }
  }

  /// The slices' numbers, added in the order of the slices.
  private static func total(of count: Int, _ part: (_ start: Int, _ count: Int) -> Double) -> Double {
    let slices = (count + Slices.elements - 1) / Slices.elements
    let partials = Scratch.sums.doubles(slices)
    forEachSlice(count) { start, count in partials[start / Slices.elements] = part(start, count) }
    return (0..<slices).reduce(0) { $0 + partials[$1] }
  }
}

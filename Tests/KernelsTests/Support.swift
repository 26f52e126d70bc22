import Kernels
import Testing

/// All suites, one test after the other: the level and the pool are global.
@Suite(.serialized) struct KernelsTests {}

/// Numbers in −1 … 1 from a counter, the same every time.
struct Numbers {
  private var state: UInt64

  init(_ seed: UInt64 = 1) { state = seed }

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state) >> 11) * 0x1p-52
  }

  /// Numbers that Float holds exactly, so that both sides compute with the same.
  mutating func floats(_ count: Int, scale: Double = 1) -> [Float] { (0..<count).map { _ in Float(next() * scale) } }
}

extension [Float] {
  var doubles: [Double] { map(Double.init) }
  var bits: [UInt32] { map(\.bitPattern) }
}

/// Memory in which kernels find numbers, or leave them: floats, or rounded to bfloat16. Who uses its pointer keeps it alive.
final class NumberMemory {
  let pointer: NumberPointer
  private let base: UnsafeMutableRawPointer
  private let count: Int

  init(_ floats: [Float], isRounded: Bool = false) {
    count = floats.count
    base = .allocate(byteCount: 4 * count + 64, alignment: 64)
    pointer = NumberPointer(base, isRounded: isRounded)
    for (place, number) in floats.enumerated() {
      if isRounded {
        base.storeBytes(of: UInt16(Float(number.rounded).bitPattern >> 16), toByteOffset: 2 * place, as: UInt16.self)
      } else {
        base.storeBytes(of: number, toByteOffset: 4 * place, as: Float.self)
      }
    }
  }

  /// Memory for `count` numbers, which are none yet.
  convenience init(count: Int, isRounded: Bool = false) {
    self.init([Float](repeating: .nan, count: count), isRounded: isRounded)
  }

  deinit { base.deallocate() }

  var floats: [Float] {
    (0..<count).map { place in
      pointer.isRounded
        ? Float(bitPattern: UInt32(base.load(fromByteOffset: 2 * place, as: UInt16.self)) << 16)
        : base.load(fromByteOffset: 4 * place, as: Float.self)
    }
  }
}

/// Where two lists differ most, in units of the reference's largest magnitude (at least 1e-30).
struct Difference: CustomStringConvertible {
  let place: Int
  let found: Double
  let expected: Double
  let relative: Double

  init(_ found: [Float], _ expected: [Double]) {
    let largest = expected.reduce(1e-30) { Swift.max($0, abs($1)) }
    var worst = (place: -1, value: found.count == expected.count ? 0 : Double.infinity)
    for (place, pair) in zip(found, expected).enumerated() {
      let difference = abs(Double(pair.0) - pair.1)
      if difference > worst.value || difference.isNaN { worst = (place, difference.isNaN ? .infinity : difference) }
    }
    place = worst.place
    self.found = place < 0 ? .nan : Double(found[place])
    self.expected = place < 0 ? .nan : expected[place]
    relative = worst.value / largest
  }

  var description: String { "element \(place): \(found), not \(expected); off by \(relative) of the largest" }
}

/// Runs `compute` at every level of this machine with 1, 2 and 3 threads, demands the same bits for any number of threads,
/// and compares each level's result with the reference.
func expectEverywhere(
  _ expected: [Double], within tolerance: Double, _ label: String = "",
  sourceLocation: SourceLocation = #_sourceLocation, _ compute: () -> [Float]
) {
  defer { reset() }
  BLAS.start()
  for level in CPULevel.available {
    #expect(CPULevel.force(level), sourceLocation: sourceLocation)
    Parallel.start(threads: 1)
    let single = compute()
    let difference = Difference(single, expected)
    #expect(
      difference.relative <= tolerance, "\(label) at \(level.name): \(difference)", sourceLocation: sourceLocation)
    for threads in 2...3 {
      Parallel.start(threads: threads)
      #expect(
        compute().bits == single.bits, "\(label) at \(level.name): \(threads) threads give other bits than one",
        sourceLocation: sourceLocation)
    }
  }
}

/// The state in which every test starts.
func reset() {
  CPULevel.force(.detected)
  Parallel.start(threads: 1)
}

/// The derivative of Σ seed · f(x) by x, by central differences of a forward in double precision.
func gradient(of forward: ([Double]) -> [Double], at x: [Double], seed: [Double], step: Double = 1e-5) -> [Double] {
  func weighted(_ x: [Double]) -> Double { zip(forward(x), seed).reduce(0) { $0 + $1.0 * $1.1 } }
  return x.indices.map { place in
    var (above, below) = (x, x)
    above[place] += step
    below[place] -= step
    return (weighted(above) - weighted(below)) / (2 * step)
  }
}

extension KernelsTests {
  @Test func theComparisonSeesAWrongElementAndAWrongLength() {
    #expect(Difference([1, 2, 3], [1, 2.5, 3]).relative > 0.1)
    #expect(Difference([1, .nan], [1, 2]).relative == .infinity)
    #expect(Difference([1], [1, 2]).relative == .infinity)
    #expect(Difference([1, 2], [1, 2]).relative == 0)
  }

  @Test func theDerivativeOfACubeIsThreeTimesItsSquare() {
    let found = gradient(of: { $0.map { $0 * $0 * $0 } }, at: [0.5, -2], seed: [1, 3])
    #expect(abs(found[0] - 0.75) < 1e-8 && abs(found[1] - 36) < 1e-7, "\(found)")
  }
}

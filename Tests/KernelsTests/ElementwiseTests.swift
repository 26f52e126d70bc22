import Kernels
import Testing

extension KernelsTests {
  @Suite struct Elementwise {
    static let counts = [0, 1, 7, 17, 33, 16384, 16385, 50_003]

    @Test(arguments: counts) func sumsAndProductsAreElementByElement(count: Int) {
      var numbers = Numbers()
      let (a, b) = (numbers.floats(count), numbers.floats(count))
      let pairs = zip(a.doubles, b.doubles)
      expectEverywhere(pairs.map { $0 + $1 }, within: 1e-7, "add") {
        written(count) { ElementwiseKernel.add(a, b, into: $0, count: count) }
      }
      expectEverywhere(pairs.map { $0 * $1 }, within: 1e-7, "multiply") {
        written(count) { ElementwiseKernel.multiply(a, b, into: $0, count: count) }
      }
      expectEverywhere(a.doubles.map { $0 * 0.75 }, within: 1e-7, "scale") {
        written(count) { ElementwiseKernel.scale(a, by: 0.75, into: $0, count: count) }
      }
      expectEverywhere(a.doubles, within: 0, "copy") {
        written(count) { ElementwiseKernel.copy(a, into: $0, count: count) }
      }
      expectEverywhere(pairs.map { $0 + $1 }, within: 1e-7, "add in place") {
        written(count, a) { ElementwiseKernel.addInPlace($0, b, count: count) }
      }
      expectEverywhere(a.doubles.map { $0 * 0.75 }, within: 1e-7, "scale in place") {
        written(count, a) { ElementwiseKernel.scaleInPlace($0, by: 0.75, count: count) }
      }
      expectEverywhere(pairs.map { $0 + 2.5 * $1 }, within: 2e-7, "multiply and add") {
        written(count, a) { ElementwiseKernel.multiplyAdd(b, by: 2.5, adding: $0, count: count) }
      }
      expectEverywhere(a.map { _ in 3 }, within: 0, "fill") {
        written(count) { ElementwiseKernel.fill($0, value: 3, count: count) }
      }
    }

    @Test(arguments: counts) func sumsAreExactToDoublePrecisionAndHaveTheSameBitsForAnyThreadCount(count: Int) {
      var numbers = Numbers(2)
      let x = numbers.floats(count, scale: 100)
      let squares = x.reduce(0.0) { $0 + $1.d * $1.d }
      let magnitudes = x.reduce(0.0) { $0 + abs($1.d) }
      defer { reset() }
      for level in CPULevel.available {
        CPULevel.force(level)
        var found: [[UInt64]] = []
        for threads in 1...3 {
          Parallel.start(threads: threads)
          let square = ElementwiseKernel.sumOfSquares(x, count: count)
          let sum = ElementwiseKernel.sum(x, count: count)
          #expect(abs(square - squares) <= 1e-13 * squares, "\(square), not \(squares), at \(level.name)")
          #expect(abs(sum - x.doubles.reduce(0, +)) <= 1e-13 * magnitudes, "\(sum) at \(level.name)")
          found.append([square.bitPattern, sum.bitPattern])
        }
        #expect(found[0] == found[1] && found[0] == found[2], "\(level.name)")
      }
    }

    @Test func oneBadElementAnywhereIsFound() {
      defer { reset() }
      for level in CPULevel.available {
        CPULevel.force(level)
        for bad in [Float.infinity, -.infinity, .nan] {
          for place in [0, 15, 16, 20_000, 40_000] {
            var x = [Float](repeating: -.greatestFiniteMagnitude, count: 40_001)
            #expect(ElementwiseKernel.allFinite(x, count: x.count))
            x[place] = bad
            #expect(!ElementwiseKernel.allFinite(x, count: x.count), "\(bad) at \(place), \(level.name)")
            let magnitude = ElementwiseKernel.maximumMagnitude(x, count: x.count)
            #expect(bad.isNaN ? magnitude.isNaN : magnitude == .infinity, "\(magnitude) at \(level.name)")
          }
        }
        #expect(ElementwiseKernel.maximumMagnitude([1, -3, 2], count: 3) == 3)
        #expect(ElementwiseKernel.maximumMagnitude([], count: 0) == 0)
      }
    }

    private func written(
      _ count: Int, _ start: [Float]? = nil, _ body: (UnsafeMutablePointer<Float>) -> Void
    ) -> [Float] {
      var y = start ?? [Float](repeating: .nan, count: count)
      y.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { body(base) } }
      return y
    }
  }
}

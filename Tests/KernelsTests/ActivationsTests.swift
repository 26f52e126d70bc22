import Foundation
import Kernels
import Testing

extension KernelsTests {
  @Suite struct Activations {
    /// −12 … 12 in steps of 1/512, and numbers far outside.
    static let points: [Float] = (-6144...6144).map { Float($0) / 512 } + [-1e30, -100, 100, 1e30, 1e-20, -1e-20]

    @Test(arguments: zip(Activation.allCases, [5e-7, 2e-6, 2e-6, 0]))
    func forwardIsWithinItsAbsoluteError(kind: Activation, bound: Double) {
      defer { reset() }
      for level in CPULevel.available {
        CPULevel.force(level)
        let y = run(kind, Self.points)
        for (x, y) in zip(Self.points, y) where abs(x) <= 100 {
          #expect(abs(y.d - value(kind, x.d)) <= bound, "\(kind) at \(level.name): f(\(x)) = \(y)")
        }
        #expect(y.allSatisfy { !$0.isNaN }, "\(kind) at \(level.name)")
      }
    }

    @Test(arguments: Activation.allCases) func backwardIsTheDerivative(kind: Activation) {
      var numbers = Numbers()
      let x = Self.points.filter { abs($0) <= 12 && abs($0) > 1e-3 } + numbers.floats(5000)
      let dy = numbers.floats(x.count)
      let slopes = x.map { (value(kind, $0.d + 1e-5) - value(kind, $0.d - 1e-5)) / 2e-5 }
      expectEverywhere(zip(slopes, dy).map { $0 * $1.d }, within: 3e-6, "\(kind)") {
        var dx = [Float](repeating: .nan, count: x.count)
        ActivationKernel.backward(kind, dy, x, into: &dx, count: x.count)
        return dx
      }
    }

    @Test(arguments: Activation.allCases) func forwardGivesTheSameBitsForAnyThreadCount(kind: Activation) {
      var numbers = Numbers(2)
      let x = numbers.floats(50_001, scale: 4)
      expectEverywhere(x.map { value(kind, $0.d) }, within: 1e-6) { run(kind, x) }
    }

    private func run(_ kind: Activation, _ x: [Float]) -> [Float] {
      var y = [Float](repeating: .nan, count: x.count)
      ActivationKernel.forward(kind, x, into: &y, count: x.count)
      return y
    }

    private func value(_ kind: Activation, _ x: Double) -> Double {
      switch kind {
      case .geluErf: x * 0.5 * erfc(-x / 2.0.squareRoot())
      case .geluTanh: x * 0.5 * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
      case .tanh: Foundation.tanh(x)
      case .relu: max(x, 0)
      }
    }
  }

  @Suite struct SwiGLU {
    @Test(arguments: [(1, 1), (5, 7), (300, 129), (0, 3)]) func forwardIsTheValueTimesSiluOfTheGate(
      rows: Int, width: Int
    ) {
      var numbers = Numbers(4)
      let x = numbers.floats(rows * 2 * width, scale: 9)
      expectEverywhere(value(x.doubles, width), within: 1e-6) { run(x, rows, width) }
    }

    @Test func extremeGatesCloseOrOpen() {
      let y = run([-1e30, -100, 100, 1e30, 2, 2, 2, 2], 1, 4)
      // Closed: next to nothing. Open: gate · value.
      #expect(y[..<2].allSatisfy { abs($0) < 1e-6 } && y[2...] == [200, 2e30], "\(y)")
    }

    @Test(arguments: [(3, 5), (40, 33)]) func backwardIsTheDerivative(rows: Int, width: Int) {
      var numbers = Numbers(5)
      let (x, dy) = (numbers.floats(rows * 2 * width, scale: 6), numbers.floats(rows * width))
      let dx = gradient(of: { value($0, width) }, at: x.doubles, seed: dy.doubles)
      expectEverywhere(dx, within: 3e-6) {
        var dx = [Float](repeating: .nan, count: x.count)
        withExtendedLifetime(NumberMemory(x)) {
          SwiGLUKernel.backward(dy, $0.pointer, into: &dx, rows: rows, width: width)
        }
        return dx
      }
    }

    private func value(_ x: [Double], _ width: Int) -> [Double] {
      stride(from: 0, to: x.count, by: 2 * width).flatMap { start -> [Double] in
        let gates = x[start..<start + width]
        return zip(gates, x[(start + width)...]).map { gate, value in gate / (1 + exp(-gate)) * value }
      }
    }

    private func run(_ x: [Float], _ rows: Int, _ width: Int) -> [Float] {
      let y = NumberMemory(count: rows * width)
      SwiGLUKernel.forward(x, into: y.pointer, rows: rows, width: width)
      return y.floats
    }
  }
}

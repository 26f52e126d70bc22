import Foundation
import Kernels
import Testing

extension KernelsTests {
  @Suite struct Rotary {
    /// Heads of 6, the first 3 of which turn, and 5 numbers that stay.
    private static let (heads, size, width) = (3, 6, 23)
    private static let positions: [Int32] = [0, 1, 7, 2, 2, 40]

    @Test func pairsTurnByTheAngleOfTheirPosition() {
      var numbers = Numbers(6)
      let x = numbers.floats(Self.positions.count * Self.width)
      var expected = x.doubles
      for (row, position) in Self.positions.enumerated() {
        for head in 0..<Self.heads {
          for pair in 0..<3 {
            let place = row * Self.width + head * Self.size + pair
            let (a, b, angle) = (x[place].d, x[place + 3].d, Double(position) * Self.frequency(pair))
            expected[place] = a * cos(angle) - b * sin(angle)
            expected[place + 3] = a * sin(angle) + b * cos(angle)
          }
        }
      }
      expectEverywhere(expected, within: 1e-6) { rotate(x) }
    }

    @Test func turningBackGivesTheNumbersBack() {
      var numbers = Numbers(7)
      let x = numbers.floats(Self.positions.count * Self.width)
      expectEverywhere(x.doubles, within: 1e-6) { rotate(rotate(x), isReversed: true) }
    }

    private static func frequency(_ pair: Int) -> Double { pow(50, -Double(2 * pair) / Double(size)) }

    private func rotate(_ x: [Float], isReversed: Bool = false) -> [Float] {
      let table = (0...40).flatMap { position in
        let angles = (0..<3).map { Double(position) * Self.frequency($0) }
        return angles.map { Float(cos($0)) } + angles.map { Float(sin($0)) }
      }
      let y = NumberMemory(count: x.count)
      RotaryKernel.rotate(
        x, into: y.pointer, rows: Self.positions.count, stride: Self.width, headCount: Self.heads, headSize: Self.size,
        positions: Self.positions, table: table, isReversed: isReversed)
      return y.floats
    }
  }
}

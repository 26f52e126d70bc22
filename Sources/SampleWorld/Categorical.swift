import Glibc
import Randomness

/// A distribution over 0 ..< count, drawn by inverting its cumulative sums.
struct Categorical: Sendable {
  let probabilities: [Double]
  private let cumulative: [Double]

  /// Probabilities proportional to `weights`, which are not negative and not all zero.
  init(weights: [Double]) {
    let total = weights.reduce(0, +)
    probabilities = weights.map { $0 / total }
    var sum = 0.0
    cumulative = probabilities.map { probability in
      sum += probability
      return sum
    }
  }

  /// p(rank) ∝ 1 / (rank + shift)^exponent with ranks from 1 (Zipf 1949; Mandelbrot 1953).
  static func zipf(_ count: Int, exponent: Double, shift: Double = 1) -> Categorical {
    Categorical(weights: (0..<count).map { pow(Double($0 + 1) + shift, -exponent) })
  }

  /// The outcome whose share of the unit interval holds a uniform number.
  func draw(_ numbers: inout RandomNumbers) -> Int {
    let target = numbers.uniform()
    var low = 0
    var high = cumulative.count - 1
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > target { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

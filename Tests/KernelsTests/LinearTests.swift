// swift-format-ignore-file: AlwaysUseLowerCamelCase

import Kernels
import Testing

extension KernelsTests {
  @Suite struct Linear {
    /// Odd sizes, sizes of several tiles in each direction, none at all.
    static let shapes = [
      (1, 1, 1), (7, 17, 33), (33, 5, 1), (4, 130, 700), (300, 65, 1030), (1030, 33, 40), (64, 1500, 9), (0, 3, 4),
    ]

    @Test(arguments: shapes) func forwardIsXTimesWTransposedPlusB(M: Int, K: Int, N: Int) {
      var numbers = Numbers()
      let (x, w, b) = (numbers.floats(M * K), numbers.floats(N * K), numbers.floats(N))
      let product = reference(M, N, K) { x[$0 * K + $2].d * w[$1 * K + $2].d }
      let expected = product.enumerated().map { $0.element + b[$0.offset % N].d }
      expectEverywhere(expected, within: 1e-6, "with bias") {
        var y = [Float](repeating: .nan, count: M * N)
        LinearKernel.forward(x, w, b, into: &y, rows: M, inner: K, columns: N)
        return y
      }
      expectEverywhere(product, within: 1e-6, "without bias") {
        var y = [Float](repeating: .nan, count: M * N)
        LinearKernel.forward(x, w, nil, into: &y, rows: M, inner: K, columns: N)
        return y
      }
    }

    @Test(arguments: [(5, 17, 33), (8, 7, 2), (13, 130, 70), (16, 768, 40), (31, 65, 103), (32, 64, 5)])
    func forwardOfSomeRowsWithoutLearningIsTheSame(M: Int, K: Int, N: Int) {
      var numbers = Numbers(5)
      let (x, w, b) = (numbers.floats(M * K), numbers.floats(N * K), numbers.floats(N))
      let expected = reference(M, N, K) { x[$0 * K + $2].d * w[$1 * K + $2].d }.enumerated().map {
        $0.element + b[$0.offset % N].d
      }
      expectEverywhere(expected, within: 1e-6) {
        var y = [Float](repeating: .nan, count: M * N)
        LinearKernel.forward(x, w, b, into: &y, rows: M, inner: K, columns: N, isLearning: false)
        return y
      }
    }

    @Test(arguments: shapes) func backwardInputIsDyTimesW(M: Int, K: Int, N: Int) {
      var numbers = Numbers(2)
      let (dy, w, before) = (numbers.floats(M * N), numbers.floats(N * K), numbers.floats(M * K))
      let expected = reference(M, K, N) { dy[$0 * N + $2].d * w[$2 * K + $1].d }
      expectEverywhere(expected, within: 2e-6, "overwriting") {
        var dx = [Float](repeating: .nan, count: M * K)
        LinearKernel.backwardInput(dy, w, into: &dx, rows: M, inner: K, columns: N, adding: false)
        return dx
      }
      expectEverywhere(zip(expected, before).map { $0 + $1.d }, within: 2e-6, "adding") {
        var dx = before
        LinearKernel.backwardInput(dy, w, into: &dx, rows: M, inner: K, columns: N, adding: true)
        return dx
      }
    }

    @Test(arguments: shapes) func backwardWeightIsDyTransposedTimesX(M: Int, K: Int, N: Int) {
      var numbers = Numbers(3)
      let (dy, x, before, bias) = (
        numbers.floats(M * N), numbers.floats(M * K), numbers.floats(N * K), numbers.floats(N)
      )
      let products = reference(N, K, M) { dy[$2 * N + $0].d * x[$2 * K + $1].d }
      expectEverywhere(products, within: 2e-6, "overwriting") {
        var dw = [Float](repeating: .nan, count: N * K)
        LinearKernel.backwardWeight(dy, x, into: &dw, dbias: nil, rows: M, inner: K, columns: N, adding: false)
        return dw
      }
      expectEverywhere(zip(products, before).map { $0 + $1.d }, within: 2e-6, "adding") {
        var dw = before
        LinearKernel.backwardWeight(dy, x, into: &dw, dbias: nil, rows: M, inner: K, columns: N, adding: true)
        return dw
      }
      let sums = (0..<N).map { n in (0..<M).reduce(bias[n].d) { $0 + dy[$1 * N + n].d } }
      expectEverywhere(sums, within: 2e-6, "bias") {
        var (dw, db) = (before, bias)
        LinearKernel.backwardWeight(dy, x, into: &dw, dbias: &db, rows: M, inner: K, columns: N, adding: true)
        return db
      }
    }

    @Test func transposedMatricesSwapRowsAndColumns() {
      for (rows, columns) in [(1, 1), (7, 33), (65, 17), (16, 16)] {
        var numbers = Numbers(4)
        let x = numbers.floats(rows * columns)
        expectEverywhere((0..<rows * columns).map { x[$0 % rows * columns + $0 / rows].d }, within: 0) {
          var y = [Float](repeating: .nan, count: rows * columns)
          TransposeKernel.transpose(x, into: &y, rows: rows, columns: columns)
          return y
        }
      }
    }

    private func reference(_ rows: Int, _ columns: Int, _ inner: Int, _ term: (Int, Int, Int) -> Double) -> [Double] {
      (0..<rows * columns).map { place in
        (0..<inner).reduce(0) { $0 + term(place / columns, place % columns, $1) }
      }
    }
  }
}

extension Float {
  var d: Double { Double(self) }
}

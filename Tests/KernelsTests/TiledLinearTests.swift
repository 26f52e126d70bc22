// swift-format-ignore-file: AlwaysUseLowerCamelCase

import Testing

@testable import Kernels

extension Float {
  /// Rounded to 8 bits of mantissa, to the nearest and ties to even: bfloat16 by its definition.
  var rounded: Double {
    let bits = bitPattern
    return Double(Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000))
  }
}

/// Runs `compute` on every unit of this machine for bfloat16, and on AMX's tiles in memory, with 1 and 3 threads.
func expectOnEveryUnit(
  _ expected: [Double], within tolerance: Double, _ label: String = "",
  sourceLocation: SourceLocation = #_sourceLocation, _ compute: () -> [Float]
) {
  defer { reset() }
  func check(_ unit: String) {
    Parallel.start(threads: 1)
    let single = compute()
    let difference = Difference(single, expected)
    #expect(difference.relative <= tolerance, "\(label) on \(unit): \(difference)", sourceLocation: sourceLocation)
    Parallel.start(threads: 3)
    #expect(compute().bits == single.bits, "\(label) on \(unit): other bits", sourceLocation: sourceLocation)
  }
  for level in CPULevel.available where level >= .avx512BF16 {
    #expect(CPULevel.force(level), sourceLocation: sourceLocation)
    check(level.name)
  }
  #expect(TileProduct.emulate(), sourceLocation: sourceLocation)
  check("tiles in memory")
}

extension KernelsTests {
  @Suite(.enabled(if: CPULevel.detected >= .avx512BF16, "no AVX512_BF16 here")) struct TiledLinear {
    /// Less than a tile, several of them with rests in each direction, more than a block of rows, panels so long that they
    /// are set apart, nothing at all.
    static let shapes = [
      (1, 1, 1), (7, 17, 33), (33, 5, 1), (16, 32, 32), (40, 130, 300), (300, 65, 70), (17, 1100, 49),
      (20, 1000, 33), (1024, 20, 33), (0, 3, 4),
    ]

    @Test(arguments: shapes) func forwardIsXTimesWTransposedPlusBOfRoundedNumbers(M: Int, K: Int, N: Int) {
      var numbers = Numbers()
      let (x, w, b) = (numbers.floats(M * K), numbers.floats(N * K), numbers.floats(N))
      let product = products(M, N, K) { x[$0 * K + $2].rounded * w[$1 * K + $2].rounded }
      expectOnEveryUnit(product.enumerated().map { $0.element + b[$0.offset % N].d }, within: 2e-6) {
        var y = [Float](repeating: .nan, count: M * N)
        TiledLinearKernel.forward(x, tiled(w, lines: N, inner: K), b, into: &y, rows: M)
        return y
      }
    }

    @Test(arguments: shapes) func backwardInputIsDyTimesWOfRoundedNumbers(M: Int, K: Int, N: Int) {
      var numbers = Numbers(2)
      let (dy, w, before) = (numbers.floats(M * N), numbers.floats(N * K), numbers.floats(M * K))
      let expected = products(M, K, N) { dy[$0 * N + $2].rounded * w[$2 * K + $1].rounded }
      expectOnEveryUnit(zip(expected, before).map { $0 + $1.d }, within: 2e-6, "adding") {
        var dx = before
        let w = tiled(w, lines: K, inner: N, isTransposed: true)
        TiledLinearKernel.backwardInput(dy, w, into: &dx, rows: M, adding: true)
        return dx
      }
      expectOnEveryUnit(expected, within: 2e-6, "overwriting") {
        var dx = [Float](repeating: .nan, count: M * K)
        TiledLinearKernel.backwardInput(dy, tiled(w, lines: K, inner: N, isTransposed: true), into: &dx, rows: M)
        return dx
      }
    }

    @Test(arguments: shapes) func backwardWeightIsDyTransposedTimesXOfRoundedNumbers(M: Int, K: Int, N: Int) {
      var numbers = Numbers(3)
      let (dy, x, before, bias) = (
        numbers.floats(M * N), numbers.floats(M * K), numbers.floats(N * K), numbers.floats(N)
      )
      let products = products(N, K, M) { dy[$2 * N + $0].rounded * x[$2 * K + $1].rounded }
      let sums = (0..<N).map { n in (0..<M).reduce(bias[n].d) { $0 + dy[$1 * N + n].d } }
      for adding in [false, true] {
        let expected = adding ? zip(products, before).map { $0 + $1.d } : products
        expectOnEveryUnit(expected + sums, within: 3e-6, adding ? "adding" : "overwriting") {
          var (dw, db) = (adding ? before : [Float](repeating: .nan, count: N * K), bias)
          TiledLinearKernel.backwardWeight(
            dy, x, into: &dw, dbias: &db, rows: M, inner: K, columns: N, adding: adding)
          return dw + db
        }
      }
    }

    @Test func aRowHasTheSameBitsWhateverRowsAreBesideIt() {
      let (M, K, N) = (150, 700, 40)
      var numbers = Numbers(4)
      let (x, w) = (numbers.floats(M * K), numbers.floats(N * K))
      var all = [Float](repeating: 0, count: M * N)
      TiledLinearKernel.forward(x, tiled(w, lines: N, inner: K), nil, into: &all, rows: M)
      for row in [0, 8, 17, 149] {
        var alone = [Float](repeating: 0, count: N)
        TiledLinearKernel.forward(
          Array(x[row * K..<(row + 1) * K]), tiled(w, lines: N, inner: K), nil, into: &alone, rows: 1)
        #expect(alone.bits == Array(all[row * N..<(row + 1) * N]).bits, "row \(row)")
      }
    }

    /// Scores, probabilities and their gradients are rounded to 8 bits of mantissa on the way.
    @Test(arguments: Attention.small + Attention.large[..<3], [Float(0), 0.3])
    func attentionOfRoundedNumbersIsTheSoftmaxOfScoresTimesValues(attention: Attention.Case, rate: Float) {
      var data = AttentionData(attention, rate: rate)
      data.isTiled = true
      let tiled = data
      let expected = tiled.reference(data.q.doubles, data.k.doubles, data.v.doubles)
      expectOnEveryUnit(expected, within: 1e-2, "\(attention)") { tiled.forward().y }
    }

    @Test(arguments: Attention.small + Attention.large[..<3])
    func attentionOfRoundedNumbersFlowsBackAsItsDerivative(attention: Attention.Case) {
      var data = AttentionData(attention)
      data.isTiled = true
      let tiled = data
      expectOnEveryUnit(tiled.referenceGradient(), within: 2e-2, "\(attention)") { tiled.backward() }
    }

    @Test func levelsWithoutAUnitSaySo() {
      defer { reset() }
      for level in CPULevel.available where level <= .avx512 {
        CPULevel.force(level)
        #expect(!TileProduct.isAvailable)
      }
    }

    private func products(_ rows: Int, _ columns: Int, _ inner: Int, _ term: (Int, Int, Int) -> Double) -> [Double] {
      (0..<rows * columns).map { place in
        (0..<inner).reduce(0) { $0 + term(place / columns, place % columns, $1) }
      }
    }

    private func tiled(_ x: [Float], lines: Int, inner: Int, isTransposed: Bool = false) -> TiledMatrix {
      let matrix = TiledMatrix(lines: lines, inner: inner)
      matrix.fill(from: x, isTransposed: isTransposed)
      return matrix
    }
  }
}

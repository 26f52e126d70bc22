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
      let expected = product.enumerated().map { $0.element + b[$0.offset % N].d }
      expectOnEveryUnit(expected, within: 2e-6) { forward(x, w, b, M, K, N).floats }
      expectOnEveryUnit(expected, within: 4e-3, "kept rounded") { forward(x, w, b, M, K, N, isRounded: true).floats }
    }

    /// x is rounded before it is multiplied, so it may come so; y is rounded after it is summed; a copy of x is x rounded.
    @Test(arguments: shapes) func roundedNumbersHaveTheBitsOfFloatsThatAreRounded(M: Int, K: Int, N: Int) {
      var numbers = Numbers(5)
      let (x, w, b, dy) = (numbers.floats(M * K), numbers.floats(N * K), numbers.floats(N), numbers.floats(M * N))
      for level in CPULevel.available where level >= .avx512BF16 {
        CPULevel.force(level)
        let y = forward(x, w, b, M, K, N).floats
        let copy = NumberMemory(count: M * K, isRounded: true)
        let rounded = forward(x, w, b, M, K, N, isRounded: true, keeping: copy).floats
        #expect(rounded.doubles == y.map(\.rounded))
        #expect(copy.floats.doubles == x.map(\.rounded))
        let gradients = [false, true].map { isRounded in
          backward(dy, NumberMemory(x, isRounded: isRounded), w, M, K, N, adding: nil).bits
        }
        #expect(gradients[0] == gradients[1])
        for activation in Activation.allCases {
          let outputs = [false, true].map { isRounded in
            let x = NumberMemory(x.map { Float($0.rounded) }, isRounded: isRounded)
            let (y, copy) = (NumberMemory(count: M * N), NumberMemory(count: M * K, isRounded: true))
            withExtendedLifetime(x) {
              TiledLinearKernel.forward(
                x.pointer, keeping: isRounded ? nil : copy.pointer, after: activation, tiled(w, lines: N, inner: K), b,
                into: y.pointer, rows: M)
            }
            #expect(isRounded || copy.floats == x.floats, "\(activation)")
            return y.floats.bits
          }
          #expect(outputs[0] == outputs[1], "\(activation)")
        }
      }
      reset()
    }

    @Test(arguments: shapes) func gradientsAreProductsOfRoundedNumbersAndSumsOfFloats(M: Int, K: Int, N: Int) {
      var numbers = Numbers(3)
      let (dy, x, w) = (numbers.floats(M * N), numbers.floats(M * K), numbers.floats(N * K))
      let before = (weight: numbers.floats(N * K), input: numbers.floats(M * K), bias: numbers.floats(N))
      let dw = products(N, K, M) { dy[$2 * N + $0].rounded * x[$2 * K + $1].rounded }
      let dx = products(M, K, N) { dy[$0 * N + $2].rounded * w[$2 * K + $1].rounded }
      let sums = (0..<N).map { n in (0..<M).reduce(before.bias[n].d) { $0 + dy[$1 * N + n].d } }
      expectOnEveryUnit(dw + sums + dx, within: 3e-6, "overwriting") {
        backward(dy, NumberMemory(x), w, M, K, N, bias: before.bias, adding: nil)
      }
      let added = zip(dw, before.weight).map { $0 + $1.d } + sums + zip(dx, before.input).map { $0 + $1.d }
      expectOnEveryUnit(added, within: 3e-6, "adding") {
        backward(dy, NumberMemory(x), w, M, K, N, bias: before.bias, adding: (before.weight, before.input))
      }
    }

    @Test func aGradientAloneHasTheBitsOfBoth() {
      let (M, K, N) = (70, 40, 100)
      var numbers = Numbers(6)
      let (dy, x, w) = (numbers.floats(M * N), NumberMemory(numbers.floats(M * K)), numbers.floats(N * K))
      let both = backward(dy, x, w, M, K, N, adding: nil)
      let (dw, dx) = (NumberMemory(count: N * K), NumberMemory(count: M * K))
      let transposed = tiled(w, lines: K, inner: N, isTransposed: true)
      withExtendedLifetime(x) {
        TiledLinearKernel.backward(
          dy, x.pointer, transposed, into: (dw.pointer.floats, false), dbias: nil, dinput: nil, rows: M, inner: K,
          columns: N)
        TiledLinearKernel.backward(
          dy, x.pointer, transposed, into: nil, dbias: nil, dinput: (dx.pointer.floats, false), rows: M, inner: K,
          columns: N)
      }
      #expect((dw.floats + dx.floats).bits == (Array(both[..<(N * K)]) + Array(both[(N * K + N)...])).bits)
    }

    @Test func aRowHasTheSameBitsWhateverRowsAreBesideIt() {
      let (M, K, N) = (150, 700, 40)
      var numbers = Numbers(4)
      let (x, w) = (numbers.floats(M * K), numbers.floats(N * K))
      let all = forward(x, w, nil, M, K, N).floats
      for row in [0, 8, 17, 149] {
        let alone = forward(Array(x[row * K..<(row + 1) * K]), w, nil, 1, K, N).floats
        #expect(alone.bits == Array(all[row * N..<(row + 1) * N]).bits, "row \(row)")
      }
    }

    /// One query, or two, against keys of several heads and odd sizes.
    @Test(arguments: [
      Attention.Case(queries: [1], keys: [9], heads: 3, isCausal: true),
      Attention.Case(queries: [2], keys: [31], heads: 4, keyHeads: 2, size: 70, isCausal: true),
      Attention.Case(queries: [1], keys: [700], size: 64, isCausal: true, slopes: [0.5, 0.01]),
      Attention.Case(queries: [20], keys: [50], size: 33, isCausal: true),
    ])
    func attentionOfFewQueriesReadsRoundedKeysHeadByHead(attention: Attention.Case) {
      var data = AttentionData(attention)
      let expected = data.reference(data.q.doubles, data.k.doubles, data.v.doubles)
      (data.isTiled, data.isCached) = (true, true)
      let cached = data
      expectOnEveryUnit(expected, within: 1e-2, "\(attention)") { cached.forward().y }
    }

    /// Scores, probabilities and their gradients are rounded to 8 bits of mantissa on the way.
    @Test(arguments: Attention.small + Attention.large[..<4], [Float(0), 0.3])
    func attentionOfRoundedNumbersIsTheSoftmaxOfScoresTimesValues(attention: Attention.Case, rate: Float) {
      var data = AttentionData(attention, rate: rate)
      data.isTiled = true
      let tiled = data
      let expected = tiled.reference(data.q.doubles, data.k.doubles, data.v.doubles)
      expectOnEveryUnit(expected, within: 1e-2, "\(attention)") { tiled.forward().y }
      data.isRounded = true
      let rounded = data
      expectOnEveryUnit(expected, within: 1e-2, "\(attention), kept rounded") { rounded.forward().y }
    }

    @Test(arguments: Attention.small + Attention.large[..<4])
    func attentionOfRoundedNumbersFlowsBackAsItsDerivative(attention: Attention.Case) {
      var data = AttentionData(attention)
      data.isTiled = true
      let tiled = data
      let expected = tiled.referenceGradient()
      expectOnEveryUnit(expected, within: 2e-2, "\(attention)") { tiled.backward() }
      data.isRounded = true
      let rounded = data
      expectOnEveryUnit(expected, within: 2e-2, "\(attention), kept rounded") { rounded.backward() }
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

    private func forward(
      _ x: [Float], _ w: [Float], _ b: [Float]?, _ M: Int, _ K: Int, _ N: Int, isRounded: Bool = false,
      keeping copy: NumberMemory? = nil
    ) -> NumberMemory {
      let (x, y) = (NumberMemory(x), NumberMemory(count: M * N, isRounded: isRounded))
      withExtendedLifetime((x, copy)) {
        TiledLinearKernel.forward(
          x.pointer, keeping: copy?.pointer, tiled(w, lines: N, inner: K), b, into: y.pointer, rows: M)
      }
      return y
    }

    /// dw, db and dx end to end, added to the numbers before or in their place.
    private func backward(
      _ dy: [Float], _ x: NumberMemory, _ w: [Float], _ M: Int, _ K: Int, _ N: Int, bias: [Float]? = nil,
      adding before: (weight: [Float], input: [Float])?
    ) -> [Float] {
      let dw = NumberMemory(before?.weight ?? [Float](repeating: .nan, count: N * K))
      let dx = NumberMemory(before?.input ?? [Float](repeating: .nan, count: M * K))
      var db = bias ?? [Float](repeating: 0, count: N)
      withExtendedLifetime(x) {
        TiledLinearKernel.backward(
          dy, x.pointer, tiled(w, lines: K, inner: N, isTransposed: true), into: (dw.pointer.floats, before != nil),
          dbias: &db, dinput: (dx.pointer.floats, before != nil), rows: M, inner: K, columns: N)
      }
      return dw.floats + db + dx.floats
    }

    private func tiled(_ x: [Float], lines: Int, inner: Int, isTransposed: Bool = false) -> TiledMatrix {
      let matrix = TiledMatrix(lines: lines, inner: inner)
      matrix.fill(from: x, isTransposed: isTransposed)
      return matrix
    }
  }
}

import Kernels
import Testing

extension KernelsTests {
  @Suite struct Embedding {
    static let ids: [Int32] = [3, 0, 3, 3, 6, 0, 1]

    @Test(arguments: [1, 7, 64, 131]) func rowsArePickedByNumber(width: Int) {
      var numbers = Numbers()
      let table = numbers.floats(7 * width)
      let expected = Self.ids.flatMap { table[Int($0) * width..<(Int($0) + 1) * width].map(\.d) }
      expectEverywhere(expected, within: 0) {
        var y = [Float](repeating: .nan, count: Self.ids.count * width)
        EmbeddingKernel.forward(table, Self.ids, into: &y, rows: Self.ids.count, width: width)
        return y
      }
    }

    @Test(arguments: [1, 7, 64, 131]) func equalNumbersAddUpInRowOrder(width: Int) {
      var numbers = Numbers(2)
      let (dy, before) = (numbers.floats(Self.ids.count * width), numbers.floats(7 * width))
      var expected = before
      for (row, id) in Self.ids.enumerated() {
        for column in 0..<width { expected[Int(id) * width + column] += dy[row * width + column] }
      }
      expectEverywhere(expected.doubles, within: 0) {
        var dtable = before
        EmbeddingKernel.backward(dy, Self.ids, adding: &dtable, rows: Self.ids.count, width: width)
        return dtable
      }
    }
  }

  @Suite struct Pooling {
    static let offsets: [Int32] = [0, 3, 4, 11]
    static let width = 19

    @Test func theMeanIsTheMeanAndItsGradientIsShared() {
      var numbers = Numbers()
      let (x, dy) = (numbers.floats(11 * Self.width), numbers.floats(3 * Self.width))
      expectEverywhere(pooled(x.doubles) { $0.reduce(0, +) / Double($0.count) }, within: 1e-6) {
        var y = [Float](repeating: .nan, count: dy.count)
        PoolingKernel.meanForward(x, offsets: Self.offsets, segments: 3, width: Self.width, into: &y)
        return y
      }
      let expected = gradient(
        of: { pooled($0) { $0.reduce(0, +) / Double($0.count) } }, at: x.doubles, seed: dy.doubles)
      expectEverywhere(expected, within: 1e-5) {
        var dx = [Float](repeating: .nan, count: x.count)
        PoolingKernel.meanBackward(dy, offsets: Self.offsets, segments: 3, width: Self.width, into: &dx)
        return dx
      }
    }

    @Test func theMaximumPassesItsGradientToTheFirstLargestElement() {
      var numbers = Numbers(2)
      var (x, dy) = (numbers.floats(11 * Self.width), numbers.floats(3 * Self.width))
      let expected = gradient(of: { pooled($0) { $0.max() ?? 0 } }, at: x.doubles, seed: dy.doubles)
      expectEverywhere(expected, within: 1e-5) { maximum(x, dy).dx }
      expectEverywhere(pooled(x.doubles) { $0.max() ?? 0 }, within: 0) { maximum(x, dy).y }
      x = [Float](repeating: 2, count: x.count)
      dy = [Float](repeating: 1, count: dy.count)
      let first = (0..<11 * Self.width).map { [0, 3, 4].contains($0 / Self.width) ? 1.0 : 0.0 }
      expectEverywhere(first, within: 0, "equal elements") { maximum(x, dy).dx }
    }

    @Test func theFirstRowIsTheFirstRow() {
      var numbers = Numbers(3)
      let (x, dy) = (numbers.floats(11 * Self.width), numbers.floats(3 * Self.width))
      expectEverywhere(pooled(x.doubles) { $0.first ?? 0 }, within: 0) {
        var y = [Float](repeating: .nan, count: dy.count)
        PoolingKernel.firstForward(x, offsets: Self.offsets, segments: 3, width: Self.width, into: &y)
        return y
      }
      let expected = gradient(of: { pooled($0) { $0.first ?? 0 } }, at: x.doubles, seed: dy.doubles)
      expectEverywhere(expected, within: 1e-5) {
        var dx = [Float](repeating: .nan, count: x.count)
        PoolingKernel.firstBackward(dy, offsets: Self.offsets, segments: 3, width: Self.width, into: &dx)
        return dx
      }
    }

    private func pooled(_ x: [Double], _ reduce: ([Double]) -> Double) -> [Double] {
      (0..<3 * Self.width).map { place in
        let (segment, column) = (place / Self.width, place % Self.width)
        return reduce((Int(Self.offsets[segment])..<Int(Self.offsets[segment + 1])).map { x[$0 * Self.width + column] })
      }
    }

    private func maximum(_ x: [Float], _ dy: [Float]) -> (y: [Float], dx: [Float]) {
      var (y, dx) = ([Float](repeating: .nan, count: dy.count), [Float](repeating: .nan, count: x.count))
      var arguments = [Int32](repeating: -1, count: dy.count)
      PoolingKernel.maxForward(
        x, offsets: Self.offsets, segments: 3, width: Self.width, into: &y, arguments: &arguments)
      PoolingKernel.maxBackward(
        dy, offsets: Self.offsets, segments: 3, width: Self.width, arguments: arguments, into: &dx)
      return (y, dx)
    }
  }
}

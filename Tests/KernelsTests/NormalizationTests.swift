import Kernels
import Testing

extension KernelsTests {
  @Suite struct LayerNorm {
    @Test(arguments: [(1, 1), (7, 17), (33, 5), (200, 257), (0, 4)])
    func forwardCentersScalesAndShifts(rows: Int, width: Int) {
      var numbers = Numbers()
      let x = numbers.floats(rows * width).map { $0 * 3 + 5 }
      let (gain, bias) = (numbers.floats(width), numbers.floats(width))
      expectEverywhere(normalized(x.doubles, gain.doubles, bias.doubles, width), within: 3e-6) {
        run(x, gain, bias, width).y
      }
    }

    @Test(arguments: [(1, 3), (5, 7), (9, 33)]) func backwardIsTheDerivative(rows: Int, width: Int) {
      var numbers = Numbers(2)
      let x = numbers.floats(rows * width, scale: 2)
      let (gain, bias, dy) = (numbers.floats(width), numbers.floats(width), numbers.floats(rows * width))
      let dx = gradient(
        of: { normalized($0, gain.doubles, bias.doubles, width) }, at: x.doubles, seed: dy.doubles)
      let dgain = gradient(
        of: { normalized(x.doubles, $0, bias.doubles, width) }, at: gain.doubles, seed: dy.doubles)
      let dbias = gradient(
        of: { normalized(x.doubles, gain.doubles, $0, width) }, at: bias.doubles, seed: dy.doubles)
      expectEverywhere(dx, within: 1e-5, "x") { back(dy, x, gain, bias, width).dx }
      expectEverywhere(dgain.map { $0 + 1 }, within: 1e-5, "gain") { back(dy, x, gain, bias, width).dgain }
      expectEverywhere(dbias.map { $0 + 1 }, within: 1e-5, "bias") { back(dy, x, gain, bias, width).dbias }
    }

    @Test func manyRowsGiveTheSameBitsForAnyThreadCount() {
      let (rows, width) = (1000, 130)
      var numbers = Numbers(3)
      let (x, dy) = (numbers.floats(rows * width), numbers.floats(rows * width))
      let (gain, bias) = (numbers.floats(width), numbers.floats(width))
      let sums = (0..<width).map { column in (0..<rows).reduce(1.0) { $0 + dy[$1 * width + column].d } }
      expectEverywhere(sums, within: 1e-5) { back(dy, x, gain, bias, width).dbias }
    }

    private func normalized(_ x: [Double], _ gain: [Double], _ bias: [Double], _ width: Int) -> [Double] {
      stride(from: 0, to: x.count, by: width).flatMap { start in
        let row = x[start..<start + width]
        let mean = row.reduce(0, +) / Double(width)
        let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
        let deviation = (variance + 1e-5).squareRoot()
        return zip(row, zip(gain, bias)).map { ($0 - mean) / deviation * $1.0 + $1.1 }
      }
    }

    private func run(
      _ x: [Float], _ gain: [Float], _ bias: [Float], _ width: Int
    ) -> (y: [Float], mean: [Float], deviation: [Float]) {
      let rows = x.count / width
      var (y, mean, deviation) = (x, [Float](repeating: .nan, count: rows), [Float](repeating: .nan, count: rows))
      LayerNormKernel.forward(
        x, gain: gain, bias: bias, epsilon: 1e-5, into: &y, mean: &mean, reciprocalDeviation: &deviation, rows: rows,
        width: width)
      return (y, mean, deviation)
    }

    private func back(
      _ dy: [Float], _ x: [Float], _ gain: [Float], _ bias: [Float], _ width: Int
    ) -> (dx: [Float], dgain: [Float], dbias: [Float]) {
      let (_, mean, deviation) = run(x, gain, bias, width)
      var dx = [Float](repeating: .nan, count: x.count)
      var (dgain, dbias) = ([Float](repeating: 1, count: width), [Float](repeating: 1, count: width))
      LayerNormKernel.backward(
        dy, x, gain: gain, mean: mean, reciprocalDeviation: deviation, into: &dx, dgain: &dgain, dbias: &dbias,
        rows: x.count / width, width: width)
      return (dx, dgain, dbias)
    }
  }

  @Suite struct RMSNorm {
    @Test(arguments: [(1, 1), (7, 17), (33, 5), (200, 257), (0, 4)])
    func forwardScalesByTheRootOfTheMeanSquare(rows: Int, width: Int) {
      var numbers = Numbers()
      let x = numbers.floats(rows * width).map { $0 * 3 + 5 }
      let gain = numbers.floats(width)
      expectEverywhere(normalized(x.doubles, gain.doubles, width), within: 3e-6) { run(x, gain, width).y }
    }

    @Test(arguments: [(1, 3), (5, 7), (9, 33)]) func backwardIsTheDerivative(rows: Int, width: Int) {
      var numbers = Numbers(2)
      let x = numbers.floats(rows * width, scale: 2)
      let (gain, dy) = (numbers.floats(width), numbers.floats(rows * width))
      let dx = gradient(of: { normalized($0, gain.doubles, width) }, at: x.doubles, seed: dy.doubles)
      let dgain = gradient(of: { normalized(x.doubles, $0, width) }, at: gain.doubles, seed: dy.doubles)
      expectEverywhere(dx, within: 1e-5, "x") { back(dy, x, gain, width).dx }
      expectEverywhere(dgain.map { $0 + 1 }, within: 1e-5, "gain") { back(dy, x, gain, width).dgain }
    }

    @Test func manyRowsGiveTheSameBitsForAnyThreadCount() {
      let (rows, width) = (1000, 130)
      var numbers = Numbers(3)
      let (x, dy, gain) = (numbers.floats(rows * width), numbers.floats(rows * width), numbers.floats(width))
      let normal = normalized(x.doubles, [Double](repeating: 1, count: width), width)
      let sums = (0..<width).map { column in
        stride(from: column, to: rows * width, by: width).reduce(1.0) { $0 + Double(dy[$1]) * normal[$1] }
      }
      expectEverywhere(sums, within: 1e-5) { back(dy, x, gain, width).dgain }
    }

    private func normalized(_ x: [Double], _ gain: [Double], _ width: Int) -> [Double] {
      stride(from: 0, to: x.count, by: width).flatMap { start -> [Double] in
        let row = x[start..<start + width]
        let square = row.map { $0 * $0 }.reduce(0, +) / Double(width)
        let root = (square + 1e-5).squareRoot()
        return zip(row, gain).map { $0 / root * $1 }
      }
    }

    private func run(_ x: [Float], _ gain: [Float], _ width: Int) -> (y: [Float], root: [Float]) {
      var (y, root) = (x, [Float](repeating: .nan, count: x.count / width))
      RMSNormKernel.forward(
        x, gain: gain, epsilon: 1e-5, into: &y, reciprocalRoot: &root, rows: x.count / width, width: width)
      return (y, root)
    }

    private func back(_ dy: [Float], _ x: [Float], _ gain: [Float], _ width: Int) -> (dx: [Float], dgain: [Float]) {
      let root = run(x, gain, width).root
      var (dx, dgain) = ([Float](repeating: .nan, count: x.count), [Float](repeating: 1, count: width))
      RMSNormKernel.backward(
        dy, x, gain: gain, reciprocalRoot: root, into: &dx, dgain: &dgain, rows: x.count / width, width: width)
      return (dx, dgain)
    }
  }
}

import CKernels
import Foundation
import Kernels
import Testing

extension KernelsTests {
  @Suite struct CrossEntropy {
    static let shapes = [(1, 1), (1, 2), (7, 17), (33, 33), (9, 4001), (0, 5)]

    @Test(arguments: shapes) func lossIsTheNegativeLogarithmOfTheTargetsProbability(rows: Int, classes: Int) {
      let (logits, targets) = inputs(rows, classes)
      let losses = (0..<rows).map { row in
        targets[row] < 0 ? 0 : logSum(logits, row, classes) - logits[row * classes + Int(targets[row])].d
      }
      expectEverywhere(losses, within: 1e-6, "losses") { run(logits, targets, rows, classes).losses }
      let sums = (0..<rows).map { logSum(logits, $0, classes) }
      expectEverywhere(sums, within: 1e-6, "sums") { run(logits, targets, rows, classes).logSumExp }
    }

    @Test func predictionIsTheFirstLargestClass() {
      let logits: [Float] = [1, 3, 3, 2] + [-5, -6, -7, -5] + [0, 0, 0, 1]
      defer { reset() }
      for level in CPULevel.available {
        CPULevel.force(level)
        #expect(run(logits, [0, -1, 2], 3, 4).predicted == [1, 0, 3], "\(level.name)")
      }
    }

    @Test(arguments: shapes) func backwardIsSoftmaxMinusOneHotAndZeroWithoutTarget(rows: Int, classes: Int) {
      let (logits, targets) = inputs(rows, classes)
      let sums = (0..<rows).map { logSum(logits, $0, classes) }
      let expected = (0..<rows * classes).map { place in
        let (row, column) = (place / classes, place % classes)
        guard targets[row] >= 0 else { return 0.0 }
        return 0.25 * (exp(logits[place].d - sums[row]) - (column == targets[row] ? 1 : 0))
      }
      expectEverywhere(expected, within: 2e-6) {
        let logSumExp = run(logits, targets, rows, classes).logSumExp
        var gradient = logits
        CrossEntropyKernel.backward(
          &gradient, targets: targets, logSumExp: logSumExp, scale: 0.25, rows: rows, vocabulary: classes)
        return gradient
      }
    }

    /// Parts of 1 and more columns, the last one narrower.
    @Test(arguments: shapes, [1, 5, 512]) func partByPartItIsForwardAndBackward(
      shape: (rows: Int, classes: Int), widest: Int
    ) {
      let (rows, classes) = shape
      let (logits, targets) = inputs(rows, classes)
      let sums = (0..<rows).map { logSum(logits, $0, classes) }
      let losses = (0..<rows).map {
        targets[$0] < 0 ? 0 : sums[$0] - logits[$0 * classes + Int(targets[$0])].d
      }
      let gradient = (0..<rows * classes).map { place in
        let (row, column) = (place / classes, place % classes)
        return targets[row] < 0 ? 0.0 : exp(logits[place].d - sums[row]) - (column == targets[row] ? 1 : 0)
      }
      func found() -> PartedRows { PartedRows(logits, targets, rows, classes, widest: widest) }
      expectEverywhere(losses, within: 1e-6, "losses") { found().losses }
      expectEverywhere(gradient, within: 2e-6, "gradient") { found().gradient }
      #expect(found().predicted == run(logits, targets, rows, classes).predicted)
    }

    @Test func classesThatCannotBeTakeNothingFromTheOthers() {
      let logits: [Float] = [-.infinity, -.infinity, 0, 0]
      expectEverywhere([0, 0, -0.5, 0.5], within: 1e-7) { PartedRows(logits, [2], 1, 4, widest: 2).gradient }
    }

    @Test func backwardIsTheDerivative() {
      let (logits, targets) = inputs(5, 7)
      func losses(_ x: [Double]) -> [Double] {
        (0..<5).map { row -> Double in
          guard targets[row] >= 0 else { return 0 }
          let powers = x[row * 7..<row * 7 + 7].map { exp($0) }
          return log(powers.reduce(0, +)) - x[row * 7 + Int(targets[row])]
        }
      }
      let expected = gradient(of: losses, at: logits.doubles, seed: [Double](repeating: 1, count: 5))
      expectEverywhere(expected, within: 1e-5) {
        var gradient = logits
        let logSumExp = run(logits, targets, 5, 7).logSumExp
        CrossEntropyKernel.backward(
          &gradient, targets: targets, logSumExp: logSumExp, scale: 1, rows: 5, vocabulary: 7)
        return gradient
      }
    }

    @Test(arguments: [(1, 1), (7, 17), (33, 33), (3, 9001)])
    func softmaxIsWithinThreeMillionthsOfEachProbability(rows: Int, width: Int) {
      var numbers = Numbers(3)
      let x = numbers.floats(rows * width, scale: 20)
      let sums = (0..<rows).map { logSum(x, $0, width) }
      defer { reset() }
      for level in CPULevel.available {
        CPULevel.force(level)
        var y = x
        SoftmaxKernel.rows(x, into: &y, rows: rows, width: width)
        for place in y.indices {
          let expected = exp(x[place].d - sums[place / width])
          #expect(abs(y[place].d - expected) <= 3e-6 * expected, "\(level.name): \(y[place]), not \(expected)")
        }
      }
    }

    @Test func softmaxGivesMaskedClassesNothingAndWorksInPlace() {
      let x: [Float] = [-.infinity, 0, 0, -.infinity, -.infinity, -.infinity]
      expectEverywhere([0, 0.5, 0.5, 0, 0, 0], within: 1e-7) {
        var y = x
        y.withUnsafeMutableBufferPointer { y in
          guard let base = y.baseAddress else { return }
          SoftmaxKernel.rows(base, into: base, rows: 2, width: 3)
        }
        return y
      }
    }

    private func inputs(_ rows: Int, _ classes: Int) -> (logits: [Float], targets: [Int32]) {
      var numbers = Numbers(5)
      let logits = numbers.floats(rows * classes, scale: 10)
      return (logits, (0..<rows).map { $0 % 4 == 3 ? -100 : Int32($0 * 7 % classes) })
    }

    private func logSum(_ x: [Float], _ row: Int, _ width: Int) -> Double {
      let values = x[row * width..<(row + 1) * width].map(\.d)
      let largest = values.max() ?? 0
      return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
    }

    private func run(
      _ logits: [Float], _ targets: [Int32], _ rows: Int, _ classes: Int
    ) -> (losses: [Float], predicted: [Int32], logSumExp: [Float]) {
      var losses = [Float](repeating: .nan, count: rows)
      var predicted = [Int32](repeating: -1, count: rows)
      var logSumExp = losses
      CrossEntropyKernel.forward(
        logits, targets: targets, rows: rows, vocabulary: classes, losses: &losses, predicted: &predicted,
        logSumExp: &logSumExp)
      return (losses, predicted, logSumExp)
    }
  }
}

/// Cross-entropy and its gradient in three steps, over parts of at most `widest` columns.
private struct PartedRows {
  var losses: [Float]
  var predicted: [Int32]
  var gradient: [Float]

  init(_ logits: [Float], _ targets: [Int32], _ rows: Int, _ classes: Int, widest: Int) {
    let table = ck_active().pointee
    let starts = Array(stride(from: 0, to: classes, by: widest))
    let nothing = [Float](repeating: .nan, count: starts.count * rows)
    var (largest, sums, chosen) = (nothing, nothing, [Float](repeating: .nan, count: rows))
    var places = [Int32](repeating: -1, count: nothing.count)
    (losses, gradient) = (chosen, logits)
    predicted = [Int32](repeating: -1, count: rows)
    var parts = starts.map { start in
      (0..<rows).flatMap { logits[$0 * classes + start..<$0 * classes + min(classes, start + widest)] }
    }
    for (part, start) in starts.enumerated() {
      largest.withUnsafeMutableBufferPointer { largest in
        sums.withUnsafeMutableBufferPointer { sums in
          places.withUnsafeMutableBufferPointer { places in
            guard let largest = largest.baseAddress, let sums = sums.baseAddress, let places = places.baseAddress
            else { return }
            table.cross_entropy_part(
              &parts[part], targets, start, rows, min(widest, classes - start), largest + part * rows,
              places + part * rows, sums + part * rows, &chosen)
          }
        }
      }
    }
    table.cross_entropy_join(targets, rows, starts.count, largest, places, &sums, chosen, &losses, &predicted)
    for (part, start) in starts.enumerated() {
      let width = min(widest, classes - start)
      table.cross_entropy_gradient(
        &parts[part], targets, start, rows, width, Array(sums[part * rows..<(part + 1) * rows]))
      for row in 0..<rows {
        gradient.replaceSubrange(
          row * classes + start..<row * classes + start + width, with: parts[part][row * width..<(row + 1) * width])
      }
    }
  }
}

import Testing

@testable import Tensors

/// Sums that are made in one walk over the rows, against the operations that they consist of.
@Suite struct ResidualTests {
  @Test(arguments: [Float(0), 0.3], [true, false])
  func theyAreTheirPartsOneAfterTheOther(rate: Float, hasNorm: Bool) {
    let (found, expected) = (
      Outcome(rate: rate, hasNorm: hasNorm, isOne: true), Outcome(rate: rate, hasNorm: hasNorm, isOne: false)
    )
    #expect(found.operations != expected.operations || (rate == 0 && !hasNorm))
    for (found, expected) in zip(found.numbers, expected.numbers) {
      let largest = expected.map { abs($0) }.max() ?? 0
      let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(largest > 0 && worst <= 1e-6 * largest, "\(worst) of \(largest)")
    }
    if rate > 0 { #expect(found.numbers[2] != found.numbers[1], "nothing was dropped from the branch's gradient") }
  }

  /// The output, and the gradients of x, branch, gain and bias.
  private struct Outcome {
    let operations: Set<String>
    let numbers: [[Float]]

    init(rate: Float, hasNorm: Bool, isOne: Bool) {
      let shapes: [Shape] = hasNorm ? [[12, 40], [12, 40], [40], [40]] : [[12, 40], [12, 40]]
      let (parameters, slabs) = parametersWithGradients(shapes)
      let tape = Tape(workspace: Workspace(), recordsGradients: true, appliesDropout: true)
      let (x, branch) = (
        tensor(parameters[0], on: tape, batch: packed), tensor(parameters[1], on: tape, batch: packed)
      )
      let one = BranchDropout(rate: rate, site: 4)
      func sum() -> Tensor { isOne ? add(x, branch, one) : x + dropout(branch, rate: rate, site: 4) }
      func norm() -> Tensor {
        isOne
          ? layerNorm(x, plus: branch, one, gain: parameters[2], bias: parameters[3], epsilon: 1e-5)
          : layerNorm(sum(), gain: parameters[2], bias: parameters[3], epsilon: 1e-5)
      }
      let y = hasNorm ? norm() : sum()
      operations = tape.operationNames
      let output = y.floats
      tape.backward(y, gradient: (0..<output.count).map { Float($0 % 7) - 3 })
      numbers = [output] + slabs.map { $0.floats(0..<$0.count) }
    }
  }
}

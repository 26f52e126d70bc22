import Testing

@testable import Tensors

/// Cross-entropy in bfloat16, without whole logits, against the same in float32 with them.
@Suite(.enabled(if: Precision.bfloat16.here == .bfloat16, "no unit for bfloat16 here"))
struct ProjectedCrossEntropyTests {
  /// One block of rows and several with a rest, whose columns are one part or several with a rest.
  @Test(arguments: [(7, 90), (300, 90), (70, 1_100), (300, 1_100)], [true, false])
  func lossesAndGradientsAreThoseOfWholeLogitsToAHundredth(shape: (rows: Int, classes: Int), hasBias: Bool) {
    let (found, expected) = (Outcome(shape, hasBias: hasBias, .bfloat16), Outcome(shape, hasBias: hasBias, .float32))
    #expect(abs(found.total - expected.total) < 1e-2 * expected.total, "\(found.total) for \(expected.total)")
    #expect(found.operations.contains("ProjectedCrossEntropyOperation"))
    #expect(!expected.operations.contains("ProjectedCrossEntropyOperation"))
    for (part, pair) in zip(["x", "w", "b"], zip(found.gradients, expected.gradients)) {
      let largest = pair.1.map { abs($0) }.max() ?? 0
      let worst = zip(pair.0, pair.1).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= 1e-2 * largest, "\(part): \(worst) of \(largest)")
      #expect((largest > 0) == (part != "b" || hasBias), "\(part): \(largest)")
    }
  }

  /// Rows of width 24 over some classes; every fifth row has no target.
  private struct Outcome {
    let total: Double
    let operations: Set<String>
    /// Of x, w and b.
    let gradients: [[Float]]

    init(_ shape: (rows: Int, classes: Int), hasBias: Bool, _ precision: Precision) {
      let (rows, classes) = shape
      let shapes: [Shape] = [[rows, 24], [classes, 24], [classes]]
      let (parameters, slabs) = parametersWithGradients(shapes)
      let tape = Tape(workspace: Workspace(), recordsGradients: true, appliesDropout: false, precision: precision)
      let x = embedding(tape.places((0..<rows).map { Int32($0) }), parameters[0], on: tape)
      let targets = tape.targets((0..<rows).map { $0 % 5 == 4 ? -100 : Int32($0 * 7 % classes) })
      let scored = crossEntropy(Projection(x, parameters[1], hasBias ? parameters[2] : nil), targets)
      total = scored.total
      operations = tape.operationNames
      tape.backward(from: [(sum: scored.sum, seed: 0.25)])
      gradients = slabs.map { $0.floats(0..<$0.count) }
    }
  }
}

import Kernels
import Testing

@testable import Tensors

// The example of Documentation/AddingAnOp.md.

/// y = a · b, element by element, of equal shape.
func multiply(_ a: Tensor, _ b: Tensor) -> Tensor {
  require(a.shape == b.shape, "product of \(a.shape) and \(b.shape)")
  let y = a.tape.output(a.shape, layout: a.layout)
  a.tape.compute("multiply", floats: 3 * a.shape.count) {
    ElementwiseKernel.multiply(a.pointer, b.pointer, into: y.pointer, count: a.shape.count)
  }
  a.tape.record(y, MultiplyOperation(a: a, b: b))
  return y
}

/// da = dy · b,  db = dy · a
struct MultiplyOperation: Operation {
  let a: Tensor
  let b: Tensor

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    for (input, other) in [(a, b), (b, a)] {
      let share = dy.tape.uninitialized(dy.shape)
      dy.tape.compute("multiply, input", floats: 3 * dy.shape.count) {
        ElementwiseKernel.multiply(dy.pointer, other.pointer, into: share.pointer, count: dy.shape.count)
      }
      gradients.add(share, to: input)
    }
  }
}

extension GradientCase {
  static let products = [
    GradientCase(
      name: "a · b", shapes: [[3, 4], [3, 4]],
      forward: { Output(multiply(tensor($1[0], on: $0), tensor($1[1], on: $0))) },
      reference: { p in zip(p[0], p[1]).map(*) }),
    GradientCase(
      name: "a · a", shapes: [[3, 4]],
      forward: { tape, p in
        let a = tensor(p[0], on: tape)
        return Output(multiply(a, a))
      },
      reference: { p in p[0].map { $0 * $0 } }),
  ]
}

@Suite struct AddingAnOpExampleTests {
  @Test(arguments: GradientCase.products)
  func gradientMatchesCentralDifferences(_ testCase: GradientCase) {
    let worst = GradientCheck.worst(testCase)
    #expect(worst.error < 1e-4, "\(worst)")
  }

  @Test func theCheckRejectsAProductThatForgetsAFactor() {
    let forgetful = GradientCase(
      name: "a · b, gradient to a alone", shapes: [[3, 4], [3, 4]],
      forward: { tape, p in
        let b = tensor(p[1], on: tape)
        return GradientCase.Output(multiply(tensor(p[0], on: tape), tape.constant(b.floats, shape: b.shape)))
      },
      reference: { p in zip(p[0], p[1]).map(*) })
    let worst = GradientCheck.worst(forgetful)
    #expect(worst.error > 0.5 && worst.place.contains("parameter 1"), "\(worst)")
  }

  @Test func aDryRunCountsTheMemoryOfBothPasses() {
    let workspace = Workspace(isDry: true)
    let tape = Tape(workspace: workspace, recordsGradients: true, appliesDropout: false)
    let a = tape.variable(workspace.block(byteCount: 4096), [32, 32], layout: nil)
    let y = multiply(a, a)
    // Two blocks of 32 × 32 floats live: a and y.
    #expect(workspace.usedBytes == 2 * 4096 && y.shape == a.shape)
    tape.backward(y, gradient: [Float](repeating: 1, count: 1024))
    #expect(workspace.peakBytes > 2 * 4096 && workspace.reachedBytes >= workspace.peakBytes)
  }
}

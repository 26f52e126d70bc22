import Foundation
import Testing

@testable import Tensors

@Suite struct GradientCheckTests {
  @Test(arguments: GradientCase.all)
  func gradientMatchesCentralDifferences(_ testCase: GradientCase) {
    let worst = GradientCheck.worst(testCase)
    #expect(worst.error < 1e-4, "\(worst)")
  }

  @Test(arguments: BrokenSquare.Fault.allCases)
  func gradientCheckRejectsABrokenBackward(_ fault: BrokenSquare.Fault) {
    let testCase = GradientCase(
      name: "x² + x", shapes: [[3, 5]],
      forward: { tape, p in
        let x = tensor(p[0], on: tape)
        let y = tape.output(x.shape, layout: x.layout)
        for index in 0..<x.shape.count { y.pointer[index] = x.pointer[index] * x.pointer[index] + x.pointer[index] }
        tape.record(y, BrokenSquare(x: x, fault: fault))
        return GradientCase.Output(y)
      },
      reference: { p in p[0].map { $0 * $0 + $0 } })
    let worst = GradientCheck.worst(testCase)
    #expect((worst.error < 1e-4) == (fault == .none), "\(fault): \(worst)")
  }

  @Test func everyOperationStandsInTheTable() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/Tensors/Ops")
    var declared = Set<String>()
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      where line.contains(": Operation {") {
        if let name = line.split(separator: " ").first(where: { $0.hasSuffix("Operation:") }) {
          declared.insert(String(name.dropLast()))
        }
      }
    }
    // DropoutTests, ResidualTests: a mask has no smooth reference. RecomputationTests: the bits of what it repeats.
    // ProjectedCrossEntropyTests: bfloat16 is too coarse for differences.
    var checked: Set<String> = [
      "DropoutOperation", "ResidualOperation", "RecomputedOperation", "ProjectedCrossEntropyOperation",
    ]
    for testCase in GradientCase.all {
      let tape = Tape(workspace: Workspace(), recordsGradients: true, appliesDropout: false)
      let parameters = testCase.shapes.map { shape in
        let parameter = Parameter(shape, .zeros)
        parameter.place(in: ParameterMemory(values: Slab(count: shape.count)), at: 0, path: "")
        return parameter
      }
      _ = testCase.forward(tape, parameters)
      checked.formUnion(tape.operationNames)
    }
    #expect(!declared.isEmpty && declared.subtracting(checked).isEmpty, "unchecked: \(declared.subtracting(checked))")
  }
}

/// x² + x with a backward pass that is right or broken in one way.
struct BrokenSquare: Tensors.Operation {
  enum Fault: CaseIterable, Sendable { case none, wrongSign, wrongFactor, missingTerm }

  let x: Tensor
  let fault: Fault

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let dx = x.tape.uninitialized(x.shape)
    for index in 0..<x.shape.count {
      let slope: Float =
        switch fault {
        case .none: 2 * x.pointer[index] + 1
        case .wrongSign: -(2 * x.pointer[index] + 1)
        case .wrongFactor: 1.001 * (2 * x.pointer[index] + 1)
        case .missingTerm: 2 * x.pointer[index]
        }
      dx.pointer[index] = slope * dy.pointer[index]
    }
    gradients.add(dx, to: x)
  }
}

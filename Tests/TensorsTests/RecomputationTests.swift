import Testing

@testable import Tensors

/// Layers whose activations are not kept.
@Suite struct RecomputationTests {
  @Test func gradientsHaveTheSameBitsAndLessIsKept() throws {
    let kept = run(recomputesLayers: false)
    let recomputed = run(recomputesLayers: true)
    #expect(kept.output == recomputed.output)
    #expect(kept.gradients == recomputed.gradients)
    #expect(kept.gradients.contains { $0.contains { $0 != 0 } })
    #expect(recomputed.flops == kept.flops, "what is computed again counts: \(recomputed.flops), \(kept.flops)")
    #expect(recomputed.peak < kept.peak * 6 / 10, "\(recomputed.peak) bytes, \(kept.peak) with everything kept")
  }

  /// Six layers x + dropout(w₂ · gelu(w₁ · x)) that share two weights.
  private func run(
    recomputesLayers: Bool
  ) -> (output: [Float], gradients: [[Float]], flops: Double, peak: Int) {
    let shapes: [Shape] = [[64, 16], [16, 64], [12, 16]]
    let memories = shapes.enumerated().map { index, shape in
      let memory = ParameterMemory(values: Slab(count: shape.count))
      memory.values.write((0..<shape.count).map { Float(($0 * 37 + index) % 101) / 101 - 0.5 }, at: 0)
      return memory
    }
    let slabs = shapes.map { Slab(count: $0.count) }
    let parameters = shapes.indices.map { index in
      let parameter = Parameter(shapes[index], .zeros)
      parameter.place(in: memories[index], at: 0, path: "p\(index)")
      memories[index].beginGradients(in: slabs[index])
      return parameter
    }
    let workspace = Workspace()
    let tape = Tape(
      workspace: workspace, recordsGradients: true, appliesDropout: true, recomputesLayers: recomputesLayers)
    let input = tape.input(packed)
    var x = embedding(input.ids, parameters[2], on: tape)
    for layer in 0..<6 {
      x = Tensors.recomputed(x) { x in
        x + dropout(linear(activation(.gelu, linear(x, parameters[0])), parameters[1]), rate: 0.3, site: layer)
      }
    }
    let output = x.floats
    tape.backward(x, gradient: (0..<output.count).map { Float($0 % 7) - 3 })
    return (output, slabs.map { $0.floats(0..<$0.count) }, tape.forwardFlops, workspace.peakBytes)
  }
}

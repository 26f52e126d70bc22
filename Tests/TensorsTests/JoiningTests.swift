import Testing

@testable import Tensors

/// A pass whose gradients join those of an earlier one.
@Suite struct JoiningTests {
  @Test(arguments: [false, true], [Precision.float32, .bfloat16])
  func theSumHasTheBitsOfTwoGradientsThatWereCompleteBefore(recomputesLayers: Bool, precision: Precision) {
    let apart = Network(recomputesLayers: recomputesLayers, precision)
    let (first, second) = (apart.slab(), apart.slab())
    apart.pass(0, in: first)
    apart.pass(1, in: second)
    let other = second.floats(0..<second.count)
    first.add(second)

    let joined = Network(recomputesLayers: recomputesLayers, precision)
    let sum = joined.slab()
    joined.pass(0, in: sum)
    let before = sum.floats(0..<sum.count)
    joined.pass(1, in: sum, joining: true)
    let (found, expected) = (sum.floats(0..<sum.count), first.floats(0..<first.count))
    #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(found != before && found != other)
  }

  /// A tied table, two weights that six layers share, and a parameter that nothing uses, in one slab.
  private struct Network {
    let memory: ParameterMemory
    let parameters: [Parameter]
    let recomputesLayers: Bool
    let precision: Precision
    static let shapes: [Shape] = [[64, 16], [16, 64], [12, 16], [12], [5]]

    init(recomputesLayers: Bool, _ precision: Precision) {
      (self.recomputesLayers, self.precision) = (recomputesLayers, precision)
      memory = ParameterMemory(values: Slab(count: Self.shapes.reduce(0) { $0 + $1.count }))
      let count = memory.values.count
      memory.values.write((0..<count).map { Float($0 * 37 % 101) / 101 - 0.5 }, at: 0)
      var offset = 0
      var parameters: [Parameter] = []
      for (index, shape) in Self.shapes.enumerated() {
        let parameter = Parameter(shape, .zeros)
        parameter.place(in: memory, at: offset, path: "p\(index)")
        parameters.append(parameter)
        offset += shape.count
      }
      self.parameters = parameters
    }

    /// A slab in which something was before: −0 too.
    func slab() -> Slab {
      let slab = Slab(count: memory.values.count)
      slab.write((0..<slab.count).map { $0 % 2 == 0 ? 3 : -0.0 }, at: 0)
      return slab
    }

    func pass(_ number: Int, in slab: Slab, joining: Bool = false) {
      memory.beginGradients(in: slab, joining: joining)
      let tape = Tape(
        workspace: Workspace(), recordsGradients: true, appliesDropout: true, precision: precision,
        recomputesLayers: recomputesLayers)
      let input = tape.input(packed)
      var x = embedding(input.ids, parameters[2], on: tape)
      for layer in 0..<6 {
        x = Tensors.recomputed(x) { x in
          add(
            x, linear(linear(x, parameters[0]), after: .gelu, parameters[1]), BranchDropout(rate: 0.3, site: layer))
        }
      }
      let targets = tape.targets((0..<x.shape.rows).map { Int32(($0 + number) % 12) })
      let scored = crossEntropy(Projection(x, parameters[2], parameters[3]), targets)
      tape.backward(from: [(sum: scored.sum, seed: 0.25)])
      for parameter in parameters { parameter.settleGradient() }
      memory.endGradients()
    }
  }
}

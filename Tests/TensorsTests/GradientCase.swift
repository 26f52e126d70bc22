import Foundation
import Randomness
import Testing

@testable import Tensors

/// One operation with a naive forward pass in double precision, written from the definition.
struct GradientCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shapes: [Shape]
  /// The operation on a tape; parameter p is given as the cell itself.
  let forward: @Sendable (Tape, [Parameter]) -> Output
  /// The same in double precision: the output's numbers from the parameters' numbers.
  let reference: @Sendable ([[Double]]) -> [Double]
  var scale = 1.0

  var testDescription: String { name }

  /// What an operation produced: the tensor to differentiate, and its numbers.
  struct Output {
    let tensor: Tensor
    let values: [Double]

    init(_ tensor: Tensor) {
      self.tensor = tensor
      values = tensor.floats.map(Double.init)
    }

    init(_ rows: ScoredRows) {
      tensor = rows.sum
      values = [rows.total]
    }
  }
}

/// The largest disagreement of a case, relative to the largest reference number of the same tensor.
struct GradientCheck {
  struct Worst: CustomStringConvertible {
    var error = 0.0
    var place = "nothing compared"
    var description: String { "error \(error) at \(place)" }

    mutating func compare(_ found: [Double], _ expected: [Double], _ what: String) {
      if found.count != expected.count {
        (error, place) = (.infinity, "\(what): \(found.count) numbers for \(expected.count)")
        return
      }
      let largest = max(expected.map { abs($0) }.max() ?? 0, 1e-3)
      for (index, pair) in zip(found, expected).enumerated() {
        let difference = abs(pair.0 - pair.1) / largest
        if difference > error || !difference.isFinite {
          (error, place) = (difference.isFinite ? difference : .infinity, "\(what)[\(index)]: \(pair.0) for \(pair.1)")
        }
      }
    }
  }

  /// Compares forward and backward of `testCase` with its reference and the reference's central differences.
  static func worst(_ testCase: GradientCase, appliesDropout: Bool = false) -> Worst {
    var numbers = RandomKey(seed: 11, purpose: .initialization).numbers(sample: hash64(testCase.name))
    let start = testCase.shapes.map { shape in
      (0..<shape.count).map { _ in Float(numbers.normal() * testCase.scale) }
    }
    let parameters = testCase.shapes.map { Parameter($0, .zeros) }
    let gradients = zip(parameters, start).map { parameter, values in
      let memory = ParameterMemory(values: Slab(count: values.count))
      memory.values.write(values, at: 0)
      // What an earlier pass has left must not count.
      let gradient = Slab(count: values.count)
      gradient.write([Float](repeating: .nan, count: values.count), at: 0)
      memory.beginGradients(in: gradient)
      parameter.place(in: memory, at: 0, path: "p")
      return gradient
    }
    let tape = Tape(workspace: Workspace(), recordsGradients: true, appliesDropout: appliesDropout)
    let output = testCase.forward(tape, parameters)
    let weights = output.values.map { _ in Float(numbers.normal()) }
    tape.backward(output.tensor, gradient: weights)
    for parameter in parameters { parameter.settleGradient() }

    var worst = Worst()
    let doubles = start.map { $0.map(Double.init) }
    worst.compare(output.values, testCase.reference(doubles), "output")
    for index in parameters.indices {
      let found = gradients[index].floats(0..<start[index].count).map(Double.init)
      worst.compare(found, differences(testCase, doubles, index, weights), "gradient of parameter \(index)")
    }
    return worst
  }

  /// Central differences of Σ weight · output by parameter `index`.
  private static func differences(
    _ testCase: GradientCase, _ start: [[Double]], _ index: Int, _ weights: [Float]
  ) -> [Double] {
    let step = 1e-5
    func total(_ values: [[Double]]) -> Double {
      zip(testCase.reference(values), weights).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    return start[index].indices.map { element in
      var (above, below) = (start, start)
      above[index][element] += step
      below[index][element] -= step
      return (total(above) - total(below)) / (2 * step)
    }
  }
}

/// A parameter as a tensor of rows that draw the random numbers of one sample.
func tensor(_ parameter: Parameter, on tape: Tape, batch: Sequences? = nil) -> Tensor {
  let rows = parameter.shape.rows
  let ids = (0..<rows).map { Int32($0) }
  let layout = RowLayout(
    offsets: batch?.sequenceOffsets ?? [0, Int32(rows)], samples: batch?.samples ?? [7], epoch: batch?.epoch ?? 0)
  return embedding(tape.indices(ids, layout: layout), parameter, on: tape)
}

/// Parameters of these shapes with numbers between −0.5 and 0.5, and a slab for the gradient of each.
func parametersWithGradients(_ shapes: [Shape]) -> (parameters: [Parameter], gradients: [Slab]) {
  let gradients = shapes.map { Slab(count: $0.count) }
  let parameters = zip(shapes, gradients).enumerated().map { index, pair in
    let memory = ParameterMemory(values: Slab(count: pair.0.count))
    memory.values.write((0..<pair.0.count).map { Float(($0 * 37 + index * 11) % 103) / 103 - 0.5 }, at: 0)
    memory.beginGradients(in: pair.1)
    let parameter = Parameter(pair.0, .zeros)
    parameter.place(in: memory, at: 0, path: "p\(index)")
    return parameter
  }
  return (parameters, gradients)
}

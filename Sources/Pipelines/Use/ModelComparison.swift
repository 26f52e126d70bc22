import Checkpoints
import JSON
import Models
import NN
import Randomness
import Tensors

/// How two models differ: weights tensor by tensor, and what they compute for the same ids.
public struct ModelComparison: Sendable {
  /// One tensor or output that both have.
  public struct Difference: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// The largest absolute difference; nil where the shapes differ.
    public let largest: Double?
    /// The largest absolute value of either, for scale.
    public let scale: Double
  }

  /// Tensors that both have, sorted by name.
  public let tensors: [Difference]
  /// Tensors that only the first has.
  public let onlyFirst: [String]
  /// Tensors that only the second has.
  public let onlySecond: [String]
  /// Hidden states and logits that both give for the same ids.
  public let outputs: [Difference]

  /// Compares two models on `input`, or on random ids that both know.
  public init(_ first: LoadedModel, _ second: LoadedModel, input: PaddedBatch? = nil) throws {
    let tensors = [first, second].map { loaded in
      PublishedTensor.all(of: loaded.model, in: loaded.store, from: loaded.store.memory.values)
    }
    let names = tensors.map { Set($0.map(\.name)) }
    onlyFirst = names[0].subtracting(names[1]).sorted()
    onlySecond = names[1].subtracting(names[0]).sorted()
    let others = Dictionary(tensors[1].map { ($0.name, $0) }) { first, _ in first }
    self.tensors = tensors[0].compactMap { tensor in
      others[tensor.name].map { other in
        ModelComparison.difference(tensor.name, tensor.shape, tensor.floats, other.shape, other.floats)
      }
    }
    let batch = input ?? ModelComparison.sample(first.model.extents, second.model.extents)
    for loaded in [first, second] {
      let problems = batch.problems(fitting: loaded.model)
      if !problems.isEmpty { throw ProbeError.problems(path: "the inputs", problems) }
    }
    let results = [first, second].map { ModelProbe($0, batch).outputs(gradients: false) }
    let second = Dictionary(results[1].map { ($0.name, $0) }) { first, _ in first }
    outputs = results[0].compactMap { output in
      second[output.name].map {
        ModelComparison.difference(output.name, output.shape, output.values, $0.shape, $0.values)
      }
    }
  }

  /// Whether both have the same tensors with the same bits.
  public var isSame: Bool {
    onlyFirst.isEmpty && onlySecond.isEmpty && tensors.allSatisfy { $0.largest == 0 }
  }

  /// The comparison for programs.
  public var json: JSONValue {
    func list(_ differences: [Difference]) -> JSONValue {
      .array(
        differences.map {
          [
            "name": .string($0.name), "largest_difference": $0.largest.map { .number($0) } ?? .null,
            "scale": .number($0.scale),
          ]
        })
    }
    return [
      "same_weights": .bool(isSame), "only_first": .array(onlyFirst.map { .string($0) }),
      "only_second": .array(onlySecond.map { .string($0) }), "tensors": list(tensors), "outputs": list(outputs),
    ]
  }

  private static func sample(_ first: ModelExtents, _ second: ModelExtents) -> PaddedBatch {
    let rows = 4
    let time = min(32, first.maximumLength, second.maximumLength)
    let limit = min(first.vocabularySize, second.vocabularySize)
    var numbers = RandomKey(seed: 0, purpose: .sampling).numbers(sample: 0)
    return PaddedBatch(ids: (0..<rows * time).map { _ in Int32(numbers.below(limit)) }, rows: rows, time: time)
  }

  private static func difference(
    _ name: String, _ shape: [Int], _ values: [Float], _ otherShape: [Int], _ others: [Float]
  ) -> Difference {
    let scale = (values + others).reduce(0) { max($0, Double(abs($1))) }
    guard shape == otherShape else { return Difference(name: name, largest: nil, scale: scale) }
    let largest = zip(values, others).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) }
    return Difference(name: name, largest: largest, scale: scale)
  }
}

extension PaddedBatch {
  /// The problems that keep the batch from being run through `model`, in words: everything that kernels rely on.
  public func problems(fitting model: any PublishedModel) -> [String] {
    let extents = model.extents
    var problems = problems(vocabularySize: extents.vocabularySize, maximumLength: extents.maximumLength)
    func check(_ name: String, _ values: [Int32]?, below limit: Int) {
      if let values, values.contains(where: { $0 >= limit }) { problems.append("\(name) must be below \(limit)") }
    }
    let types = (model as? BERT)?.configuration.tokenTypeCount
    if let types {
      check("token_type_ids", typeIds, below: types)
      if typeIds?.contains(where: { $0 < 0 }) ?? false { problems.append("token_type_ids must be 0 or more") }
    }
    check("labels", labels, below: extents.vocabularySize)
    check("labels of rows", rowLabels, below: model.labels.isEmpty ? 2 : model.labels.count)
    return problems
  }
}

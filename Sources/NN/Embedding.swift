import Tensors

/// Rows of a table by id.
public struct Embedding: Module {
  /// [rows, width]
  public let weight: Parameter

  /// A table of `count` rows.
  public init(_ count: Int, _ width: Int, weight: Initializer) {
    self.weight = Parameter([count, width], weight)
  }

  /// One row per id.
  public func callAsFunction(_ ids: Indices, on tape: Tape) -> Tensor { embedding(ids, weight, on: tape) }
}

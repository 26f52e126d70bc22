import Tensors

/// Rows of equal length as other frameworks have them, [batch, time]: only at the edges of the program.
public struct PaddedBatch: Sendable {
  /// Token ids, [batch, time].
  public var ids: [Int32]
  /// Token types; all 0 if absent.
  public var typeIds: [Int32]?
  /// 1 where a token is, 0 where padding is; padding stands at the end of a row. No padding if absent.
  public var attentionMask: [Int32]?
  /// Token labels, [batch, time], −100 where there is none.
  public var labels: [Int32]?
  /// A label per row: next sentence, or a class.
  public var rowLabels: [Int32]?
  /// The number of rows.
  public var rows: Int
  /// The length of a row.
  public var time: Int

  /// A batch of ids.
  public init(ids: [Int32], rows: Int, time: Int) {
    self.ids = ids
    self.rows = rows
    self.time = time
  }

  /// The problems that keep the batch from being run, in words.
  public func problems(vocabularySize: Int, maximumLength: Int) -> [String] {
    var problems: [String] = []
    if time > maximumLength { problems.append("rows of \(time) tokens are longer than the model's \(maximumLength)") }
    if ids.contains(where: { $0 < 0 || $0 >= vocabularySize }) {
      problems.append("input_ids go beyond the vocabulary of \(vocabularySize)")
    }
    for (name, list) in [("token_type_ids", typeIds), ("attention_mask", attentionMask), ("labels", labels)] {
      if let list, list.count != ids.count { problems.append("\(name) has not the shape of input_ids") }
    }
    if let rowLabels, rowLabels.count != rows { problems.append("the labels of rows are not [batch]") }
    if problems.isEmpty && lengths.contains(nil) {
      problems.append("attention_mask must be ones and then zeros in every row, with at least one one")
    }
    return problems
  }

  /// The tokens of each row before its padding; nil for a row whose mask has a hole or no token.
  private var lengths: [Int?] {
    (0..<rows).map { row in
      guard let attentionMask else { return time }
      let mask = attentionMask[row * time..<(row + 1) * time]
      let length = mask.prefix { $0 != 0 }.count
      return length > 0 && mask.dropFirst(length).allSatisfy { $0 == 0 } ? length : nil
    }
  }

  /// The rows without their padding, and for each token its place in [batch, time].
  public var packed: (sequences: Sequences, places: [Int]) {
    var sequences = Sequences()
    var places: [Int] = []
    for (row, length) in lengths.enumerated() {
      let tokens = row * time..<row * time + (length ?? 0)
      sequences.append(ids: Array(ids[tokens]), typeIds: typeIds.map { Array($0[tokens]) }, sample: UInt64(row))
      places += tokens
    }
    return (sequences, places)
  }

  /// Rows of `width` numbers per token, spread over [batch, time, width] with zeros at padding.
  public func padded(_ values: [Float], width: Int, places: [Int]) -> [Float] {
    var result = [Float](repeating: 0, count: rows * time * width)
    for (index, place) in places.enumerated() {
      for column in 0..<width { result[place * width + column] = values[index * width + column] }
    }
    return result
  }

  /// The target of every packed token, −100 where it has none.
  ///
  /// - Parameter shift: how far a label stands behind the token that predicts it: 0 for masked, 1 for causal models.
  public func targets(shift: Int, places: [Int]) -> [Int32] {
    guard let labels else { return [Int32](repeating: -100, count: places.count) }
    return places.map { place in place % time + shift < time ? labels[place + shift] : -100 }
  }
}

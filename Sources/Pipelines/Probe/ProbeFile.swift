import DurableFiles
import Safetensors

/// Why a file of inputs can't be run through a model.
public enum ProbeError: Error, Sendable {
  /// A tensor is missing.
  case missing(path: String, name: String)
  /// A tensor has not the extents that are needed.
  case shape(path: String, name: String, found: [Int], wanted: String)
  /// The inputs don't fit the model.
  case problems(path: String, [String])
}

extension ProbeError: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .missing(let path, let name): "\(path) has no tensor \(name)"
    case .shape(let path, let name, let found, let wanted):
      "\(path): \(name) has shape \(found); \(wanted) is needed"
    case .problems(let path, let problems): "\(path): " + problems.joined(separator: "; ")
    }
  }
}

extension PaddedBatch {
  /// Reads `input_ids` and, where present, `attention_mask`, `token_type_ids`, `labels` and `next_sentence_label`.
  ///
  /// `labels` of shape [batch] are labels of rows.
  public init(safetensors path: String) throws {
    let file = try SafetensorsFile.open(path)
    guard let ids = file.entry("input_ids") else { throw ProbeError.missing(path: path, name: "input_ids") }
    guard ids.shape.count == 2, ids.shape[0] > 0, ids.shape[1] > 0 else {
      throw ProbeError.shape(path: path, name: "input_ids", found: ids.shape, wanted: "[batch, time]")
    }
    self.init(ids: try PaddedBatch.numbers(file, "input_ids") ?? [], rows: ids.shape[0], time: ids.shape[1])
    attentionMask = try PaddedBatch.numbers(file, "attention_mask")
    typeIds = try PaddedBatch.numbers(file, "token_type_ids")
    rowLabels = try PaddedBatch.numbers(file, "next_sentence_label")
    if file.entry("labels")?.shape.count == 1 {
      rowLabels = try PaddedBatch.numbers(file, "labels")
    } else {
      labels = try PaddedBatch.numbers(file, "labels")
    }
  }

  private static func numbers(_ file: SafetensorsFile, _ name: String) throws -> [Int32]? {
    guard file.entry(name) != nil else { return nil }
    return try file.int64s(name).map { Int32(clamping: $0) }
  }
}

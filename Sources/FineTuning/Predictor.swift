import Checkpoints
import Glibc
import Models
import NN
import Objectives
import Tensors

/// Labels and their probabilities for texts.
public struct Predictor {
  private let model: BERT
  private let workspace = Workspace()
  private static let batchSize = 32

  /// A predictor with a fine-tuned classifier.
  public init(_ classifier: LoadedModel) throws(FineTuningError) {
    guard let model = classifier.model as? BERT, !model.labels.isEmpty else {
      throw .unsuitableModel(architecture: classifier.model.architecture)
    }
    self.init(classifier, model)
  }

  init(_ classifier: LoadedModel, _ model: BERT) {
    self.model = model
  }

  /// The labels, in the order of the probabilities.
  public var labels: [String] { model.labels }

  /// One probability per label and text.
  public func probabilities(_ texts: [LabeledText]) -> [[Double]] {
    stride(from: 0, to: texts.count, by: Predictor.batchSize).flatMap { start in
      logits(Array(texts[start..<min(start + Predictor.batchSize, texts.count)])).map(softmax)
    }
  }

  /// How well the most probable labels agree with the given ones.
  public func score(_ texts: [LabeledText]) -> ClassificationMetrics {
    let predicted = probabilities(texts).map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
    return ClassificationMetrics(
      predicted: predicted, actual: texts.map { Int($0.label) }, labelCount: model.labels.count)
  }

  private func logits(_ texts: [LabeledText]) -> [[Double]] {
    let tape = Tape.inference(workspace)
    let input = tape.input(Classification.batch(texts).sequences)
    let values = model.classLogits(model.encode(input), input).floats.map(Double.init)
    let width = model.labels.count
    return texts.indices.map { Array(values[$0 * width..<($0 + 1) * width]) }
  }

  private func softmax(_ logits: [Double]) -> [Double] {
    let top = logits.max() ?? 0
    let powers = logits.map { exp($0 - top) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }
}

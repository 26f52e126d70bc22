import Checkpoints
import Models
import NN
import Tensors
import Tokenizers

/// How texts become vectors.
public struct EmbeddingConfiguration: Sendable, Equatable {
  /// How a text's token vectors become one.
  public var pooling = Pooling.mean
  /// The layer to read, 0 for the embeddings' output; negative counts from the last layer, -1.
  public var layer = -1
  /// Whether vectors are divided by their length.
  public var normalizes = false
  /// The longest input in tokens, special tokens included; the model's limit if nil.
  public var maximumLength: Int?

  /// Mean of the last layer.
  public init() {}
}

/// Why texts can't be embedded.
public enum EmbeddingError: Error, Equatable, Sendable {
  /// The model folder holds no tokenizer.
  case noTokenizer(folder: String)
  /// The model has no such layer.
  case noSuchLayer(Int, layerCount: Int)
}

extension EmbeddingError: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .noTokenizer(let folder): "\(folder) holds no tokenizer"
    case .noSuchLayer(let layer, let count):
      "there is no layer \(layer); 0 is the embeddings' output, \(count) or -1 the last layer"
    }
  }
}

/// Turns texts into vectors with a trained encoder.
public struct Embedder {
  /// The width of the vectors.
  public let width: Int
  private let model: any SequenceEncoder
  private let tokenizer: Tokenizer
  private let configuration: EmbeddingConfiguration
  private let layer: Int
  private let workspace = Workspace()

  /// An embedder with a loaded model.
  public init(_ loaded: LoadedModel, _ configuration: EmbeddingConfiguration) throws(EmbeddingError) {
    guard let tokenizer = loaded.tokenizer else { throw .noTokenizer(folder: loaded.folder) }
    let extents = loaded.model.extents
    let layer = configuration.layer < 0 ? extents.layerCount + 1 + configuration.layer : configuration.layer
    guard (0...extents.layerCount).contains(layer) else {
      throw .noSuchLayer(configuration.layer, layerCount: extents.layerCount)
    }
    model = loaded.model
    width = extents.width
    self.tokenizer = tokenizer
    self.configuration = configuration
    self.layer = layer
  }

  /// One vector per text, in the order of the texts.
  public func vectors(_ texts: [String]) -> [[Float]] {
    var batch = Sequences()
    for text in texts {
      let limit = min(configuration.maximumLength ?? .max, model.extents.maximumLength)
      let encoding = tokenizer.encode(text, pair: nil, addingSpecialTokens: true, maximumLength: limit)
      batch.append(ids: encoding.ids.isEmpty ? [0] : encoding.ids, sample: UInt64(batch.count))
    }
    let tape = Tape.inference(workspace)
    let input = tape.input(batch)
    let values = pooled(model.hiddenStates(input)[layer], configuration.pooling, over: input).floats
    return texts.indices.map { row in
      let vector = Array(values[row * width..<(row + 1) * width])
      return configuration.normalizes ? Embedder.normalized(vector) : vector
    }
  }

  /// v / ‖v‖; a zero vector stays zero.
  static func normalized(_ vector: [Float]) -> [Float] {
    let norm = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return norm == 0 ? vector : vector.map { Float(Double($0) / norm) }
  }
}

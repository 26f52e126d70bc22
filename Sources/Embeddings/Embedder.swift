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
  /// What matrix products multiply.
  public var precision = Precision.float32

  /// Mean of the last layer.
  public init() {}
}

/// Why texts can't be embedded.
public enum EmbeddingError: Error, Equatable, Sendable {
  /// The model folder holds no tokenizer.
  case noTokenizer(folder: String)
  /// The model has no such layer.
  case noSuchLayer(Int, layerCount: Int)
  /// The model does not read both ways.
  case noEncoder(architecture: String)
  /// A row's name has a line break, and names stand one a line.
  case lineBreakInName(row: Int)
}

extension EmbeddingError: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .noTokenizer(let folder): "\(folder) holds no tokenizer"
    case .noSuchLayer(let layer, let count):
      "there is no layer \(layer); 0 is the embeddings' output, \(count) or -1 the last layer"
    case .noEncoder(let architecture):
      "a \(architecture) can't be exported for sentence-transformers; a BERT encoder can"
    case .lineBreakInName(let row):
      "row \(row + 1) has an id with a line break, and ids stand one a line beside an array file"
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

  /// The longest input in tokens, special tokens included.
  public var maximumLength: Int { max(1, min(configuration.maximumLength ?? .max, model.extents.maximumLength)) }

  /// Texts that were longer than that and cut, so far.
  public private(set) var cutCount = 0

  /// One vector per text, in the order of the texts.
  public mutating func vectors(_ texts: [String]) -> [[Float]] {
    var (vectors, batch) = ([[Float]](), Sequences())
    for (place, text) in texts.enumerated() {
      batch.append(ids: ids(text), sample: UInt64(batch.count))
      guard batch.tokenCount >= Embedder.batchTokens || place == texts.count - 1 else { continue }
      vectors += self.vectors(batch)
      batch = Sequences()
    }
    return vectors
  }

  /// Tokens that are read at once: enough for products to be fast, few enough for caches.
  private static let batchTokens = 2048

  private func vectors(_ batch: Sequences) -> [[Float]] {
    let tape = Tape.inference(workspace, precision: configuration.precision)
    let input = tape.input(batch)
    let values = pooled(model.hiddenStates(input)[layer], configuration.pooling, over: input).floats
    return (0..<batch.count).map { row in
      let vector = Array(values[row * width..<(row + 1) * width])
      return configuration.normalizes ? Embedder.normalized(vector) : vector
    }
  }

  private mutating func ids(_ text: String) -> [Int32] {
    let whole = tokenizer.encode(text).ids
    if whole.count <= maximumLength {
      // A tokenizer without special tokens makes nothing of an empty text, and a segment needs a token.
      return whole.isEmpty ? [tokenizer.specials.pad ?? tokenizer.specials.endOfText ?? 0] : whole
    }
    cutCount += 1
    return tokenizer.encode(text, maximumLength: maximumLength).ids
  }

  /// v / ‖v‖; a zero vector stays zero.
  static func normalized(_ vector: [Float]) -> [Float] {
    let norm = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return norm == 0 ? vector : vector.map { Float(Double($0) / norm) }
  }
}

import DurableFiles
import JSON
import Models
import NN
import Safetensors
import Tensors
import Tokenizers

/// Why a folder holds no model that can be used.
public enum ModelFolderError: Error, Sendable {
  /// There is no such folder, or nothing in it that says which model it holds.
  case noConfiguration(folder: String)
  /// `config.json` can't be read as JSON.
  case unreadableConfiguration(path: String, JSONError)
  /// `config.json` describes no model of ours.
  case configuration(path: String, ModelConfigurationError)
  /// A tensor is missing from the weights.
  case missingTensor(folder: String, name: String)
  /// A tensor has other extents than the configuration asks for.
  case wrongShape(folder: String, name: String, found: [Int], wanted: [Int])
  /// The tokenizer has more tokens than the model knows.
  case foreignTokenizer(folder: String, tokens: Int, vocabularySize: Int)
}

extension ModelFolderError: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .noConfiguration(let folder): "\(folder) holds no model: there is no config.json in it"
    case .unreadableConfiguration(let path, let error): "\(path) is not JSON: \(error)"
    case .configuration(let path, let error): "\(path): \(error)"
    case .missingTensor(let folder, let name): "the weights in \(folder) lack the tensor \(name)"
    case .wrongShape(let folder, let name, let found, let wanted):
      "tensor \(name) in \(folder) has shape \(found); config.json asks for \(wanted)"
    case .foreignTokenizer(let folder, let tokens, let size):
      "the tokenizer in \(folder) has \(tokens) tokens and its model knows \(size)"
    }
  }
}

/// Reads Hugging Face model folders, whoever wrote them.
public enum ModelReader {
  private static let configurationLimit = 16 << 20

  /// The model, its parameters and its tokenizer.
  public static func load(
    _ folder: String, fileSystem: any FileSystem = RealFileSystem()
  ) throws -> LoadedModel {
    let (model, keys) = try network(folder, fileSystem: fileSystem)
    // A configuration that does not fit the weights is told before memory is taken for it.
    let weights = try SafetensorsFolder.open(folder, fileSystem: fileSystem)
    _ = try places(keys, weights, in: ParameterStore(model, allocate: Slab.counted), folder)
    let store = ParameterStore(model)
    try readWeights(folder, keys, into: store, fileSystem: fileSystem)
    let tokenizer = try tokenizer(folder, vocabularySize: model.extents.vocabularySize, fileSystem: fileSystem)
    return LoadedModel(model: model, store: store, tokenizer: tokenizer, folder: folder)
  }

  /// The network that `config.json` and the names of the tensors describe, without memory, and where its tensors are.
  private static func network(
    _ folder: String, fileSystem: any FileSystem
  ) throws -> (any PublishedModel, PublishedKeys) {
    let path = Paths.join(folder, "config.json")
    guard try fileSystem.status(path, followingLinks: true) != nil else {
      throw ModelFolderError.noConfiguration(folder: folder)
    }
    let bytes = try fileSystem.readBounded(path, limit: configurationLimit)
    let json: JSONValue
    do { json = try JSONValue.parse(bytes) } catch { throw ModelFolderError.unreadableConfiguration(path: path, error) }
    guard let object = json.object else { throw ModelFolderError.noConfiguration(folder: folder) }
    let name = object["model_type"]?.string ?? "(none)"
    guard let type = PublishedModels.named(name) else {
      throw ModelFolderError.configuration(path: path, .unknownModel(name))
    }
    let weights = try SafetensorsFolder.open(folder, fileSystem: fileSystem)
    do {
      let model = try type.make(object) { weights.entry($0) != nil }
      return (model, model.publishedKeys(in: object))
    } catch {
      throw ModelFolderError.configuration(path: path, error)
    }
  }

  /// Fills the parameters that `keys` name from the weights in `folder`, in any of the names that files have had.
  public static func readWeights(
    _ folder: String, _ keys: PublishedKeys, into store: ParameterStore, fileSystem: any FileSystem = RealFileSystem()
  ) throws {
    let weights = try SafetensorsFolder.open(folder, fileSystem: fileSystem)
    let values = store.memory.values
    for place in try places(keys, weights, in: store, folder) {
      if place.ranges.count == 1, !place.isTransposed {
        try values.withFloats(place.ranges[0]) { try weights.read(place.name, into: $0) }
        continue
      }
      var floats = try weights.floats(place.name)[...]
      if place.isTransposed {
        floats = transposed(Array(floats), rows: place.shape[0], columns: place.shape[1])[...]
      }
      for range in place.ranges {
        values.write(Array(floats.prefix(range.count)), at: range.lowerBound)
        floats = floats.dropFirst(range.count)
      }
    }
  }

  /// A tensor of a file and the floats of the store that it fills, in the file's order.
  private struct Place {
    let name: String
    let shape: [Int]
    let ranges: [Range<Int>]
    let isTransposed: Bool
  }

  /// Where each tensor goes; each must be there and have its shape.
  private static func places(
    _ keys: PublishedKeys, _ weights: SafetensorsFolder, in store: ParameterStore, _ folder: String
  ) throws(ModelFolderError) -> [Place] {
    var places: [Place] = []
    for key in keys.keys {
      guard let name = keys.candidates(key).first(where: { weights.entry($0) != nil }), let entry = weights.entry(name)
      else { throw .missingTensor(folder: folder, name: key.name) }
      let (extents, ranges) = key.place(in: PublishedTensor.entry(key, in: store))
      let wanted = key.isTransposed ? extents.reversed() : extents
      guard entry.shape == wanted else {
        throw .wrongShape(folder: folder, name: name, found: entry.shape, wanted: wanted)
      }
      places.append(Place(name: name, shape: wanted, ranges: ranges, isTransposed: key.isTransposed))
    }
    return places
  }

  /// The tokenizer in `folder`, nil if there is none.
  public static func tokenizer(
    _ folder: String, vocabularySize: Int, fileSystem: any FileSystem = RealFileSystem()
  ) throws -> Tokenizer? {
    let names = ["tokenizer.json", "vocab.txt", "vocab.json"]
    guard try names.contains(where: { try fileSystem.status(Paths.join(folder, $0), followingLinks: true) != nil })
    else { return nil }
    let tokenizer = try Tokenizer(folder: folder)
    guard tokenizer.vocabularySize <= vocabularySize else {
      throw ModelFolderError.foreignTokenizer(
        folder: folder, tokens: tokenizer.vocabularySize, vocabularySize: vocabularySize)
    }
    return tokenizer
  }
}

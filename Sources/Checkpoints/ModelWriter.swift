import JSON
import Models
import NN
import Safetensors
import Tensors
import Tokenizers

/// The files of a Hugging Face model folder.
public enum ModelWriter {
  /// Weights above this many bytes go to several files with an index.
  public static let shardLimit: UInt64 = 5_000_000_000

  /// `config.json`, the weights and the tokenizer's files.
  ///
  /// - Parameters:
  ///   - loaded: the model, its parameters and its tokenizer.
  ///   - isBare: writes the encoder alone, as `BertModel` without its prefix.
  ///   - shardLimit: the most bytes of one file of weights.
  public static func files(
    _ loaded: LoadedModel, isBare: Bool = false, shardLimit: UInt64 = ModelWriter.shardLimit
  ) throws -> [FolderFile] {
    let tensors = PublishedTensor.all(
      of: loaded.model, in: loaded.store, from: loaded.store.memory.values, isBare: isBare)
    var files = [FolderFile("config.json", text: configuration(loaded.model, isBare: isBare) + "\n")]
    files += try weights(tensors, shardLimit: shardLimit)
    if let tokenizer = loaded.tokenizer {
      files += tokenizer.files().map { FolderFile($0.name, bytes: $0.bytes) }
    }
    return files
  }

  /// The tensors as `model.safetensors`, or as numbered files with an index.
  public static func weights(_ tensors: [PublishedTensor], shardLimit: UInt64) throws -> [FolderFile] {
    let byName = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    let plan = try SafetensorsPlan(
      tensors.map { SafetensorsTensor(name: $0.name, dtype: .float32, shape: $0.shape) }, limit: shardLimit)
    var files = plan.files.map { file in
      FolderFile(file.name) { sink in
        try file.writer.write(to: sink) { entry, send in
          guard let tensor = byName[entry.name] else { return }
          try tensor.floats.withUnsafeBytes { try send($0) }
        }
      }
    }
    if let index = plan.index { files.append(FolderFile(SafetensorsFolder.indexName, text: index)) }
    return files
  }

  private static func configuration(_ model: any PublishedModel, isBare: Bool) -> String {
    var json = model.json
    if isBare { json["architectures"] = .array([.string(type(of: model).bareArchitecture)]) }
    return JSONValue.object(json).text(pretty: true)
  }
}

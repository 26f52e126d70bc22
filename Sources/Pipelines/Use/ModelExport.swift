import Checkpoints
import DurableFiles
import JSON
import Models
import NN
import Safetensors
import Tensors
import Tokenizers

/// Folders for other tools from a loaded model.
public enum ModelExport {
  /// The files of a Hugging Face folder in which tied tensors stand once for each of their names.
  ///
  /// For tools that know nothing of tied weights; `config.json` says that they are not tied.
  public static func untiedFiles(_ loaded: LoadedModel) throws -> [FolderFile] {
    let tensors = PublishedTensor.all(of: loaded.model, in: loaded.store, from: loaded.store.memory.values)
    var byName = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    for (alias, name) in loaded.model.publishedKeys.tiedAliases where byName[alias] == nil {
      byName[alias] = byName[name]
    }
    let list = byName.sorted { $0.key < $1.key }
    let plan = try SafetensorsPlan(
      list.map { SafetensorsTensor(name: $0.key, dtype: .float32, shape: $0.value.shape) },
      limit: ModelWriter.shardLimit)
    var json = loaded.model.json
    json.set("tie_word_embeddings", false)
    var files = [FolderFile("config.json", text: JSONValue.object(json).text(pretty: true) + "\n")]
    files += plan.files.map { file in
      FolderFile(file.name) { sink in
        try file.writer.write(to: sink) { entry, send in
          guard let tensor = byName[entry.name] else { return }
          try tensor.floats.withUnsafeBytes { try send($0) }
        }
      }
    }
    if let index = plan.index { files.append(FolderFile(SafetensorsFolder.indexName, text: index)) }
    if let tokenizer = loaded.tokenizer {
      files += tokenizer.files().map { FolderFile($0.name, bytes: $0.bytes) }
    }
    return files
  }

  /// Replaces the folder at `path`, if it is a model folder, empty or not there.
  /// - Throws: `UserError` where something else would be lost.
  public static func write(
    _ files: [FolderFile], to path: String, fileSystem: any FileSystem = RealFileSystem()
  ) throws {
    if let found = try fileSystem.status(path, followingLinks: true) {
      guard found.kind == .folder else {
        throw UserError("\(path) is a file; a folder is to be written", .cannotCreate)
      }
      let names = try fileSystem.list(path)
      let isRun = names.contains("run.json") || names.contains("MANIFEST")
      guard names.isEmpty || names.contains("config.json") && !isRun else {
        throw UserError("\(path) exists and holds something else; nothing was written", .cannotCreate)
          .action("choose another folder, or empty this one")
      }
    }
    try FolderWriter.replace(path, files, fileSystem: fileSystem)
  }
}

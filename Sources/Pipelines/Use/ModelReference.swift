import Checkpoints
import DurableFiles
import Glibc
import JSON
import Tokenizers

/// The one grammar for "a model": a run folder, a stage or a step in it, or any Hugging Face folder.
public enum ModelReference {
  /// The Hugging Face folder that `reference` stands for.
  ///
  /// A run folder or its `pretrain` means the best step, or the newest where none is marked; a fine-tuned use
  /// (`RUN/finetune/NAME`) means its best seed; any other folder must hold a `config.json`.
  /// - Throws: `UserError` with what stands there instead.
  public static func folder(
    _ reference: String, fileSystem: any FileSystem = RealFileSystem()
  ) throws(UserError) -> String {
    try ReferenceReader(fileSystem: fileSystem).folder(reference)
  }

  /// The folder of the tokenizer that `reference` stands for: a folder with a tokenizer's files, the tokenizer of a run,
  /// or that of a model.
  public static func tokenizerFolder(
    _ reference: String, fileSystem: any FileSystem = RealFileSystem()
  ) throws(UserError) -> String {
    let reader = ReferenceReader(fileSystem: fileSystem)
    if try reader.holdsTokenizer(reference) || reader.isTokenizerFile(reference) { return reference }
    let ofRun = RunFolder(reference).tokenizer
    if try reader.holdsTokenizer(ofRun) { return ofRun }
    let folder = try reader.folder(reference)
    guard try reader.holdsTokenizer(folder) else {
      throw UserError("\(folder) holds a model without a tokenizer", .usage)
        .action("name a folder with tokenizer.json, vocab.txt, vocab.json and merges.txt, or a SentencePiece .model")
    }
    return folder
  }

  /// The family of the model that `path` stands for; nil if there is no path, no model or an unknown one.
  static func family(_ path: FilePath?, fileSystem: any FileSystem = RealFileSystem()) -> ModelFamily? {
    guard let path, let folder = try? folder(path.path, fileSystem: fileSystem),
      let bytes = try? fileSystem.readBounded(Paths.join(folder, "config.json"), limit: 16 << 20),
      let name = try? JSONValue.parse(bytes)["model_type"]?.string
    else { return nil }
    return ModelFamily(modelType: name)
  }

  /// The model that `reference` stands for, ready to use.
  public static func load(
    _ reference: String, fileSystem: any FileSystem = RealFileSystem()
  ) throws -> LoadedModel {
    try ModelReader.load(folder(reference, fileSystem: fileSystem), fileSystem: fileSystem)
  }
}

/// Looks at what lies at a path.
private struct ReferenceReader {
  let fileSystem: any FileSystem

  func folder(_ reference: String) throws(UserError) -> String {
    guard let found = try status(reference) else {
      throw UserError("\(reference) does not exist", .usage)
        .action("name a run folder such as checkpoints/quickstart, a step in it, or a Hugging Face folder")
    }
    guard found.kind == .folder else { throw notAFolder(reference) }
    if try exists(reference, "config.json") { return reference }
    let pretrain = RunFolder(reference).pretrain
    let isRun = try exists(reference, "run.json")
    if try isRun ? true : status(pretrain) != nil { return try bestStep(pretrain, of: reference) }
    if try names(reference).contains(where: { CheckpointStore.step(ofFolder: $0) != nil }) {
      return try bestStep(reference, of: reference)
    }
    let best = Paths.join(reference, CheckpointStore.bestLink)
    if try exists(best, "config.json") { return best }
    throw try nothingThere(reference)
  }

  /// Whether the reference is one file of a kind that holds a tokenizer.
  func isTokenizerFile(_ path: String) -> Bool {
    let isKnown = [".json", ".model", ".tiktoken"].contains { path.utf8.suffix($0.utf8.count).elementsEqual($0.utf8) }
    return isKnown && (try? fileSystem.status(path, followingLinks: true))?.kind == .file
  }

  func holdsTokenizer(_ folder: String) throws(UserError) -> Bool {
    for name in Tokenizer.fileNames where try exists(folder, name) { return true }
    return false
  }

  /// The step that the link `best` names if it is whole, else the newest that is.
  private func bestStep(_ pretrain: String, of run: String) throws(UserError) -> String {
    let store = CheckpointStore(folder: pretrain, runIdentifier: nil, fileSystem: fileSystem)
    if let target = try? fileSystem.readLink(Paths.join(pretrain, CheckpointStore.bestLink)),
      let step = CheckpointStore.step(ofFolder: Paths.name(of: target)),
      (try? store.verify(step: step, depth: .sizes)) != nil
    {
      return store.folder(step: step)
    }
    do throws(CheckpointError) {
      if let found = try store.load(isReadOnly: true, depth: .sizes) { return found.folder }
    } catch {
      throw UserError(converting: error)
    }
    throw UserError("\(run) holds no checkpoint yet", .noValidCheckpoint)
      .action("wait until its pretraining has saved a step, or look at it: cloze status \(run)")
  }

  private func notAFolder(_ path: String) -> UserError {
    let isPickle = [".bin", ".pt", ".pth", ".ckpt"].contains { path.hasSuffix($0) }
    if isPickle {
      return UserError("\(path) is a pickle file, which can run code when opened; it is refused", .refused)
        .action(UserError.pickleAdvice)
    }
    return UserError("\(path) is a file; a model is a folder with config.json and model.safetensors", .usage)
      .action("name the folder that holds it")
  }

  /// What a folder without a model holds, and what to name instead.
  private func nothingThere(_ path: String) throws(UserError) -> UserError {
    let names = try names(path)
    let error = UserError("\(path) holds no model: there is no config.json in it", .usage)
    if try holdsTokenizer(path) { return error.with("", "It holds a tokenizer only.") }
    var models: [String] = []
    for name in names {
      let folder = Paths.join(path, name)
      let best = Paths.join(folder, CheckpointStore.bestLink)
      let marks = [try exists(folder, "config.json"), try exists(folder, "run.json"), try exists(best, "config.json")]
      if marks.contains(true) { models.append(name) }
    }
    if models.isEmpty { return error.action("name a run folder, a stage or step in it, or a Hugging Face folder") }
    let shown = models.sorted().prefix(8).map { Paths.join(path, $0) }
    return error.action("name one of these: \(shown.joined(separator: ", "))\(models.count > 8 ? ", …" : "")")
  }

  private func exists(_ folder: String, _ name: String) throws(UserError) -> Bool {
    try status(Paths.join(folder, name)) != nil
  }

  private func status(_ path: String) throws(UserError) -> FileStatus? {
    do throws(FileError) {
      return try fileSystem.status(path, followingLinks: true)
    } catch {
      if [ENOTDIR, ENAMETOOLONG, ELOOP].contains(error.number) { return nil }
      throw UserError(converting: error)
    }
  }

  private func names(_ folder: String) throws(UserError) -> [String] {
    do throws(FileError) {
      return try fileSystem.list(folder)
    } catch {
      throw UserError(converting: error)
    }
  }
}

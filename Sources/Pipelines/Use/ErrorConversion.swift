import Checkpoints
import Collectives
import Datasets
import DurableFiles
import Embeddings
import FineTuning
import Glibc
import JSON
import Models
import Safetensors
import Shards
import Tokenizers
import Training

extension UserError {
  /// Any error of the floors below, in the form in which people meet errors, with the exit code that fits.
  public init(converting error: any Error) {
    switch error {
    case let error as UserError: self = error
    case let error as CheckpointError: self = UserError(error)
    case let error as FileError: self = UserError(error)
    case let error as SafetensorsError: self = UserError(error)
    case let error as ModelFolderError: self = UserError(error)
    case let error as ModelConfigurationError: self.init("\(error)", .data)
    case let error as TokenizerError: self = UserError(error)
    case let error as ShardError: self = UserError(error)
    case let error as DatasetError: self = UserError(error)
    case let error as FineTuningError: self = UserError(error)
    case let error as EmbeddingError: self.init("\(error)", .usage)
    case let error as TrainingError: self = UserError(error)
    case let error as CollectiveError: self.init("\(error)", .temporary)
    case let error as ProbeError: self.init("\(error)", .data)
    case let error as JSONError: self.init("\(error)", .data)
    default: self.init("\(error)", .fault)
    }
  }

  /// How to make a safe file of a pickle.
  static let pickleAdvice =
    "convert it in Python: AutoModel.from_pretrained(folder).save_pretrained(folder, safe_serialization=True)"

  private init(_ error: FileError) {
    self.init("\(error)", ExitCode(rawValue: error.exitCode) ?? .inputOutput)
    switch exitCode {
    case .locked: self = action("wait for the other process, or start a second run with --as NAME")
    case .cannotCreate: self = action("choose another place, or make this one writable")
    default:
      if error.number == ENOSPC || error.number == EDQUOT {
        self = action("make room and repeat the command; what was saved stays saved")
      }
    }
  }

  private init(_ error: CheckpointError) {
    if case .file(let error) = error {
      self.init(error)
      return
    }
    self.init("\(error)", ExitCode(rawValue: error.exitCode) ?? .fault)
    if exitCode == .noValidCheckpoint {
      self = action("restore one of them from a copy, or start anew with --fresh, which sets this run aside")
    }
  }

  private init(_ error: SafetensorsError) {
    if case .file(let error) = error {
      self.init(error)
      return
    }
    if case .pickle(let path) = error {
      self.init("\(path) is a pickle file, which can run code when opened; it is refused", .refused)
      self = action(UserError.pickleAdvice)
      return
    }
    self.init("\(error)", ExitCode(rawValue: error.exitCode) ?? .data)
    if exitCode == .refused { self = action("take another copy of the file; this one is cut or was tampered with") }
  }

  private init(_ error: ModelFolderError) {
    switch error {
    case .noConfiguration: self.init("\(error)", .usage)
    case .unreadableConfiguration, .configuration, .missingTensor, .wrongShape:
      self.init("\(error)", .data)
    case .foreignTokenizer: self.init("\(error)", .mismatch)
    }
  }

  private init(_ error: TokenizerError) {
    switch error {
    case .noTokenizer, .vocabularyTooSmall, .vocabularyTooLarge: self.init("\(error)", .usage)
    case .unreadable, .temporaryFile: self.init("\(error)", .inputOutput)
    case .tooLarge, .unsupported: self.init("\(error)", .refused)
    case .malformed, .noText, .noWords: self.init("\(error)", .data)
    case .cancelled: self.init("\(error)", .stopped)
    }
    if case .vocabularyTooSmall(_, let least) = error { self = action("set tokenizer.vocab_size to \(least) or more") }
  }

  private init(_ error: ShardError) {
    self.init("\(error)", ExitCode(rawValue: error.exitCode) ?? .data)
    switch error {
    case .unknownExtension:
      self = action("name it .txt, .jsonl, .csv or .tsv, plain or with .gz, .lz4 or .zst behind")
    case .badRecord:
      self = action("mend the record, or set on_bad_record to skip or repair where a pipeline reads it")
    case .damaged:
      self = action("copy the shard again, or set on_bad_shard to skip where a pipeline reads it")
    case .shardsChanged: self = action("bring the shards back as they were, or start a second run with --as NAME")
    default: break
    }
  }

  /// Shards that are not there, at the place of the key that names them; what is wrong inside of one as it is.
  public static func shards(_ error: ShardError, _ places: [String: Place]) -> UserError {
    let plain = UserError(error)
    switch error {
    case .noMatch, .notFound, .notRegularFile, .unknownExtension, .unreadable:
      let place = places["corpus.shards"] ?? places["corpus"] ?? .start
      let problem = Problem(place, "corpus.shards", plain.headline)
      var placed = UserError("the corpus can't be read", plain.exitCode, problems: [problem])
      placed.notes = plain.notes
      return placed
    default: return plain
    }
  }

  private init(_ error: DatasetError) {
    self.init("\(error)", ExitCode(rawValue: error.exitCode) ?? .data)
    switch error {
    case .tooFewDocuments:
      self = action("leave a blank line between documents, or take nsp out of pretrain.objective")
    case .noRows: self = action("give more text, or another share to corpus.validation")
    default: break
    }
  }

  private init(_ error: FineTuningError) {
    switch error {
    case .unsuitableModel, .noTokenizer, .missingColumn: self.init("\(error)", .usage)
    case .tooFewLabels, .emptyTable, .unknownLabel, .missingLabel, .badRecord: self.init("\(error)", .data)
    }
    if case .unknownLabel = error { self = action("mend the row, or give the training file rows with that label") }
  }

  private init(_ error: TrainingError) {
    switch error {
    case .notFinite:
      self.init("\(error)", .diverged)
      self = action("lower the learning rate")
    case .bitsDiffer:
      self.init("\(error)", .suspect)
      self = action("test this machine's memory; every checkpoint is verified when it is read")
    case .frozenKey: self.init("\(error)", .mismatch)
    case .state: self.init("\(error)", .data)
    case .emptyStep: self.init("\(error)", .fault)
    }
  }
}

import DurableFiles

/// Why a checkpoint cannot be saved or loaded.
public enum CheckpointError: Error, Equatable, Sendable {
  /// The operating system refused.
  case file(FileError)
  /// A step below zero.
  case badStep(Int)
  /// A file name that is not plain, is taken, or is twice in one checkpoint.
  case badName(String)
  /// The step exists with other bytes than those now saved, although a step's bytes are a function of the run. Both
  /// are kept; the new one in `kept`.
  case differs(folder: String, kept: String, files: [String])
  /// Checkpoints are there and none of them is whole.
  case noneValid(folder: String, rejected: [RejectedCheckpoint])
  /// The checkpoint asked for is not whole.
  case damaged(folder: String, damage: CheckpointDamage)

  /// The program's exit code: 66 no valid checkpoint, 70 our mistake, 71 not deterministic, or the file error's.
  public var exitCode: Int32 {
    switch self {
    case .file(let error): error.exitCode
    case .badStep, .badName: 70
    case .differs: 71
    case .noneValid, .damaged: 66
    }
  }
}

/// A checkpoint that was passed over, and why.
public struct RejectedCheckpoint: Equatable, Sendable {
  /// Its step.
  public let step: Int
  /// Where it lies now.
  public let folder: String
  /// What is wrong with it.
  public let damage: CheckpointDamage
}

/// What is wrong with a checkpoint.
public enum CheckpointDamage: Error, Equatable, Sendable {
  case notAFolder
  case noManifest
  case brokenManifest
  case otherRun(String)
  case otherStep(Int)
  case missingFile(String)
  case addedFile(String)
  case notAFile(String)
  case wrongSize(String, expected: UInt64, found: UInt64)
  case wrongDigest(String)
  case unreadable(String)
}

extension CheckpointError: CustomStringConvertible {
  /// One sentence: place and cause.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .badStep(let step): "a checkpoint cannot have the step \(step)"
    case .badName(let name): "a checkpoint cannot hold a file or run of the name \(name)"
    case .differs(let folder, let kept, let files):
      "\(folder) exists with other bytes in \(files.joined(separator: ", ")); the same step must give the same bytes, "
        + "so memory, processor or program is at fault; the new one is kept in \(kept)"
    case .noneValid(let folder, let rejected):
      "\(folder): no checkpoint is whole"
        + rejected.map { "; \(Paths.name(of: $0.folder)): \($0.damage)" }.joined()
    case .damaged(let folder, let damage): "\(folder): \(damage)"
    }
  }
}

extension CheckpointDamage: CustomStringConvertible {
  /// A clause without the place.
  public var description: String {
    switch self {
    case .notAFolder: "it is not a folder"
    case .noManifest: "it has no MANIFEST"
    case .brokenManifest: "its MANIFEST is damaged"
    case .otherRun(let run): "it belongs to the run \(run)"
    case .otherStep(let step): "it belongs to step \(step)"
    case .missingFile(let name): "\(name) is missing"
    case .addedFile(let name): "\(name) does not belong to it"
    case .notAFile(let name): "\(name) is not a regular file"
    case .wrongSize(let name, let expected, let found): "\(name) has \(found) bytes instead of \(expected)"
    case .wrongDigest(let name): "\(name) has other bytes than were written"
    case .unreadable(let name): "\(name) cannot be read from the device"
    }
  }
}

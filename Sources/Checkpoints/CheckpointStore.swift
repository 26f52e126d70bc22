import DurableFiles
import Synchronization

/// The checkpoints of a run: folders `step-000000120` that are there as a whole or not at all.
///
/// A step is saved in a temporary folder, every file on the disk before the MANIFEST, the MANIFEST before the folder's
/// name, and the name before `save` returns. Loading takes the newest step whose bytes are those of its MANIFEST. One
/// process writes at a time; the run's `FileLock` sees to that.
public final class CheckpointStore: Sendable {
  /// What is known about a checkpoint since this store was made.
  struct Knowledge {
    /// Whether its bytes have been checked, or written by us.
    var isWhole: Bool
    /// The best step when it was written.
    var best: Int?
  }

  /// The folder that holds the checkpoints.
  public let folder: String
  /// The run they belong to; nil accepts any, for tools that only read.
  public let runIdentifier: String?
  /// Which of them stay.
  public let retention: Retention
  let fileSystem: any FileSystem
  let settings: CheckpointSettings
  let knowledge = Mutex<[Int: Knowledge]>([:])
  /// The folder's inode at the first save.
  let identity = Mutex<FileStatus?>(nil)

  /// The checkpoints in `folder`, which is made at the first save.
  public init(
    folder: String, runIdentifier: String?, retention: Retention = Retention(),
    settings: CheckpointSettings = CheckpointSettings(), fileSystem: any FileSystem = RealFileSystem()
  ) {
    self.folder = folder
    self.runIdentifier = runIdentifier
    self.retention = retention
    self.settings = settings
    self.fileSystem = fileSystem
  }

  /// The steps there are, oldest first, whole or not.
  public func steps() throws(CheckpointError) -> [Int] {
    try names().compactMap { Self.step(ofFolder: $0) }.sorted()
  }

  /// The folder of a step.
  public func folder(step: Int) -> String { Paths.join(folder, Self.folderName(step: step)) }

  /// `step-` and at least nine digits.
  public static func folderName(step: Int) -> String {
    let digits = String(max(step, 0))
    return "step-" + String(repeating: "0", count: max(0, 9 - digits.count)) + digits
  }

  /// The step of a folder's name; nil for names we would not give.
  public static func step(ofFolder name: String) -> Int? {
    guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)), folderName(step: step) == name else { return nil }
    return step
  }

  /// The name of the link to the newest step: a hint for people, never read by us.
  public static let latestLink = "latest"
  /// The name of the link to the best step: a hint too.
  public static let bestLink = "best"
  static let trashPrefix = ".trash-"
  static let quarantinePrefix = ".quarantine-"

  /// All names in the folder; none if it does not exist.
  func names() throws(CheckpointError) -> [String] {
    try mappingErrors { () throws(FileError) in
      guard try fileSystem.status(folder, followingLinks: true) != nil else { return [] }
      return try fileSystem.list(folder)
    }
  }
}

/// How hard a store tries, and in what pieces it writes.
public struct CheckpointSettings: Equatable, Sendable {
  /// How often a save is begun anew, in a new folder, after an error that may pass.
  public var attempts: Int
  /// The pause before the second attempt; it doubles from one to the next.
  public var pauseSeconds: Double
  /// Bytes collected before a write.
  public var bufferBytes: Int

  /// Three attempts, a tenth of a second between the first two, and a megabyte at a time.
  public init(attempts: Int = 3, pauseSeconds: Double = 0.1, bufferBytes: Int = 1 << 20) {
    self.attempts = max(attempts, 1)
    self.pauseSeconds = pauseSeconds
    self.bufferBytes = max(bufferBytes, 1)
  }
}

/// What `body` returns; its file error becomes one of ours.
func mappingErrors<Result>(_ body: () throws(FileError) -> Result) throws(CheckpointError) -> Result {
  do {
    return try body()
  } catch {
    throw .file(error)
  }
}

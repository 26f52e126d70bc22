import Checkpoints
import DurableFiles
import Synchronization

/// Small checkpoints whose bytes are a function of step and file name.
enum Sample {
  static let folder = "pretrain"
  static let run = "letters-7f3a"
  /// Name and size of each file; a multiple of the buffer is written in several pieces.
  static let sizes = [
    ("config.json", 20), ("model.safetensors", 48), ("state/optimizer.safetensors", 70), ("state/state.json", 9),
  ]

  static func bytes(_ name: String, step: Int, count: Int) -> [UInt8] {
    var word = UInt32(truncatingIfNeeded: step &* 2_654_435_761)
    for byte in name.utf8 { word = (word ^ UInt32(byte)) &* 16_777_619 }
    return (0..<count).map { place in
      word = word &* 1_664_525 &+ 1_013_904_223 &+ UInt32(place)
      return UInt8(word >> 24)
    }
  }

  static func files(step: Int) -> [FolderFile] {
    sizes.map { name, count in FolderFile(name, bytes: bytes(name, step: step, count: count)) }
  }

  static func store(
    _ fileSystem: any FileSystem, folder: String = folder, run: String? = run,
    retention: Retention = Retention(last: 2), attempts: Int = 1
  ) -> CheckpointStore {
    CheckpointStore(
      folder: folder, runIdentifier: run, retention: retention,
      settings: CheckpointSettings(attempts: attempts, pauseSeconds: 0, bufferBytes: 24), fileSystem: fileSystem)
  }

  /// What the files of a loaded checkpoint hold that they should not; nil if all is well.
  static func wrongFile(_ loaded: LoadedCheckpoint, _ fileSystem: any FileSystem) -> String? {
    guard loaded.manifest.files.map(\.name) == sizes.map(\.0).sorted() else { return "the set of files" }
    for (name, count) in sizes {
      let found = try? fileSystem.readBounded(Paths.join(loaded.folder, name), limit: 1 << 20)
      if found != bytes(name, step: loaded.step, count: count) { return name }
    }
    return nil
  }
}

extension MemoryFileSystem {
  /// The bytes of a file, for tests that spoil them.
  func bytes(of path: String) throws -> [UInt8] { try readBounded(path, limit: 1 << 20) }

  /// Other bytes in the place of a file's.
  func overwrite(_ path: String, _ bytes: [UInt8]) throws {
    try removeFile(path)
    try createFile(path, bytes: bytes)
  }
}

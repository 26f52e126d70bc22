import CSystem

/// Files and links that are replaced as a whole: after a crash a reader finds the old or the new one, never a mixture.
public enum DurableFile {
  /// Puts `bytes` in the place of whatever `path` names. When this returns, they are on the disk.
  public static func replace(
    _ path: String, _ bytes: [UInt8], mode: UInt32 = 0o600, fileSystem: any FileSystem = RealFileSystem()
  ) throws(FileError) {
    let temporary = temporaryName(for: path)
    do throws(FileError) {
      try fileSystem.createFile(temporary, bytes: bytes, mode: mode)
      try fileSystem.rename(temporary, to: path, replacing: true)
    } catch {
      try? fileSystem.removeFile(temporary)
      throw error
    }
    try fileSystem.synchronizeFolder(Paths.parent(of: path))
  }

  /// Puts the UTF-8 of `text` in the place of whatever `path` names.
  public static func replace(
    _ path: String, text: String, mode: UInt32 = 0o600, fileSystem: any FileSystem = RealFileSystem()
  ) throws(FileError) {
    try replace(path, Array(text.utf8), mode: mode, fileSystem: fileSystem)
  }

  /// Lets the link `path` point to `target`, in one step.
  public static func replaceLink(
    _ path: String, to target: String, fileSystem: any FileSystem = RealFileSystem()
  ) throws(FileError) {
    let temporary = temporaryName(for: path)
    do throws(FileError) {
      try fileSystem.makeLink(temporary, to: target)
      try fileSystem.rename(temporary, to: path, replacing: true)
    } catch {
      try? fileSystem.removeFile(temporary)
      throw error
    }
    try fileSystem.synchronizeFolder(Paths.parent(of: path))
  }

  /// The start of temporary names: what a killed process leaves behind begins so.
  public static let temporaryPrefix = ".tmp-"

  /// Removes what killed processes left in `folder`: everything whose name begins with `temporaryPrefix`. Only under
  /// the folder's lock.
  public static func removeLeftovers(
    in folder: String, fileSystem: any FileSystem = RealFileSystem()
  ) throws(FileError) {
    for name in try fileSystem.list(folder) where name.hasPrefix(temporaryPrefix) {
      try fileSystem.removeTree(Paths.join(folder, name))
    }
  }

  private static func temporaryName(for path: String) -> String {
    Paths.join(Paths.parent(of: path), "\(temporaryPrefix)\(Paths.name(of: path))-\(uniqueSuffix())")
  }

  /// Text that no other process or call has: for names of temporary things.
  public static func uniqueSuffix() -> String {
    var word: UInt64 = 0
    if withUnsafeMutableBytes(of: &word, { cs_random($0.baseAddress, $0.count) }) < 0 {
      word = cs_monotonic_nanoseconds() ^ UInt64(UInt32(bitPattern: cs_process())) << 32
    }
    return String(word, radix: 36)
  }
}

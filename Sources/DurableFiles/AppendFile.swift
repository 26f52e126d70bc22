import Glibc
import Synchronization

/// A file of lines that only grows, such as a log of decisions: a line is on the disk when `append` returns.
///
/// A crash can leave a last line without its newline. That line was never acknowledged: reading ignores it, and opening
/// cuts it off.
public final class AppendFile: Sendable {
  /// Where the file lies.
  public let path: String
  private let fileSystem: any FileSystem
  private let isSynchronized: Bool
  private let open: Mutex<OpenFile?>

  /// Opens the file at `path`, which is made if it does not exist.
  /// - Parameter isSynchronized: False for files whose last lines may be lost with the power, such as metrics.
  public init(
    _ path: String, isSynchronized: Bool = true, fileSystem: any FileSystem = RealFileSystem()
  ) throws(FileError) {
    self.path = path
    self.fileSystem = fileSystem
    self.isSynchronized = isSynchronized
    open = Mutex(try Self.open(path, fileSystem))
  }

  deinit {
    if let file = open.withLock({ $0 }) { try? fileSystem.close(file) }
  }

  /// Adds `line` and a newline. Newlines inside would make two lines of it and are refused (EINVAL).
  ///
  /// After an error the line may or may not be there; the next call opens the file anew.
  public func append(_ line: String) throws(FileError) {
    guard !line.utf8.contains(UInt8(ascii: "\n")) else {
      throw FileError(path: path, operation: .write, cause: .system(EINVAL))
    }
    try open.withLock { (file: inout OpenFile?) throws(FileError) in
      let current: OpenFile
      if let file { current = file } else { current = try Self.open(path, fileSystem) }
      file = nil
      do throws(FileError) {
        try fileSystem.write(Array(line.utf8) + [UInt8(ascii: "\n")], to: current)
        if isSynchronized { try fileSystem.synchronize(current) }
      } catch {
        // Never a second fsync on this descriptor.
        try? fileSystem.close(current)
        throw error
      }
      file = current
    }
  }

  /// The complete lines of the file at `path`, oldest first; none where no file is.
  public static func lines(
    _ path: String, limit: Int = 256 << 20, fileSystem: any FileSystem = RealFileSystem()
  ) throws(FileError) -> [String] {
    guard try fileSystem.status(path, followingLinks: false) != nil else { return [] }
    let bytes = try fileSystem.readBounded(path, limit: limit, followingLinks: false)
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    return bytes[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Opens for appending behind the last complete line, with the file's name on the disk.
  private static func open(_ path: String, _ fileSystem: any FileSystem) throws(FileError) -> OpenFile {
    let end = try endOfLastLine(path, fileSystem)
    let file = try fileSystem.openForAppending(path, mode: 0o600)
    do throws(FileError) {
      if let end, try fileSystem.status(of: file).bytes > end {
        try fileSystem.truncate(file, to: end)
        try fileSystem.synchronize(file)
      }
      try fileSystem.synchronizeFolder(Paths.parent(of: path))
    } catch {
      try? fileSystem.close(file)
      throw error
    }
    return file
  }

  /// The place after the last newline, searched from the end in bounded pieces; nil where no file is.
  private static func endOfLastLine(_ path: String, _ fileSystem: any FileSystem) throws(FileError) -> UInt64? {
    guard try fileSystem.status(path, followingLinks: false) != nil else { return nil }
    let file = try ReadableFile(path, followingLinks: false, fileSystem: fileSystem)
    var end = file.bytes
    while end > 0 {
      let start = end - min(end, 1 << 16)
      let piece = try file.read(at: start, count: Int(end - start))
      if let newline = piece.lastIndex(of: UInt8(ascii: "\n")) { return start + UInt64(newline) + 1 }
      end = start
    }
    return 0
  }
}

/// A file open for reading at any place, closed with its last owner. Never mapped into memory: another process may cut
/// a file while we read it, which must be an error and not a signal.
public final class ReadableFile: Sendable {
  /// The path it was opened by.
  public let path: String
  /// Its size in bytes when it was opened.
  public let bytes: UInt64
  private let file: OpenFile
  private let fileSystem: any FileSystem

  /// Opens the regular file at `path`.
  public init(
    _ path: String, followingLinks: Bool = true, fileSystem: any FileSystem = RealFileSystem()
  ) throws(FileError) {
    let file = try fileSystem.openForReading(path, followingLinks: followingLinks)
    do throws(FileError) {
      bytes = try fileSystem.status(of: file).bytes
    } catch {
      try? fileSystem.close(file)
      throw error
    }
    self.path = path
    self.file = file
    self.fileSystem = fileSystem
  }

  deinit { try? fileSystem.close(file) }

  /// Fills `bytes` from `offset` on; a file that ends before is an error.
  public func read(at offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) throws(FileError) {
    try fileSystem.readAll(file, at: offset, into: bytes)
  }

  /// `count` bytes from `offset` on. The caller bounds `count`.
  public func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(count, 0))
    try bytes.withUnsafeMutableBufferPointer { (bytes) throws(FileError) in
      try read(at: offset, into: UnsafeMutableRawBufferPointer(bytes))
    }
    return bytes
  }
}

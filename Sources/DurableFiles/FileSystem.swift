/// The operations that files which must survive are made of, one system call each.
///
/// Everything durable goes through this protocol, so that a test can record the operations and replay every crash
/// (`RecordingFileSystem`, `CrashStates`), or make any of them fail (`FaultyFileSystem`). Whole actions, such as writing
/// all bytes, are extensions on top.
public protocol FileSystem: Sendable {
  /// A new file, open for writing; fails where anything of that name exists, a link included.
  func create(_ path: String, mode: UInt32) throws(FileError) -> OpenFile
  /// An existing file, open for reading at any place; anything but a regular file is an error and never blocks.
  func openForReading(_ path: String, followingLinks: Bool) throws(FileError) -> OpenFile
  /// A file whose writes all go to its end; made if it does not exist.
  func openForAppending(_ path: String, mode: UInt32) throws(FileError) -> OpenFile
  /// The count of bytes taken, possibly fewer than given.
  func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(FileError) -> Int
  /// The count of bytes read from `offset` on, possibly fewer than room is, and 0 at the end.
  func read(_ file: OpenFile, at offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) throws(FileError) -> Int
  /// Cuts the file to its first `bytes` bytes.
  func truncate(_ file: OpenFile, to bytes: UInt64) throws(FileError)
  /// Brings the file's bytes to the disk, but not its name. After a failure the bytes may be lost although a second
  /// try would succeed (Rebello et al. 2020): never call it again on the same open file.
  func synchronize(_ file: OpenFile) throws(FileError)
  /// Closes the file, also when it throws.
  func close(_ file: OpenFile) throws(FileError)
  /// Brings a folder's names to the disk.
  func synchronizeFolder(_ path: String) throws(FileError)
  /// A change of name in one step. Without `replacing`, an existing `to` is an error (EEXIST).
  func rename(_ from: String, to: String, replacing: Bool) throws(FileError)
  /// A new folder; fails where anything of that name exists.
  func makeFolder(_ path: String, mode: UInt32) throws(FileError)
  /// Removes a file or link.
  func removeFile(_ path: String) throws(FileError)
  /// Removes an empty folder.
  func removeFolder(_ path: String) throws(FileError)
  /// A new symbolic link at `path`.
  func makeLink(_ path: String, to target: String) throws(FileError)
  /// Where the link at `path` points.
  func readLink(_ path: String) throws(FileError) -> String
  /// The names in a folder, sorted.
  func list(_ folder: String) throws(FileError) -> [String]
  /// What lies at `path`, nil where nothing does.
  func status(_ path: String, followingLinks: Bool) throws(FileError) -> FileStatus?
  /// What an open file is now.
  func status(of file: OpenFile) throws(FileError) -> FileStatus
  /// Room on the file system that holds `path`.
  func space(at path: String) throws(FileError) -> FileSpace
}

/// An open file: the system's number and the path it was opened by.
public struct OpenFile: Equatable, Sendable {
  /// The file descriptor.
  public let number: Int32
  /// The path at opening.
  public let path: String

  /// A file opened by a `FileSystem`.
  public init(number: Int32, path: String) {
    self.number = number
    self.path = path
  }
}

/// What a path names.
public struct FileStatus: Equatable, Sendable {
  /// Kinds of things that have names.
  public enum Kind: Equatable, Sendable { case file, folder, link, other }

  /// File, folder, link or something else.
  public var kind: Kind
  /// The size in bytes.
  public var bytes: UInt64
  /// The file's identity on its device.
  public var inode: UInt64
  /// The device it lies on.
  public var device: UInt64
  /// Permission bits.
  public var mode: UInt32
  /// The owner's number.
  public var user: UInt32
  /// The last change of its bytes, in nanoseconds since 1970.
  public var modifiedNanoseconds: Int64

  /// A status with the given facts.
  public init(
    kind: Kind, bytes: UInt64, inode: UInt64, device: UInt64 = 0, mode: UInt32 = 0o700, user: UInt32 = 0,
    modifiedNanoseconds: Int64 = 0
  ) {
    self.kind = kind
    self.bytes = bytes
    self.inode = inode
    self.device = device
    self.mode = mode
    self.user = user
    self.modifiedNanoseconds = modifiedNanoseconds
  }
}

/// Room on a file system.
public struct FileSpace: Equatable, Sendable {
  /// Bytes this user can still write.
  public var freeBytes: UInt64
  /// Files that can still be made; the largest number where the file system does not count them.
  public var freeInodes: UInt64
  /// True when nothing can be written at all.
  public var isReadOnly: Bool
  /// True on NFS, SMB, FUSE and the like.
  public var isNetwork: Bool

  /// Room with the given facts.
  public init(freeBytes: UInt64, freeInodes: UInt64, isReadOnly: Bool = false, isNetwork: Bool = false) {
    self.freeBytes = freeBytes
    self.freeInodes = freeInodes
    self.isReadOnly = isReadOnly
    self.isNetwork = isNetwork
  }
}

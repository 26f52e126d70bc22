import Synchronization

/// A fault to be met: which operation fails, and how.
public struct FileFault: Equatable, Sendable {
  /// The kind of operation; nil counts all kinds together.
  public var operation: FileError.Operation?
  /// Which of them fails, counted from 1.
  public var occurrence: Int
  /// What the system answers, an `errno`; nil makes a write or read short (one byte) instead.
  public var number: Int32?
  /// Whether all later ones fail too.
  public var isPersistent: Bool

  /// A fault at the `occurrence`-th `operation`.
  public init(
    operation: FileError.Operation? = nil, occurrence: Int, number: Int32?, isPersistent: Bool = false
  ) {
    self.operation = operation
    self.occurrence = occurrence
    self.number = number
    self.isPersistent = isPersistent
  }
}

// The protocol documents the operations.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
/// A file system on which one chosen operation fails, as disks do.
///
/// A failed write takes nothing, a failed fsync may have brought anything to the disk, a failed close closes.
public final class FaultyFileSystem: FileSystem {
  private let base: any FileSystem
  private let fault: FileFault
  private let counts = Mutex((seen: 0, fired: 0))

  /// `base` with a fault in it.
  public init(_ base: any FileSystem, _ fault: FileFault) {
    self.base = base
    self.fault = fault
  }

  /// How often the fault has been met: a test of a fault must see that it happened.
  public var firedCount: Int { counts.withLock { $0.fired } }

  /// True when this operation is to fail.
  private func fires(_ operation: FileError.Operation) -> Bool {
    if let chosen = fault.operation, chosen != operation { return false }
    return counts.withLock { counts in
      counts.seen += 1
      let fires = fault.isPersistent ? counts.seen >= fault.occurrence : counts.seen == fault.occurrence
      if fires { counts.fired += 1 }
      return fires
    }
  }

  private func pass(_ operation: FileError.Operation, _ path: String) throws(FileError) {
    guard fires(operation), let number = fault.number else { return }
    throw FileError(path: path, operation: operation, cause: .system(number))
  }

  public func create(_ path: String, mode: UInt32) throws(FileError) -> OpenFile {
    try pass(.create, path)
    return try base.create(path, mode: mode)
  }

  public func openForReading(_ path: String, followingLinks: Bool) throws(FileError) -> OpenFile {
    try pass(.open, path)
    return try base.openForReading(path, followingLinks: followingLinks)
  }

  public func openForAppending(_ path: String, mode: UInt32) throws(FileError) -> OpenFile {
    try pass(.create, path)
    return try base.openForAppending(path, mode: mode)
  }

  public func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(FileError) -> Int {
    guard fires(.write) else { return try base.write(bytes, to: file) }
    if let number = fault.number { throw FileError(path: file.path, operation: .write, cause: .system(number)) }
    return try base.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(1)), to: file)
  }

  public func read(
    _ file: OpenFile, at offset: UInt64, into bytes: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int {
    guard fires(.read) else { return try base.read(file, at: offset, into: bytes) }
    if let number = fault.number { throw FileError(path: file.path, operation: .read, cause: .system(number)) }
    return try base.read(file, at: offset, into: UnsafeMutableRawBufferPointer(rebasing: bytes.prefix(1)))
  }

  public func truncate(_ file: OpenFile, to bytes: UInt64) throws(FileError) {
    try pass(.truncate, file.path)
    try base.truncate(file, to: bytes)
  }

  public func synchronize(_ file: OpenFile) throws(FileError) {
    try pass(.synchronize, file.path)
    try base.synchronize(file)
  }

  public func close(_ file: OpenFile) throws(FileError) {
    try base.close(file)
    try pass(.close, file.path)
  }

  public func synchronizeFolder(_ path: String) throws(FileError) {
    try pass(.synchronizeFolder, path)
    try base.synchronizeFolder(path)
  }

  public func rename(_ from: String, to: String, replacing: Bool) throws(FileError) {
    try pass(.rename, to)
    try base.rename(from, to: to, replacing: replacing)
  }

  public func makeFolder(_ path: String, mode: UInt32) throws(FileError) {
    try pass(.makeFolder, path)
    try base.makeFolder(path, mode: mode)
  }

  public func removeFile(_ path: String) throws(FileError) {
    try pass(.removeFile, path)
    try base.removeFile(path)
  }

  public func removeFolder(_ path: String) throws(FileError) {
    try pass(.removeFolder, path)
    try base.removeFolder(path)
  }

  public func makeLink(_ path: String, to target: String) throws(FileError) {
    try pass(.makeLink, path)
    try base.makeLink(path, to: target)
  }

  public func readLink(_ path: String) throws(FileError) -> String {
    try pass(.readLink, path)
    return try base.readLink(path)
  }

  public func list(_ folder: String) throws(FileError) -> [String] {
    try pass(.list, folder)
    return try base.list(folder)
  }

  public func status(_ path: String, followingLinks: Bool) throws(FileError) -> FileStatus? {
    try pass(.status, path)
    return try base.status(path, followingLinks: followingLinks)
  }

  public func status(of file: OpenFile) throws(FileError) -> FileStatus {
    try pass(.status, file.path)
    return try base.status(of: file)
  }

  public func space(at path: String) throws(FileError) -> FileSpace {
    try pass(.space, path)
    return try base.space(at: path)
  }
}

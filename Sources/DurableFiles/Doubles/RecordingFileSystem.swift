import Synchronization

/// A change that a file system was asked for, with what is needed to replay it. Files go by a number that is unique in
/// one recording.
public enum FileEvent: Equatable, Sendable {
  /// A new file.
  case create(path: String, file: Int)
  /// An existing file opened for appending.
  case open(path: String, file: Int)
  /// Bytes written at `offset`.
  case write(file: Int, offset: Int, bytes: [UInt8])
  /// The file cut to `bytes`.
  case truncate(file: Int, bytes: Int)
  /// The file's bytes brought to the disk.
  case synchronize(file: Int)
  /// The folder's names brought to the disk.
  case synchronizeFolder(path: String)
  /// A change of name.
  case rename(from: String, to: String)
  /// A new folder.
  case makeFolder(path: String)
  /// A file or link removed.
  case removeFile(path: String)
  /// An empty folder removed.
  case removeFolder(path: String)
  /// A new symbolic link.
  case makeLink(path: String, target: String)
  /// A note of the test, such as what was acknowledged.
  case mark(String)
}

// The protocol documents the operations.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
/// A file system that passes everything on and keeps a journal of the changes that succeeded.
public final class RecordingFileSystem: FileSystem {
  private struct State {
    var events: [FileEvent] = []
    var files: [Int32: (file: Int, offset: Int)] = [:]
    var fileCount = 0
  }

  private let base: any FileSystem
  private let state = Mutex(State())

  /// A recorder in front of `base`.
  public init(_ base: any FileSystem) { self.base = base }

  /// Everything that happened, in order.
  public var events: [FileEvent] { state.withLock { $0.events } }

  /// Adds a note to the journal.
  public func mark(_ text: String) { note(.mark(text)) }

  public func create(_ path: String, mode: UInt32) throws(FileError) -> OpenFile {
    let file = try base.create(path, mode: mode)
    state.withLock { state in
      state.fileCount += 1
      state.files[file.number] = (state.fileCount, 0)
      state.events.append(.create(path: path, file: state.fileCount))
    }
    return file
  }

  public func openForReading(_ path: String, followingLinks: Bool) throws(FileError) -> OpenFile {
    try base.openForReading(path, followingLinks: followingLinks)
  }

  public func openForAppending(_ path: String, mode: UInt32) throws(FileError) -> OpenFile {
    let exists = try base.status(path, followingLinks: false) != nil
    let file = try base.openForAppending(path, mode: mode)
    let size = Int(try base.status(of: file).bytes)
    state.withLock { state in
      state.fileCount += 1
      state.files[file.number] = (state.fileCount, size)
      let number = state.fileCount
      state.events.append(exists ? .open(path: path, file: number) : .create(path: path, file: number))
    }
    return file
  }

  public func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(FileError) -> Int {
    let count = try base.write(bytes, to: file)
    let copy = [UInt8](bytes.prefix(count))
    state.withLock { state in
      guard let (number, offset) = state.files[file.number] else { return }
      state.files[file.number] = (number, offset + count)
      state.events.append(.write(file: number, offset: offset, bytes: copy))
    }
    return count
  }

  public func read(
    _ file: OpenFile, at offset: UInt64, into bytes: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int {
    try base.read(file, at: offset, into: bytes)
  }

  public func truncate(_ file: OpenFile, to bytes: UInt64) throws(FileError) {
    try base.truncate(file, to: bytes)
    state.withLock { state in
      guard let (number, offset) = state.files[file.number] else { return }
      state.files[file.number] = (number, min(offset, Int(bytes)))
      state.events.append(.truncate(file: number, bytes: Int(bytes)))
    }
  }

  public func synchronize(_ file: OpenFile) throws(FileError) {
    try base.synchronize(file)
    state.withLock { state in
      guard let (number, _) = state.files[file.number] else { return }
      state.events.append(.synchronize(file: number))
    }
  }

  public func close(_ file: OpenFile) throws(FileError) {
    state.withLock { state in state.files[file.number] = nil }
    try base.close(file)
  }

  public func synchronizeFolder(_ path: String) throws(FileError) {
    try base.synchronizeFolder(path)
    note(.synchronizeFolder(path: path))
  }

  public func rename(_ from: String, to: String, replacing: Bool) throws(FileError) {
    try base.rename(from, to: to, replacing: replacing)
    note(.rename(from: from, to: to))
  }

  public func makeFolder(_ path: String, mode: UInt32) throws(FileError) {
    try base.makeFolder(path, mode: mode)
    note(.makeFolder(path: path))
  }

  public func removeFile(_ path: String) throws(FileError) {
    try base.removeFile(path)
    note(.removeFile(path: path))
  }

  public func removeFolder(_ path: String) throws(FileError) {
    try base.removeFolder(path)
    note(.removeFolder(path: path))
  }

  public func makeLink(_ path: String, to target: String) throws(FileError) {
    try base.makeLink(path, to: target)
    note(.makeLink(path: path, target: target))
  }

  public func readLink(_ path: String) throws(FileError) -> String { try base.readLink(path) }

  public func list(_ folder: String) throws(FileError) -> [String] { try base.list(folder) }

  public func status(_ path: String, followingLinks: Bool) throws(FileError) -> FileStatus? {
    try base.status(path, followingLinks: followingLinks)
  }

  public func status(of file: OpenFile) throws(FileError) -> FileStatus { try base.status(of: file) }

  public func space(at path: String) throws(FileError) -> FileSpace { try base.space(at: path) }

  private func note(_ event: FileEvent) { state.withLock { $0.events.append(event) } }
}

import Glibc

/// So many interruptions in a row, without a byte between them, are taken for an error.
private let interruptionLimit = 1000

extension FileSystem {
  /// Writes every byte, however many calls it takes and whatever interrupts them.
  public func writeAll(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(FileError) {
    var done = 0
    var interruptions = 0
    while done < bytes.count {
      do throws(FileError) {
        let count = try write(UnsafeRawBufferPointer(rebasing: bytes[done...]), to: file)
        // A device that takes nothing and reports nothing would be asked forever.
        guard count > 0 else { throw FileError(path: file.path, operation: .write, cause: .system(EIO)) }
        done += count
        interruptions = 0
      } catch {
        interruptions += 1
        guard error.cause == .system(EINTR), interruptions < interruptionLimit else { throw error }
      }
    }
  }

  /// Fills `bytes` from `offset` on; a file that ends before is an error.
  public func readAll(
    _ file: OpenFile, at offset: UInt64, into bytes: UnsafeMutableRawBufferPointer
  ) throws(FileError) {
    var done = 0
    var interruptions = 0
    while done < bytes.count {
      do throws(FileError) {
        let place = offset + UInt64(done)
        let count = try read(file, at: place, into: UnsafeMutableRawBufferPointer(rebasing: bytes[done...]))
        guard count > 0 else { throw FileError(path: file.path, operation: .read, cause: .cutShort(at: place)) }
        done += count
        interruptions = 0
      } catch {
        interruptions += 1
        guard error.cause == .system(EINTR), interruptions < interruptionLimit else { throw error }
      }
    }
  }

  /// The whole of a file that has at most `limit` bytes. Links are followed: for files that others own.
  public func readBounded(
    _ path: String, limit: Int, followingLinks: Bool = true
  ) throws(FileError) -> [UInt8] {
    let file = try openForReading(path, followingLinks: followingLinks)
    do throws(FileError) {
      let size = try status(of: file).bytes
      guard size <= UInt64(max(limit, 0)) else {
        throw FileError(path: path, operation: .read, cause: .tooLarge(bytes: size, limit: UInt64(max(limit, 0))))
      }
      var bytes = [UInt8](repeating: 0, count: Int(size))
      try bytes.withUnsafeMutableBufferPointer { (bytes) throws(FileError) in
        try readAll(file, at: 0, into: UnsafeMutableRawBufferPointer(bytes))
      }
      try close(file)
      return bytes
    } catch {
      try? close(file)
      throw error
    }
  }

  /// A new file holding `bytes`, on the disk; its name is not, until the folder is synchronized.
  public func createFile(_ path: String, bytes: [UInt8], mode: UInt32 = 0o600) throws(FileError) {
    let file = try create(path, mode: mode)
    do throws(FileError) {
      try write(bytes, to: file)
      try synchronize(file)
    } catch {
      try? close(file)
      throw error
    }
    try close(file)
  }

  /// Writes every byte of an array.
  public func write(_ bytes: [UInt8], to file: OpenFile) throws(FileError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in
      try writeAll(UnsafeRawBufferPointer(bytes), to: file)
    }
  }

  /// Makes `path` and every folder above it that is missing, each on the disk when this returns.
  public func makeFolders(_ path: String, mode: UInt32 = 0o700) throws(FileError) {
    var missing: [String] = []
    var folder = path
    while try status(folder, followingLinks: true) == nil {
      missing.append(folder)
      let parent = Paths.parent(of: folder)
      if parent == folder { break }
      folder = parent
    }
    guard try status(folder, followingLinks: true)?.kind == .folder else {
      throw FileError(path: folder, operation: .makeFolder, cause: .system(ENOTDIR))
    }
    for folder in missing.reversed() {
      do throws(FileError) {
        try makeFolder(folder, mode: mode)
      } catch {
        guard error.cause == .system(EEXIST) else { throw error }
      }
      try synchronizeFolder(Paths.parent(of: folder))
    }
  }

  /// Removes `path` and all that is in it; links are removed, never followed. Nothing there is no error.
  public func removeTree(_ path: String) throws(FileError) {
    guard let found = try status(path, followingLinks: false) else { return }
    guard found.kind == .folder else { return try removeFile(path) }
    // Folders, each with the names still to visit; the last is the one being emptied.
    var open: [(path: String, names: [String])] = [(path, try list(path))]
    while let folder = open.last {
      guard let name = folder.names.last else {
        try removeFolder(folder.path)
        open.removeLast()
        continue
      }
      open[open.count - 1].names.removeLast()
      let child = Paths.join(folder.path, name)
      if try status(child, followingLinks: false)?.kind == .folder {
        open.append((child, try list(child)))
      } else {
        try removeFile(child)
      }
    }
  }
}

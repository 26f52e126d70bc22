import Digests
import DurableFiles
import Glibc
import Synchronization

/// A checkpoint that is on the disk.
public struct SavedCheckpoint: Equatable, Sendable {
  /// Its step.
  public let step: Int
  /// Its folder.
  public let folder: String
  /// Its files.
  public let manifest: CheckpointManifest
  /// Whether the same bytes had been saved before, by a run that was killed since.
  public let existed: Bool
  /// Older checkpoints removed afterwards.
  public let removed: [Int]
  /// What failed afterwards and does not touch the checkpoint: a link, a removal.
  public let warnings: [FileError]
}

extension CheckpointStore {
  /// Saves a checkpoint. When this returns, it survives a power failure; when it throws, none of it counts.
  ///
  /// - Parameters:
  ///   - best: the best step so far, if that is known; it stays.
  ///   - expectedBytes: about how many bytes it will have; where given, too full a disk is an error before anything is
  ///     written.
  ///   - files: each file's bytes, sent in pieces; asked for again when an attempt fails.
  ///   - acknowledge: called the moment the checkpoint is durable, before links are moved and old ones removed.
  /// - Throws: `CheckpointError`, or what a file's own `write` throws.
  @discardableResult
  public func save(
    step: Int, best: Int? = nil, expectedBytes: UInt64? = nil, files content: [FolderFile],
    acknowledge: (CheckpointManifest) -> Void = { _ in }
  ) throws -> SavedCheckpoint {
    guard step >= 0 else { throw CheckpointError.badStep(step) }
    try checkNames(content)
    try enterFolder()
    if let expectedBytes { try makeRoom(for: expectedBytes, fileCount: content.count + 1) }
    var attempt = 1
    var pause = settings.pauseSeconds
    while true {
      do {
        let (manifest, existed) = try commit(step, best, content)
        knowledge.withLock { $0[step] = Knowledge(isWhole: true, best: best) }
        acknowledge(manifest)
        let (removed, warnings) = tidyUp(after: manifest)
        return SavedCheckpoint(
          step: step, folder: folder(step: step), manifest: manifest, existed: existed, removed: removed,
          warnings: warnings)
      } catch let error as FileError {
        guard error.mayPass, attempt < settings.attempts else { throw CheckpointError.file(error) }
        attempt += 1
        usleep(UInt32(min(max(pause, 0), 30) * 1_000_000))
        pause *= 2
      }
    }
  }

  private func checkNames(_ content: [FolderFile]) throws(CheckpointError) {
    if let run = runIdentifier, !Paths.isPlainName(run) { throw .badName(run) }
    var seen: Set<String> = []
    for file in content {
      let isFree = file.name != CheckpointManifest.fileName && seen.insert(file.name).inserted
      guard isFree, Paths.isPlainRelativePath(file.name) else { throw .badName(file.name) }
    }
  }

  /// Makes the folder at first, and afterwards makes sure that its path still names it.
  private func enterFolder() throws(CheckpointError) {
    let known = identity.withLock { $0 }
    let now = try mappingErrors { () throws(FileError) in
      if known == nil { try fileSystem.makeFolders(folder) }
      return try fileSystem.status(folder, followingLinks: true)
    }
    guard let known else { return identity.withLock { $0 = now } }
    guard let now, now.inode == known.inode, now.device == known.device else {
      throw .file(FileError(path: folder, operation: .makeFolder, cause: .replaced))
    }
  }

  /// One attempt, up to the point where the checkpoint is durable.
  private func commit(
    _ step: Int, _ best: Int?, _ content: [FolderFile]
  ) throws -> (manifest: CheckpointManifest, existed: Bool) {
    let name = Self.folderName(step: step)
    let temporary = Paths.join(folder, "\(DurableFile.temporaryPrefix)\(name)-\(DurableFile.uniqueSuffix())")
    var place = temporary
    do {
      let manifest = try fill(temporary, step, best, content)
      var existed = false
      do throws(FileError) {
        try fileSystem.rename(temporary, to: folder(step: step), replacing: false)
        place = folder(step: step)
      } catch {
        guard error.number == EEXIST || error.number == ENOTEMPTY else { throw error }
        existed = try takesPlace(of: manifest, temporary)
        if !existed { place = folder(step: step) }
      }
      try fileSystem.synchronizeFolder(folder)
      return (manifest, existed)
    } catch {
      // A step whose name may not have reached the disk must not be found there by the next attempt, which would
      // believe it: it writes everything anew, or there is no next attempt.
      if place != temporary {
        do {
          try fileSystem.rename(place, to: temporary, replacing: false)
        } catch {
          throw CheckpointError.file(error)
        }
      }
      if !isDifference(error) { try? fileSystem.removeTree(temporary) }
      throw error
    }
  }

  private func isDifference(_ error: any Error) -> Bool {
    if case CheckpointError.differs = error { true } else { false }
  }

  /// Writes everything into a new folder and brings it to the disk: files, MANIFEST, names.
  private func fill(
    _ temporary: String, _ step: Int, _ best: Int?, _ content: [FolderFile]
  ) throws -> CheckpointManifest {
    try fileSystem.makeFolder(temporary, mode: 0o700)
    var folders: [String] = [temporary]
    var written: [CheckpointManifest.File] = []
    for file in content {
      let parts = file.name.split(separator: "/").dropLast()
      for depth in 0..<parts.count {
        let path = Paths.join(temporary, parts.prefix(depth + 1).joined(separator: "/"))
        if folders.contains(path) { continue }
        try fileSystem.makeFolder(path, mode: 0o700)
        folders.append(path)
      }
      let sink = try CheckpointFile(Paths.join(temporary, file.name), fileSystem, settings.bufferBytes)
      let (bytes, digest) = try sink.fill(file.write)
      written.append(CheckpointManifest.File(name: file.name, bytes: bytes, digest: digest))
    }
    let manifest = CheckpointManifest(run: runIdentifier ?? "none", step: step, best: best, files: written)
    // The sub-folders' names first: the MANIFEST comes last.
    for path in folders.dropFirst().reversed() { try fileSystem.synchronizeFolder(path) }
    try fileSystem.createFile(
      Paths.join(temporary, CheckpointManifest.fileName), bytes: Array(manifest.text.utf8))
    try fileSystem.synchronizeFolder(temporary)
    return manifest
  }

  /// Decides between `temporary` and the folder that has its name already: true if that one is whole and the same,
  /// false if it was damaged and `temporary` now stands in its place.
  private func takesPlace(of manifest: CheckpointManifest, _ temporary: String) throws -> Bool {
    let existing: CheckpointManifest
    do throws(CheckpointError) {
      existing = try verify(step: manifest.step)
    } catch {
      guard case .damaged(let damaged, _) = error else { throw error }
      try fileSystem.rename(damaged, to: setAsideName(damaged), replacing: false)
      try fileSystem.rename(temporary, to: damaged, replacing: false)
      return false
    }
    guard existing.files != manifest.files else {
      try fileSystem.removeTree(temporary)
      return true
    }
    let kept = setAsideName(folder(step: manifest.step))
    try fileSystem.rename(temporary, to: kept, replacing: false)
    let names = Set(existing.files.map(\.name)).union(manifest.files.map(\.name)).sorted()
    throw CheckpointError.differs(
      folder: folder(step: manifest.step), kept: kept,
      files: names.filter { existing.file($0) != manifest.file($0) })
  }

  /// A free name beside `path` for something that is not whole.
  func setAsideName(_ path: String) -> String {
    Paths.join(folder, "\(Self.quarantinePrefix)\(Paths.name(of: path))-\(DurableFile.uniqueSuffix())")
  }
}

/// A file of a checkpoint while it is written: collects small pieces, hashes what it writes.
private final class CheckpointFile {
  private let fileSystem: any FileSystem
  private let file: OpenFile
  private let limit: Int
  private var buffer: [UInt8] = []
  private var digest = SHA256()
  private var bytes: UInt64 = 0
  /// Hashed and written together, so that the second finds the bytes in the cache.
  private static let pieceBytes = 1 << 20

  init(_ path: String, _ fileSystem: any FileSystem, _ bufferBytes: Int) throws(FileError) {
    self.fileSystem = fileSystem
    limit = bufferBytes
    file = try fileSystem.create(path, mode: 0o600)
  }

  /// Takes all bytes from `write` and brings them to the disk. Closes the file in any case.
  func fill(_ write: (FolderFile.Sink) throws -> Void) throws -> (bytes: UInt64, digest: String) {
    do {
      try write { try self.take($0) }
      try flush()
      try fileSystem.synchronize(file)
    } catch {
      try? fileSystem.close(file)
      throw error
    }
    try fileSystem.close(file)
    return (bytes, digest.hex())
  }

  private func take(_ piece: UnsafeRawBufferPointer) throws(FileError) {
    if buffer.count + piece.count < limit {
      buffer.append(contentsOf: piece)
      return
    }
    try flush()
    if piece.count < limit { buffer.append(contentsOf: piece) } else { try pass(piece) }
  }

  private func flush() throws(FileError) {
    try buffer.withUnsafeBufferPointer { (bytes) throws(FileError) in try pass(UnsafeRawBufferPointer(bytes)) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func pass(_ all: UnsafeRawBufferPointer) throws(FileError) {
    var done = 0
    while done < all.count {
      let count = min(max(limit, 1), Self.pieceBytes, all.count - done)
      let piece = UnsafeRawBufferPointer(rebasing: all[done..<(done + count)])
      digest.update(piece)
      try fileSystem.writeAll(piece, to: file)
      done += count
    }
    bytes += UInt64(all.count)
  }
}

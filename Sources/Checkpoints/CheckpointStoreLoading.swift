import Digests
import Dispatch
import DurableFiles
import Glibc
import Synchronization

/// A checkpoint that is whole.
public struct LoadedCheckpoint: Equatable, Sendable {
  /// Its step.
  public let step: Int
  /// Its folder.
  public let folder: String
  /// Its files, which have the digests that the manifest says.
  public let manifest: CheckpointManifest
  /// Newer checkpoints that were not whole.
  public let setAside: [RejectedCheckpoint]
}

extension CheckpointStore {
  /// How closely a checkpoint is looked at.
  public enum Depth: Sendable {
    /// The manifest, the names and the sizes: for a glance.
    case sizes
    /// Every byte.
    case digests
  }

  /// The newest checkpoint that is whole, nil where none was ever saved.
  ///
  /// What killed processes left is removed; newer checkpoints that are not whole are renamed to `.quarantine-…`. A tool
  /// that only reads and holds no lock says `isReadOnly`: then nothing is touched.
  /// - Throws: `CheckpointError.noneValid` if there are checkpoints and none is whole: a run must not start again from
  ///   nothing without being told so.
  public func load(isReadOnly: Bool = false, depth: Depth = .digests) throws(CheckpointError) -> LoadedCheckpoint? {
    if !isReadOnly, try !names().isEmpty {
      // What cannot be removed is in nobody's way.
      try? removeLeftovers()
    }
    var tries = isReadOnly ? 3 : 1
    while true {
      tries -= 1
      let (found, rejected, hasVanished) = try scan(depth)
      // A step that retention took away under a reader: the list was old.
      if found == nil, hasVanished, tries > 0 { continue }
      guard let found else {
        let wasSetAside = try names().contains { $0.hasPrefix(Self.quarantinePrefix) }
        if rejected.isEmpty && !wasSetAside { return nil }
        throw .noneValid(folder: folder, rejected: rejected)
      }
      let setAside = isReadOnly ? rejected : try self.setAside(rejected)
      if depth == .digests {
        knowledge.withLock { $0[found.step] = Knowledge(isWhole: true, best: found.best) }
      }
      return LoadedCheckpoint(
        step: found.step, folder: folder(step: found.step), manifest: found, setAside: setAside)
    }
  }

  /// The manifest of a checkpoint that is whole.
  /// - Throws: `CheckpointError.damaged` with what is wrong; `file` where it cannot be told.
  @discardableResult
  public func verify(step: Int, depth: Depth = .digests) throws(CheckpointError) -> CheckpointManifest {
    let path = folder(step: step)
    do {
      return try examine(step, depth)
    } catch let damage as CheckpointDamage {
      throw .damaged(folder: path, damage: damage)
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .damaged(folder: path, damage: .brokenManifest)
    }
  }

  /// The newest whole step, the newer ones that are not, and whether any disappeared meanwhile.
  private func scan(
    _ depth: Depth
  ) throws(CheckpointError) -> (found: CheckpointManifest?, rejected: [RejectedCheckpoint], hasVanished: Bool) {
    var rejected: [RejectedCheckpoint] = []
    var hasVanished = false
    for step in try steps().reversed() {
      do {
        return (try verify(step: step, depth: depth), rejected, hasVanished)
      } catch {
        guard case .damaged(let path, let damage) = error else { throw error }
        let now = try mappingErrors { () throws(FileError) in try fileSystem.status(path, followingLinks: false) }
        if now != nil {
          rejected.append(RejectedCheckpoint(step: step, folder: path, damage: damage))
        } else {
          hasVanished = true
        }
      }
    }
    return (nil, rejected, hasVanished)
  }

  private func setAside(_ rejected: [RejectedCheckpoint]) throws(CheckpointError) -> [RejectedCheckpoint] {
    guard !rejected.isEmpty else { return [] }
    return try mappingErrors { () throws(FileError) in
      var moved: [RejectedCheckpoint] = []
      for checkpoint in rejected {
        let path = setAsideName(checkpoint.folder)
        try fileSystem.rename(checkpoint.folder, to: path, replacing: false)
        moved.append(RejectedCheckpoint(step: checkpoint.step, folder: path, damage: checkpoint.damage))
      }
      try fileSystem.synchronizeFolder(folder)
      return moved
    }
  }

  /// - Throws: `CheckpointDamage` or `FileError`.
  private func examine(_ step: Int, _ depth: Depth) throws -> CheckpointManifest {
    let path = folder(step: step)
    guard try fileSystem.status(path, followingLinks: false)?.kind == .folder else {
      throw CheckpointDamage.notAFolder
    }
    let manifest = try readManifest(path)
    if let runIdentifier, manifest.run != runIdentifier { throw CheckpointDamage.otherRun(manifest.run) }
    guard manifest.step == step else { throw CheckpointDamage.otherStep(manifest.step) }
    try checkNames(path, manifest)
    for file in manifest.files {
      guard let found = try fileSystem.status(Paths.join(path, file.name), followingLinks: false) else {
        throw CheckpointDamage.missingFile(file.name)
      }
      guard found.kind == .file else { throw CheckpointDamage.notAFile(file.name) }
      guard found.bytes == file.bytes else {
        throw CheckpointDamage.wrongSize(file.name, expected: file.bytes, found: found.bytes)
      }
    }
    if depth == .digests { try checkDigests(path, manifest) }
    return manifest
  }

  private func readManifest(_ path: String) throws -> CheckpointManifest {
    let name = CheckpointManifest.fileName
    let bytes = try reading(name, missing: .noManifest) { () throws(FileError) in
      try fileSystem.readBounded(
        Paths.join(path, name), limit: CheckpointManifest.byteLimit, followingLinks: false)
    }
    guard let manifest = CheckpointManifest(bytes) else { throw CheckpointDamage.brokenManifest }
    return manifest
  }

  /// Refuses names that are not the manifest's; those that begin with a dot belong to desktops and network disks.
  private func checkNames(_ path: String, _ manifest: CheckpointManifest) throws {
    var known = Set(manifest.files.map(\.name))
    known.insert(CheckpointManifest.fileName)
    var folders: Set<String> = []
    for file in manifest.files {
      let parts = file.name.split(separator: "/")
      for depth in 1..<max(parts.count, 1) { folders.insert(parts.prefix(depth).joined(separator: "/")) }
    }
    for folder in [""] + folders.sorted() {
      let place = folder.isEmpty ? path : Paths.join(path, folder)
      guard try fileSystem.status(place, followingLinks: false)?.kind == .folder else {
        throw CheckpointDamage.missingFile(folder)
      }
      for name in try fileSystem.list(place) where !name.hasPrefix(".") {
        let name = folder.isEmpty ? name : folder + "/" + name
        guard known.contains(name) || folders.contains(name) else { throw CheckpointDamage.addedFile(name) }
      }
    }
  }

  private func checkDigests(_ path: String, _ manifest: CheckpointManifest) throws {
    // The largest first: with two threads that halves the time for a model and its optimizer.
    let order = manifest.files.sorted { $0.bytes > $1.bytes }
    if manifest.totalBytes < 8 << 20 {
      for file in order { try checkDigest(path, file) }
      return
    }
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: order.count) { place in
      guard failure.withLock({ $0 == nil }) else { return }
      do {
        try checkDigest(path, order[place])
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  private func checkDigest(_ path: String, _ file: CheckpointManifest.File) throws {
    let found = try reading(file.name, missing: .missingFile(file.name)) { () throws(FileError) in
      try digest(Paths.join(path, file.name), bytes: file.bytes)
    }
    guard found == file.digest else { throw CheckpointDamage.wrongDigest(file.name) }
  }

  private func digest(_ path: String, bytes: UInt64) throws(FileError) -> String {
    let file = try ReadableFile(path, followingLinks: false, fileSystem: fileSystem)
    var digest = SHA256()
    var buffer = [UInt8](repeating: 0, count: Int(min(bytes, 1 << 20)))
    var done: UInt64 = 0
    while done < bytes {
      let count = Int(min(bytes - done, 1 << 20))
      try buffer.withUnsafeMutableBufferPointer { (buffer) throws(FileError) in
        let piece = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count])
        try file.read(at: done, into: piece)
        digest.update(UnsafeRawBufferPointer(piece))
      }
      done += UInt64(count)
    }
    return digest.hex()
  }

  /// Reads with three tries where the device fails, and tells damage of the file from trouble of this process: too many
  /// open files or a missing permission must not condemn a checkpoint.
  private func reading<Result>(
    _ name: String, missing: CheckpointDamage, _ body: () throws(FileError) -> Result
  ) throws -> Result {
    var tries = 3
    while true {
      do throws(FileError) {
        return try body()
      } catch {
        tries -= 1
        switch error.cause {
        case .cutShort: throw CheckpointDamage.wrongDigest(name)
        case .notAFile, .tooLarge, .system(ELOOP), .system(ENXIO): throw CheckpointDamage.notAFile(name)
        case .system(ENOENT), .system(ENOTDIR): throw missing
        case .system(EIO) where tries == 0: throw CheckpointDamage.unreadable(name)
        case .system(EIO), .system(EINTR): if tries == 0 { throw error }
        default: throw error
        }
      }
    }
  }
}

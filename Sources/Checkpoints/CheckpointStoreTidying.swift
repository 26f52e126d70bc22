import DurableFiles
import Glibc
import Synchronization

extension CheckpointStore {
  /// Links and retention, once a checkpoint is durable: nothing here can take it back.
  func tidyUp(after manifest: CheckpointManifest) -> (removed: [Int], warnings: [FileError]) {
    var warnings: [FileError] = []
    func attempt(_ body: () throws(FileError) -> Void) {
      do {
        try body()
      } catch {
        warnings.append(error)
      }
    }
    attempt { () throws(FileError) in try replaceLink(Self.latestLink, step: manifest.step) }
    if let best = manifest.best { attempt { () throws(FileError) in try replaceLink(Self.bestLink, step: best) } }
    var removed: [Int] = []
    attempt { () throws(FileError) in removed = try retire() }
    return (removed, warnings)
  }

  /// Moves the link to the best step there, if that step is still there.
  public func markBest(_ step: Int) throws(CheckpointError) {
    try mappingErrors { () throws(FileError) in try replaceLink(Self.bestLink, step: step) }
  }

  private func replaceLink(_ name: String, step: Int) throws(FileError) {
    let path = Paths.join(folder, name)
    let found = try fileSystem.status(path, followingLinks: false)
    guard found == nil || found?.kind == .link else {
      throw FileError(path: path, operation: .makeLink, cause: .system(EEXIST))
    }
    let target = Self.folderName(step: step)
    guard try fileSystem.status(self.folder(step: step), followingLinks: false) != nil else { return }
    if found != nil, try fileSystem.readLink(path) == target { return }
    try DurableFile.replaceLink(path, to: target, fileSystem: fileSystem)
  }

  /// Removes what the retention lets go; the steps removed.
  private func retire() throws(FileError) -> [Int] {
    let steps = try fileSystem.list(folder).compactMap { Self.step(ofFolder: $0) }
    for step in steps { try learn(step) }
    let best = knowledge.withLock { known in steps.filter { known[$0] != nil }.max().flatMap { known[$0]?.best } }
    let victims = retention.victims(among: steps, best: best) { isWhole($0) }
    guard !victims.isEmpty else { return [] }
    var trash: [String] = []
    for step in victims {
      let name = "\(Self.trashPrefix)\(Self.folderName(step: step))-\(DurableFile.uniqueSuffix())"
      trash.append(Paths.join(folder, name))
      try fileSystem.rename(folder(step: step), to: Paths.join(folder, name), replacing: false)
      knowledge.withLock { $0[step] = nil }
    }
    try fileSystem.synchronizeFolder(folder)
    for path in trash { try fileSystem.removeTree(path) }
    return victims
  }

  /// Reads the MANIFEST of a step that this store has not met.
  private func learn(_ step: Int) throws(FileError) {
    guard knowledge.withLock({ $0[step] }) == nil else { return }
    let path = Paths.join(folder(step: step), CheckpointManifest.fileName)
    guard try fileSystem.status(path, followingLinks: false)?.kind == .file else { return }
    let bytes = try fileSystem.readBounded(path, limit: CheckpointManifest.byteLimit, followingLinks: false)
    guard let manifest = CheckpointManifest(bytes) else { return }
    knowledge.withLock { $0[step] = Knowledge(isWhole: false, best: manifest.best) }
  }

  /// Whether a step's bytes are whole; read once, then remembered.
  private func isWhole(_ step: Int) -> Bool {
    if knowledge.withLock({ $0[step]?.isWhole }) == true { return true }
    guard let manifest = try? verify(step: step) else { return false }
    knowledge.withLock { $0[step] = Knowledge(isWhole: true, best: manifest.best) }
    return true
  }

  /// Makes sure that there is room, after removing what may go.
  func makeRoom(for bytes: UInt64, fileCount: Int) throws(CheckpointError) {
    try mappingErrors { () throws(FileError) in
      if try lackOfRoom(bytes, fileCount) == nil { return }
      try removeLeftovers()
      _ = try retire()
      if let error = try lackOfRoom(bytes, fileCount) { throw error }
    }
  }

  private func lackOfRoom(_ bytes: UInt64, _ fileCount: Int) throws(FileError) -> FileError? {
    let space = try fileSystem.space(at: folder)
    let needed = bytes.addingReportingOverflow(bytes / 10).partialValue
    if space.isReadOnly { return FileError(path: folder, operation: .makeFolder, cause: .system(EROFS)) }
    if space.freeInodes < UInt64(fileCount) + 16 {
      return FileError(path: folder, operation: .create, cause: .noInodes)
    }
    guard space.freeBytes < needed else { return nil }
    return FileError(
      path: folder, operation: .write, cause: .tooLittleSpace(needed: needed, free: space.freeBytes))
  }

  /// Removes what killed processes left: unfinished saves and unfinished removals.
  func removeLeftovers() throws(FileError) {
    try DurableFile.removeLeftovers(in: folder, fileSystem: fileSystem)
    for name in try fileSystem.list(folder) where name.hasPrefix(Self.trashPrefix) {
      try fileSystem.removeTree(Paths.join(folder, name))
    }
  }
}

import DurableFiles

/// Writes a folder of files that is there as a whole or not at all.
public enum FolderWriter {
  /// Replaces the folder at `path`: the files are written beside it, then the folders change names.
  ///
  /// A folder that was there is removed only when the new one has its name.
  public static func replace(
    _ path: String, _ files: [FolderFile], fileSystem: any FileSystem = RealFileSystem()
  ) throws {
    let parent = Paths.parent(of: path)
    try fileSystem.makeFolders(parent)
    let suffix = DurableFile.uniqueSuffix()
    let temporary = Paths.join(parent, "\(DurableFile.temporaryPrefix)\(Paths.name(of: path))-\(suffix)")
    do {
      try write(files, to: temporary, fileSystem: fileSystem)
      guard try fileSystem.status(path, followingLinks: false) != nil else {
        try fileSystem.rename(temporary, to: path, replacing: false)
        return try fileSystem.synchronizeFolder(parent)
      }
      let old = temporary + "-old"
      try fileSystem.rename(path, to: old, replacing: false)
      try fileSystem.rename(temporary, to: path, replacing: false)
      try fileSystem.synchronizeFolder(parent)
      try fileSystem.removeTree(old)
    } catch {
      try? fileSystem.removeTree(temporary)
      throw error
    }
  }

  /// Writes files into a new folder and synchronizes it.
  private static func write(_ files: [FolderFile], to folder: String, fileSystem: any FileSystem) throws {
    var folders: Set<String> = [folder]
    try fileSystem.makeFolders(folder)
    for file in files {
      let path = Paths.join(folder, file.name)
      let parent = Paths.parent(of: path)
      if folders.insert(parent).inserted { try fileSystem.makeFolders(parent) }
      let handle = try fileSystem.create(path, mode: 0o600)
      do {
        try file.write { try fileSystem.writeAll($0, to: handle) }
        try fileSystem.synchronize(handle)
      } catch {
        try? fileSystem.close(handle)
        throw error
      }
      try fileSystem.close(handle)
    }
    for folder in folders { try fileSystem.synchronizeFolder(folder) }
  }
}

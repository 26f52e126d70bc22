import Glibc

/// What lies at a path.
enum PathKind: Equatable {
  case file
  case folder
  case other(String)

  /// The kind, symbolic links followed unless `followsLinks` is false; `nil` and `errno` where nothing lies.
  static func of(_ path: String, followsLinks: Bool = true) -> Result<PathKind, FileFault> {
    var status = stat()
    let result = followsLinks ? stat(path, &status) : lstat(path, &status)
    return result == 0 ? .success(PathKind(mode: status.st_mode)) : .failure(FileFault(errno: errno))
  }

  init(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    case S_IFIFO: self = .other("a pipe")
    case S_IFSOCK: self = .other("a socket")
    case S_IFCHR, S_IFBLK: self = .other("a device")
    case S_IFLNK: self = .other("a link")
    default: self = .other("something special")
    }
  }
}

/// A failed call of the operating system.
struct FileFault: Error, Equatable {
  let errno: Int32
}

/// The operating system's words for an error number.
func systemMessage(_ errno: Int32) -> String { strerror(errno).map { String(cString: $0) } ?? "error \(errno)" }

/// The names in a folder, sorted, without those that begin with a dot.
func visibleNames(in folder: String) throws(ShardError) -> [String] {
  guard let stream = opendir(folder) else { throw .unreadable(path: folder, errno: errno) }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) { String(cString: $0) }
    }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

import CSystem
import Glibc

// The protocol documents the operations.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
/// The machine's own file system.
public struct RealFileSystem: FileSystem {
  /// The machine's file system.
  public init() {}

  public func create(_ path: String, mode: UInt32) throws(FileError) -> OpenFile {
    let flags: Int = cs_open_write | cs_open_create | cs_open_exclusive | cs_open_no_follow
    return try open(path, flags, mode, .create)
  }

  public func openForReading(_ path: String, followingLinks: Bool) throws(FileError) -> OpenFile {
    let flags = followingLinks ? cs_open_read : cs_open_read | cs_open_no_follow
    let file = try open(path, flags, 0, .open)
    do throws(FileError) {
      guard try status(of: file).kind == .file else {
        throw FileError(path: path, operation: .open, cause: .notAFile)
      }
    } catch {
      _ = cs_close(file.number)
      throw error
    }
    return file
  }

  public func openForAppending(_ path: String, mode: UInt32) throws(FileError) -> OpenFile {
    try open(path, cs_open_write | cs_open_create | cs_open_append | cs_open_no_follow, mode, .create)
  }

  public func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(FileError) -> Int {
    Int(try check(cs_write(file.number, bytes.baseAddress, bytes.count), file.path, .write))
  }

  public func read(
    _ file: OpenFile, at offset: UInt64, into bytes: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int {
    guard offset <= UInt64(Int64.max) else { return 0 }
    return Int(try check(cs_read_at(file.number, bytes.baseAddress, bytes.count, offset), file.path, .read))
  }

  public func truncate(_ file: OpenFile, to bytes: UInt64) throws(FileError) {
    try check(cs_truncate(file.number, bytes), file.path, .truncate)
  }

  public func synchronize(_ file: OpenFile) throws(FileError) {
    try check(cs_synchronize(file.number), file.path, .synchronize)
  }

  public func close(_ file: OpenFile) throws(FileError) {
    try check(cs_close(file.number), file.path, .close)
  }

  public func synchronizeFolder(_ path: String) throws(FileError) {
    let flags = cs_open_read | cs_open_folder | cs_open_no_follow
    let folder = try open(path, flags, 0, .synchronizeFolder)
    let answer = cs_synchronize(folder.number)
    _ = cs_close(folder.number)
    try check(answer, path, .synchronizeFolder)
  }

  public func rename(_ from: String, to: String, replacing: Bool) throws(FileError) {
    try checkNames(from, to, .rename)
    try check(cs_rename(from, to, replacing), to, .rename)
  }

  public func makeFolder(_ path: String, mode: UInt32) throws(FileError) {
    try checkNames(path, path, .makeFolder)
    try check(cs_make_folder(path, mode), path, .makeFolder)
  }

  public func removeFile(_ path: String) throws(FileError) {
    try checkNames(path, path, .removeFile)
    try check(cs_remove_file(path), path, .removeFile)
  }

  public func removeFolder(_ path: String) throws(FileError) {
    try checkNames(path, path, .removeFolder)
    try check(cs_remove_folder(path), path, .removeFolder)
  }

  public func makeLink(_ path: String, to target: String) throws(FileError) {
    try checkNames(path, target, .makeLink)
    try check(cs_make_link(target, path), path, .makeLink)
  }

  public func readLink(_ path: String) throws(FileError) -> String {
    try checkNames(path, path, .readLink)
    var target = [CChar](repeating: 0, count: 4096)
    let count = Int(try check(cs_read_link(path, &target, target.count), path, .readLink))
    return String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  public func list(_ folder: String) throws(FileError) -> [String] {
    try checkNames(folder, folder, .list)
    var names: [String] = []
    let answer = withUnsafeMutablePointer(to: &names) { names in
      cs_list(folder, names) { context, name in
        guard let context, let name else { return }
        context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
      }
    }
    try check(answer, folder, .list)
    return names.sorted()
  }

  public func status(_ path: String, followingLinks: Bool) throws(FileError) -> FileStatus? {
    try checkNames(path, path, .status)
    var found = cs_status()
    let answer = cs_status_of(path, followingLinks, &found)
    if answer == -ENOENT || answer == -ENOTDIR { return nil }
    try check(answer, path, .status)
    return FileStatus(found)
  }

  public func status(of file: OpenFile) throws(FileError) -> FileStatus {
    var found = cs_status()
    try check(cs_status_of_file(file.number, &found), file.path, .status)
    return FileStatus(found)
  }

  public func space(at path: String) throws(FileError) -> FileSpace {
    try checkNames(path, path, .space)
    var found = cs_space()
    try check(cs_space_at(path, &found), path, .space)
    return FileSpace(
      freeBytes: found.free_bytes, freeInodes: found.free_inodes, isReadOnly: found.is_read_only,
      isNetwork: found.is_network)
  }
}

extension RealFileSystem {
  private func open(
    _ path: String, _ flags: Int, _ mode: UInt32, _ operation: FileError.Operation
  ) throws(FileError) -> OpenFile {
    try checkNames(path, path, operation)
    let number = try check(cs_open(path, Int32(flags), mode), path, operation)
    return OpenFile(number: number, path: path)
  }

  /// Refuses names that C would read as another, shorter name.
  private func checkNames(_ first: String, _ second: String, _ operation: FileError.Operation) throws(FileError) {
    for name in [first, second] where name.utf8.contains(0) || name.isEmpty {
      throw FileError(path: first, operation: operation, cause: .system(EINVAL))
    }
  }

  @discardableResult
  private func check<Number: FixedWidthInteger & SignedInteger>(
    _ answer: Number, _ path: String, _ operation: FileError.Operation
  ) throws(FileError) -> Number {
    if answer >= 0 { return answer }
    throw error(Int32(-answer), path, operation)
  }

  /// The error for an `errno`, with what the place can tell about it.
  private func error(_ number: Int32, _ path: String, _ operation: FileError.Operation) -> FileError {
    let folder = Paths.parent(of: path)
    if number == ENOSPC {
      var found = cs_space()
      if cs_space_at(folder, &found) == 0, found.free_inodes == 0, found.free_bytes > 0 {
        return FileError(path: path, operation: operation, cause: .noInodes)
      }
    }
    var detail = ""
    if number == EACCES || number == EPERM {
      var found = cs_status()
      if cs_status_of(folder, true, &found) == 0 {
        let mode = String(found.mode, radix: 8)
        detail = "its folder belongs to user \(found.user), mode \(mode); this is user \(cs_user())"
      }
    }
    return FileError(path: path, operation: operation, cause: .system(number), detail: detail)
  }
}

extension FileStatus {
  fileprivate init(_ found: cs_status) {
    let kind: Kind =
      switch Int(found.kind) {
      case cs_kind_file: .file
      case cs_kind_folder: .folder
      case cs_kind_link: .link
      default: .other
      }
    self.init(
      kind: kind, bytes: found.bytes, inode: found.inode, device: found.device, mode: found.mode, user: found.user,
      modifiedNanoseconds: found.modified_nanoseconds)
  }
}

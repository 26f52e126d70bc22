import Glibc

/// A regular file opened for reading without ever blocking on what only looks like one.
final class InputFile {
  let path: String
  private let descriptor: Int32
  /// Bytes of the file when it was opened.
  let size: UInt64
  /// When it was last changed, in nanoseconds since 1970.
  let modified: Int64

  init(path: String) throws(ShardError) {
    switch PathKind.of(path) {
    case .success(.file): break
    case .success(.folder): throw .notRegularFile(path: path, kind: "a folder")
    case .success(.other(let kind)): throw .notRegularFile(path: path, kind: kind)
    case .failure(let fault):
      throw fault.errno == ENOENT ? .notFound(path: path) : .unreadable(path: path, errno: fault.errno)
    }
    descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw .unreadable(path: path, errno: errno) }
    self.path = path
    var status = stat()
    let result = fstat(descriptor, &status)
    size = UInt64(clamping: status.st_size)
    modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    guard result == 0 else { throw .unreadable(path: path, errno: errno) }
    guard PathKind(mode: status.st_mode) == .file else { throw .notRegularFile(path: path, kind: "no longer a file") }
  }

  deinit { close(descriptor) }

  /// Goes to a byte.
  func seek(to offset: UInt64) throws(ShardError) {
    guard let offset = Int(exactly: offset), lseek(descriptor, offset, SEEK_SET) >= 0 else {
      throw .unreadable(path: path, errno: EINVAL)
    }
  }

  /// Fills some of `buffer`: the number of bytes, 0 at the end. A passing fault is tried four times, ever later.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ShardError) -> Int {
    var attempt: UInt32 = 0
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      let fault = errno
      if fault == EINTR { continue }
      guard fault == EIO || fault == EAGAIN, attempt < 3 else { throw .unreadable(path: path, errno: fault) }
      usleep(50_000 << (2 * attempt))
      attempt += 1
    }
  }
}

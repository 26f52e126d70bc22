import CSystem
import Glibc

/// A file operation that failed: which, on what, and why.
public struct FileError: Error, Equatable, Sendable {
  /// An operation of a `FileSystem`.
  public enum Operation: String, CaseIterable, Sendable {
    case create, open, read, write, truncate, synchronize, close, synchronizeFolder, rename, makeFolder, removeFile
    case removeFolder, makeLink, readLink, list, status, space, lock
  }

  /// Why an operation failed.
  public enum Cause: Equatable, Sendable {
    /// The system's answer, an `errno`.
    case system(Int32)
    /// The disk has bytes left but no room for another file (ENOSPC with no free inodes).
    case noInodes
    /// Fewer bytes are free than a write needs.
    case tooLittleSpace(needed: UInt64, free: UInt64)
    /// Another process holds the lock; `holder` is what it wrote about itself.
    case locked(holder: String)
    /// More bytes than the reader accepts.
    case tooLarge(bytes: UInt64, limit: UInt64)
    /// The file ended before the bytes asked for.
    case cutShort(at: UInt64)
    /// A folder, FIFO, socket or device where a file is needed.
    case notAFile
    /// A network file system, where locks may not hold.
    case networkFileSystem
    /// The path now names another folder than the one that was opened.
    case replaced
  }

  /// The file or folder.
  public let path: String
  /// What was tried.
  public let operation: Operation
  /// Why it failed.
  public let cause: Cause
  /// More about the place, such as who owns a folder that cannot be written; empty when there is nothing to say.
  public let detail: String

  /// An error of `operation` on `path`.
  public init(path: String, operation: Operation, cause: Cause, detail: String = "") {
    self.path = path
    self.operation = operation
    self.cause = cause
    self.detail = detail
  }

  /// The `errno` behind the error, 0 when the system said nothing.
  public var number: Int32 {
    switch cause {
    case .system(let number): number
    case .noInodes, .tooLittleSpace: ENOSPC
    case .locked: EWOULDBLOCK
    default: 0
    }
  }

  /// True when trying the whole operation again, from the start and on a new file, may succeed.
  public var mayPass: Bool {
    switch number {
    case EIO, ENOSPC, EDQUOT, EINTR, EAGAIN, ENOMEM, EMFILE, ENFILE, EBUSY, ESTALE, ETIMEDOUT: true
    default: false
    }
  }

  /// The program's exit code: 69 locked, 73 output cannot be created, 74 input/output, 75 temporary.
  public var exitCode: Int32 {
    switch cause {
    case .locked: return 69
    case .networkFileSystem, .replaced: return 73
    case .noInodes, .tooLittleSpace, .tooLarge, .cutShort, .notAFile: return 74
    case .system(let number):
      switch number {
      case EMFILE, ENFILE, ENOMEM, EAGAIN: return 75
      case EIO, ENOSPC, EDQUOT, EFBIG, EINTR: return 74
      case EROFS: return 73
      default: return operation.creates ? 73 : 74
      }
    }
  }
}

extension FileError.Operation {
  /// True for operations that make something new.
  var creates: Bool {
    switch self {
    case .create, .write, .truncate, .rename, .makeFolder, .removeFile, .removeFolder, .makeLink, .lock: true
    default: false
    }
  }

  /// "cannot …" in words.
  var words: String {
    switch self {
    case .create: "create the file"
    case .open: "open the file"
    case .read: "read the file"
    case .write: "write the file"
    case .truncate: "shorten the file"
    case .synchronize: "bring the file to the disk"
    case .close: "close the file"
    case .synchronizeFolder: "bring the folder to the disk"
    case .rename: "rename it"
    case .makeFolder: "make the folder"
    case .removeFile: "remove the file"
    case .removeFolder: "remove the folder"
    case .makeLink: "make the link"
    case .readLink: "read the link"
    case .list: "list the folder"
    case .status: "look at it"
    case .space: "ask for free space"
    case .lock: "lock it"
    }
  }
}

extension FileError: CustomStringConvertible {
  /// One sentence: path, operation, cause.
  public var description: String {
    "\(path): cannot \(operation.words): \(cause.words)" + (detail.isEmpty ? "" : " (\(detail))")
  }
}

extension FileError.Cause {
  /// The cause in plain words.
  var words: String {
    switch self {
    case .system(let number): Self.words(of: number)
    case .noInodes:
      "the disk has no room for another file; it has bytes left but no free inodes (ENOSPC): remove many small files"
    case .tooLittleSpace(let needed, let free): "\(needed) bytes are needed and \(free) are free (ENOSPC)"
    case .locked(let holder): "another run holds it: \(holder)"
    case .tooLarge(let bytes, let limit): "it has \(bytes) bytes; at most \(limit) are accepted"
    case .cutShort(let place): "it ends at byte \(place), too early"
    case .notAFile: "it is not a regular file"
    case .networkFileSystem: "it lies on a network file system, where locks may not hold"
    case .replaced: "the folder was moved or replaced while in use"
    }
  }

  private static func words(of number: Int32) -> String {
    let name = String(cString: cs_error_name(number))
    switch number {
    case ENOSPC: return "the disk is full (ENOSPC)"
    case EDQUOT: return "this user's disk quota is used up (EDQUOT)"
    case EROFS: return "the file system is read-only (EROFS)"
    case EACCES, EPERM: return "permission denied (\(name))"
    case EIO: return "the device reported an input/output error (EIO)"
    case EFBIG: return "the file would exceed a size limit (EFBIG; see ulimit -f)"
    case ENOENT: return "it does not exist (ENOENT)"
    case EEXIST: return "it exists already (EEXIST)"
    case ENOTDIR: return "a part of the path is not a folder (ENOTDIR)"
    case EISDIR: return "it is a folder (EISDIR)"
    case ENOTEMPTY: return "the folder is not empty (ENOTEMPTY)"
    case ELOOP: return "it is a link, or links lead in a circle (ELOOP)"
    case EMFILE: return "this process has too many open files (EMFILE; see ulimit -n)"
    case ENFILE: return "the machine has too many open files (ENFILE)"
    case ENOMEM: return "not enough memory (ENOMEM)"
    case EXDEV: return "the two places are on different file systems (EXDEV)"
    case EINVAL: return "the name or value is not valid (EINVAL)"
    default: return "\(String(cString: cs_error_text(number))) (\(name))"
    }
  }
}

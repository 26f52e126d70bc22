import DurableFiles
import Glibc

/// The lines of standard input or of a file, as they come, in bounded memory.
///
/// Line ends are left out, `\r\n` too. Bytes that are not UTF-8 become U+FFFD and are counted.
public final class InputLines {
  /// Bytes a line may have.
  public static let limit = 64 << 20
  /// What messages call the input.
  public let name: String
  /// Lines that were not UTF-8.
  public private(set) var repairedCount = 0
  /// Lines so far.
  public private(set) var count = 0
  private let descriptor: Int32
  private let isOwned: Bool
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  /// The lines of the file at `path`, or of standard input for `-`.
  public init(_ path: String) throws(FileError) {
    isOwned = path != "-"
    name = isOwned ? path : "standard input"
    descriptor = isOwned ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO
    guard descriptor >= 0 else { throw FileError(path: path, operation: .open, cause: .system(errno)) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      if isOwned { close(descriptor) }
      throw FileError(path: path, operation: .open, cause: .notAFile)
    }
  }

  deinit {
    if isOwned, descriptor >= 0 { close(descriptor) }
  }

  /// Whether a person types the lines.
  public var isTyped: Bool { isatty(descriptor) == 1 }

  /// The next line; nil at the end.
  public func next() throws -> String? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        defer { start = end + 1 }
        return text(start..<end)
      }
      searched = buffer.count
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return text(start..<buffer.count)
      }
      guard buffer.count - start <= InputLines.limit else {
        let size = "\(InputLines.limit >> 20) MiB"
        throw UserError("\(name), line \(count + 1) has more than \(size); it is refused", .refused)
      }
      searched -= start
      try fill()
    }
  }

  private func text(_ range: Range<Int>) -> String {
    count += 1
    var range = range
    if let last = buffer[range].last, last == 0x0D { range = range.lowerBound..<range.upperBound - 1 }
    if let text = String(validating: buffer[range], as: UTF8.self) { return text }
    repairedCount += 1
    return String(decoding: buffer[range], as: UTF8.self)
  }

  /// Reads on; what was handed out is forgotten.
  private func fill() throws(FileError) {
    buffer.removeFirst(start)
    start = 0
    let size = 1 << 16
    let old = buffer.count
    buffer += [UInt8](repeating: 0, count: size)
    let count = buffer.withUnsafeMutableBytes { bytes -> Int in
      while true {
        let count = read(descriptor, bytes.baseAddress.map { $0 + old }, size)
        if count >= 0 || errno != EINTR { return count }
      }
    }
    let number = errno
    buffer.removeLast(size - max(0, count))
    guard count >= 0 else { throw FileError(path: name, operation: .read, cause: .system(number)) }
    isAtEnd = count == 0
  }
}

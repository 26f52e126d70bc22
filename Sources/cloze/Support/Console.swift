import DurableFiles
import Glibc
import JSON
import Pipelines
import Synchronization

/// Results to standard output, in large pieces; talk to standard error.
enum Console {
  /// Nobody reads standard output any more: nothing is left to do, and that is no error.
  struct ReaderGone: Error {}

  private static let pending = Mutex<[UInt8]>([])
  private static let pieceSize = 1 << 16

  /// A line of a result.
  static func line(_ text: String) throws { try write(text + "\n") }

  /// A line of JSON.
  static func line(_ value: JSONValue) throws { try line(value.text()) }

  /// A report as JSON, in several lines.
  static func report(_ value: JSONValue) throws { try line(value.text(pretty: true)) }

  /// A piece of a result.
  static func write(_ text: String) throws {
    let isFull = pending.withLock { pending in
      pending += Array(text.utf8)
      return pending.count >= pieceSize
    }
    if isFull { try flush() }
  }

  /// Brings everything so far to whoever reads it.
  static func flush() throws {
    let bytes = pending.withLock { pending in
      defer { pending = [] }
      return pending
    }
    try bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(STDOUT_FILENO, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if count >= 0 {
          done += count
        } else if errno == EPIPE {
          throw ReaderGone()
        } else if errno != EINTR && errno != EAGAIN {
          throw FileError(path: "standard output", operation: .write, cause: .system(errno))
        }
      }
    }
  }

  /// A line for the person at the terminal.
  static func talk(_ text: String) { Terminal.standardError.write(text + "\n") }

  /// Says how many things of a name something happened to; nothing for none.
  static func talk(_ count: Int, _ noun: String, _ what: String) {
    if count > 0 { talk("note: \(Figures.count(count, noun)) \(what)") }
  }
}

extension String {
  /// The text with blanks behind it to `width` characters.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

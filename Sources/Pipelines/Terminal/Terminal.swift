import Glibc

/// The terminal behind a file descriptor, if it is one.
public struct Terminal: Sendable {
  /// The descriptor.
  public let descriptor: Int32

  /// The terminal behind standard error, where talk goes.
  public static let standardError = Terminal(descriptor: 2)

  /// The terminal behind standard output, where results go.
  public static let standardOutput = Terminal(descriptor: 1)

  /// The terminal behind a descriptor.
  public init(descriptor: Int32) { self.descriptor = descriptor }

  /// Whether a person looks at it, on something that can move its cursor.
  public func isLive(environment: [String: String]) -> Bool {
    isatty(descriptor) == 1 && environment["TERM"] != "dumb"
  }

  /// Columns and lines; 80 and 24 where nobody knows.
  public var size: (width: Int, height: Int) {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
    return (Int(size.ws_col), size.ws_row > 0 ? max(4, Int(size.ws_row)) : 24)
  }

  /// Writes all of `text`; false if the terminal is gone, which must never stop a run.
  @discardableResult
  public func write(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if count > 0 {
          done += count
        } else if errno != EINTR && errno != EAGAIN {
          return false
        }
      }
      return true
    }
  }
}

import CSystem
import Glibc

/// The right to write in a run folder: an exclusive `flock` on its LOCK file, released when the last process that holds
/// the descriptor ends, however it ends. What the file says is only for the message to others.
public final class FileLock: Sendable {
  /// The lock file.
  public let path: String
  /// The descriptor, for children that must keep the lock while they live.
  public let descriptor: Int32

  /// Takes the lock at `path`, or throws `FileError` with cause `.locked` and who holds it.
  ///
  /// Waits only where the process that took it was killed and its children, who keep the lock while they live, are ending.
  /// - Parameters:
  ///   - isInheritable: Whether children keep the lock beyond this process.
  ///   - allowsNetworkFileSystem: Whether to trust locks on NFS, SMB or FUSE.
  public init(
    _ path: String, isInheritable: Bool = false, allowsNetworkFileSystem: Bool = false
  ) throws(FileError) {
    if !allowsNetworkFileSystem, try RealFileSystem().space(at: Paths.parent(of: path)).isNetwork {
      throw FileError(path: path, operation: .lock, cause: .networkFileSystem)
    }
    let flags = cs_open_read_write | cs_open_create | cs_open_no_follow
    let number = cs_open(path, Int32(flags), 0o600)
    guard number >= 0 else {
      throw FileError(path: path, operation: .lock, cause: .system(-number))
    }
    var answer = cs_lock(number)
    for _ in 0..<Self.mostTries where answer == -EWOULDBLOCK && Self.hasEnded(Self.holder(number)) {
      usleep(20_000)
      answer = cs_lock(number)
    }
    guard answer == 0 else {
      let holder = Self.holder(number)
      _ = cs_close(number)
      let cause: FileError.Cause = answer == -EWOULDBLOCK ? .locked(holder: holder) : .system(-answer)
      throw FileError(path: path, operation: .lock, cause: cause)
    }
    self.path = path
    descriptor = number
    Self.sign(number)
    if isInheritable { _ = cs_set_inheritable(number, true) }
  }

  deinit { _ = cs_close(descriptor) }

  /// Five seconds.
  private static let mostTries = 250

  /// Whether the process of a signature ran on this host and is no more.
  private static func hasEnded(_ holder: String) -> Bool {
    let words = holder.split(separator: " ")
    guard words.count > 3, words[0] == "process", let process = Int32(words[1]), words[3] == "\(hostName),"
    else { return false }
    return kill(process, 0) != 0 && errno == ESRCH
  }

  private static var hostName: String { text(capacity: 256) { cs_host_name($0, 255) } }

  /// Writes who holds the lock; without effect on the lock itself, so failures don't matter.
  private static func sign(_ number: Int32) {
    let text = Array("\(aboutThisProcess())\n".utf8)
    guard cs_truncate(number, 0) == 0 else { return }
    _ = text.withUnsafeBytes { cs_write(number, $0.baseAddress, $0.count) }
  }

  private static func aboutThisProcess() -> String {
    let start = text(capacity: 32) { cs_utc_now($0, 32) }
    return "process \(cs_process()) on \(hostName), started \(start)"
  }

  private static func holder(_ number: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 400)
    let count = bytes.withUnsafeMutableBytes { cs_read_at(number, $0.baseAddress, $0.count, 0) }
    guard count > 0 else { return "a process that has not signed yet" }
    // Shown on a terminal: nothing but plain characters.
    let plain = bytes.prefix(Int(count)).filter { (0x20..<0x7F).contains($0) }
    return String(decoding: plain, as: UTF8.self)
  }

  private static func text(capacity: Int, _ fill: (UnsafeMutablePointer<CChar>?) -> Int32) -> String {
    var bytes = [CChar](repeating: 0, count: capacity)
    let answer = bytes.withUnsafeMutableBufferPointer { fill($0.baseAddress) }
    guard answer >= 0 else { return "unknown" }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

import DurableFiles
import FoundationEssentials
import Glibc

/// Which process holds a run folder's lock, found without touching the lock.
public struct RunHolder: Equatable, Sendable {
  /// What the process wrote about itself: `process 123 on host, started …`.
  public let text: String

  /// The process that holds the lock of `folder`; nil if none does.
  ///
  /// The kernel's list of locks tells: taking the lock to see whether it is free would keep a run from starting.
  public static func find(_ folder: RunFolder) -> RunHolder? {
    guard let status = try? folder.fileSystem.status(folder.lock, followingLinks: false),
      let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8)
    else { return nil }
    let bytes = (try? folder.fileSystem.readBounded(folder.lock, limit: 4_096)) ?? []
    let text = String(decoding: bytes.filter { (0x20..<0x7F).contains($0) }, as: UTF8.self)
    let process = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    guard isHeld(inode: status.inode, device: status.device, by: process, in: locks) else { return nil }
    return RunHolder(text: text.isEmpty ? "a process that has not signed yet" : text)
  }

  /// Whether a line of `/proc/locks` is a lock of that file.
  ///
  /// `1: FLOCK  ADVISORY  WRITE 4321 fd:00:1234 0 EOF`: process, device (hexadecimal) and inode. File systems that show
  /// another device than `stat` does are told by the process instead.
  static func isHeld(inode: UInt64, device: UInt64, by process: Int?, in locks: String) -> Bool {
    let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
    let minor = device & 0xFF | (device >> 12) & ~0xFF
    return locks.split(separator: "\n").contains { line in
      let parts = line.split(separator: " ", omittingEmptySubsequences: true)
      guard parts.count >= 6, parts[1] == "FLOCK" else { return false }
      let file = parts[5].split(separator: ":")
      guard file.count == 3, UInt64(file[2]) == inode else { return false }
      let isSameDevice = UInt64(file[0], radix: 16) == major && UInt64(file[1], radix: 16) == minor
      return isSameDevice || process != nil && Int(parts[4]) == process
    }
  }
}

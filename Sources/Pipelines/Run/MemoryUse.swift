import FoundationEssentials
import Glibc

/// Memory that a run takes: this process and those that it started, shared memory counted once.
enum MemoryUse {
  /// Bytes in use now, nil where the kernel does not say.
  static var bytes: Int? {
    let own = Int(ProcessInfo.processInfo.processIdentifier)
    let list = (try? String(contentsOfFile: "/proc/self/task/\(own)/children", encoding: .utf8)) ?? ""
    let processes = ([own] + list.split(separator: " ").compactMap { Int($0) }).compactMap(resident)
    guard !processes.isEmpty else { return nil }
    return processes.reduce(0) { $0 + $1.own } + (processes.map(\.shared).max() ?? 0)
  }

  /// A process's resident memory: its own, and what it shares with others of the run.
  private static func resident(_ process: Int) -> (own: Int, shared: Int)? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return nil }
    var (own, shared) = (0, 0)
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count > 1, let kilobytes = Int(words[1]) else { continue }
      switch words[0] {
      case "RssAnon:": own = kilobytes << 10
      case "RssShmem:": shared = kilobytes << 10
      default: break
      }
    }
    return (own, shared)
  }
}

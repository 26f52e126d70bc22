import Foundation
import Glibc

/// The processes that a run has started, as the kernel lists them.
struct Crew {
  let supervisor: pid_t

  /// A process of the crew, with its rank; nil for the writer.
  struct Member: Equatable {
    let pid: pid_t
    let rank: Int?
  }

  var members: [Member] {
    let path = "/proc/\(supervisor)/task/\(supervisor)/children"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: " ").compactMap { pid_t($0) }.compactMap { pid in
      guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline")) else { return nil }
      let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      guard words.contains("worker") else { return nil }
      let rank = words.firstIndex(of: "--rank").flatMap { Int(words[$0 + 1]) }
      return Member(pid: pid, rank: rank)
    }
  }

  var workers: [Member] { members.filter { $0.rank != nil } }
  var writer: Member? { members.first { $0.rank == nil } }
}

import CSystem
import FoundationEssentials
import Glibc

/// What the system tells about this machine and about what it lets this process use.
public enum MachineFacts {
  /// Bytes of memory that this process may use now: what it may use at most, or what is free.
  public static var memoryLimit: Int { min(memoryAvailable, memoryCapacity) }

  /// Bytes of memory that this process may use at most: the machine's, its control group's limit, and what Slurm gave the
  /// job on this node.
  public static var memoryCapacity: Int {
    let groups = groupFiles("memory.max") + ["/sys/fs/cgroup/memory/memory.limit_in_bytes"]
    let limits = groups.map { path in text(path).flatMap { Int($0) } }
    return memoryCapacity(limits: [memoryTotal] + limits, environment: ProcessInfo.processInfo.environment)
  }

  static func memoryCapacity(limits: [Int?], environment: [String: String]) -> Int {
    let megabytes = environment["SLURM_MEM_PER_NODE"].flatMap { Int($0) }.flatMap { (1..<1 << 40) ~= $0 ? $0 : nil }
    return (limits + [megabytes.map { $0 << 20 }]).compactMap { $0 }.min() ?? .max
  }

  /// The file of that name of this process' control group and of every one around it (cgroup v2).
  static func groupFiles(_ name: String, groups: String? = text("/proc/self/cgroup")) -> [String] {
    let line = groups?.split(separator: "\n").first { $0.hasPrefix("0::/") }
    var path = "/sys/fs/cgroup"
    var files = ["\(path)/\(name)"]
    for part in line?.dropFirst("0::/".count).split(separator: "/") ?? [] {
      path += "/\(part)"
      files.append("\(path)/\(name)")
    }
    return files
  }

  /// Bytes of memory that can be had without swapping.
  public static var memoryAvailable: Int { memory("MemAvailable") ?? Int.max }

  /// Bytes of memory of the machine.
  public static var memoryTotal: Int? { memory("MemTotal") }

  /// The processor's name, as the system shows it.
  public static var processorName: String? {
    text("/proc/cpuinfo")?.split(separator: "\n").first { $0.hasPrefix("model name") }
      .flatMap { $0.split(separator: ":", maxSplits: 1).last.map { trimmed($0) } }
  }

  /// Processors of this process' affinity, less where a control group of the first kind allows fewer.
  public static var allowedProcessors: Int {
    max(1, min(Int(cs_allowed_cpus()), ProcessInfo.processInfo.activeProcessorCount))
  }

  /// The processors' worth of time that the control groups allow; nil for no limit.
  public static var quota: Double? { groupFiles("cpu.max").compactMap { text($0).flatMap(quota) }.min() }

  /// What a file `cpu.max` says: microseconds of every so many, or `max`.
  static func quota(_ text: String) -> Double? {
    let parts = text.split(whereSeparator: \.isWhitespace)
    guard parts.count == 2, let quota = Double(parts[0]), let period = Double(parts[1]), period > 0 else { return nil }
    return quota / period
  }

  /// How many processes wanted a processor in the last minute, on average.
  public static var load: Double? {
    text("/proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) }
  }

  /// Whether two processors of this process share a core.
  public static var hasHyperthreads: Bool {
    text("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list").map { $0.contains(",") || $0.contains("-") }
      ?? false
  }

  /// The kind of file system that holds `path`, such as `ext4`; nil where nobody knows.
  public static func fileSystemKind(_ path: String, mounts: String? = text("/proc/mounts")) -> String? {
    var best: (length: Int, kind: String)?
    for line in (mounts ?? "").split(separator: "\n") {
      let parts = line.split(separator: " ")
      guard parts.count >= 3 else { continue }
      let folder = parts[1].replacing("\\040", with: " ")
      let isAbove = folder == "/" || path == folder || path.hasPrefix(folder + "/")
      if isAbove, folder.utf8.count >= best?.length ?? 0 { best = (folder.utf8.count, String(parts[2])) }
    }
    return best?.kind
  }

  /// Where the local clock stands against UTC, such as `UTC+1`.
  public static var timeZone: String {
    var moment = time(nil)
    var parts = tm()
    localtime_r(&moment, &parts)
    let minutes = Int(parts.tm_gmtoff) / 60
    let sign = minutes < 0 ? "-" : "+"
    let (hours, rest) = (abs(minutes) / 60, abs(minutes) % 60)
    return "UTC\(sign)\(hours)" + (rest == 0 ? "" : ":\(rest < 10 ? "0" : "")\(rest)")
  }

  /// The contents of a small file of the system, white space around them left out.
  public static func text(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8)).map(trimmed)
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(text[...last].drop(while: \.isWhitespace))
  }

  private static func memory(_ name: String) -> Int? {
    let line = text("/proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    return line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }.map { $0 * 1_024 }
  }
}

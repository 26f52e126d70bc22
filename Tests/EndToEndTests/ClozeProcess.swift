import Foundation
import Glibc
import Testing

/// How a process ended.
enum Ending: Equatable, CustomStringConvertible {
  case exited(Int32)
  case killed(signal: Int32)

  init(status: Int32) {
    let signal = status & 0x7F
    self = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
  }

  var description: String {
    switch self {
    case .exited(let code): "exit code \(code)"
    case .killed(let signal): "signal \(signal)"
    }
  }
}

/// What a process left behind.
struct Finished {
  let ending: Ending
  let output: String
  let errors: String

  /// The exit code, −1 for a process that died of a signal.
  var code: Int32 { if case .exited(let code) = ending { code } else { -1 } }

  /// Standard error on one line, so that a wrapped sentence can be searched for.
  var message: String { errors.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

/// The program under test as a child process; its output goes to files.
final class ClozeProcess {
  enum Failure: Error { case notBuilt(String), notStarted(Int32), notFound(pid_t) }

  let pid: pid_t
  private let output: String
  private let errors: String
  private var ending: Ending?

  /// The program beside the running tests.
  static func program() throws -> String {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("cloze").path
    guard access(path, X_OK) == 0 else { throw Failure.notBuilt(path) }
    return path
  }

  /// Starts the program; what it writes is kept in `folder`.
  /// - Parameter current: its current folder; that of the tests if nil.
  init(
    _ arguments: [String], in folder: String, current: String? = nil, failpoints: String? = nil,
    variables: [String: String] = [:]
  ) throws {
    let program = try Self.program()
    let number = UUID().uuidString
    (output, errors) = ("\(folder)/output-\(number)", "\(folder)/errors-\(number)")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    // The child decides about signals itself, whatever the tests' own process ignores.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    if let failpoints { environment.append("CLOZE_FAILPOINTS=\(failpoints)") }
    environment += variables.map { "\($0.key)=\($0.value)" }
    // A shell changes the folder and becomes the program.
    let command = current.map { ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", $0, program] } ?? [program]
    var child: pid_t = 0
    let answer = Self.withStrings(command + arguments) { words in
      Self.withStrings(environment) { variables in
        posix_spawn(&child, command[0], &actions, &attributes, words, variables)
      }
    }
    guard answer == 0 else { throw Failure.notStarted(answer) }
    pid = child
  }

  /// Runs the program to its end.
  static func run(_ arguments: [String], in folder: String, current: String? = nil) throws -> Finished {
    try ClozeProcess(arguments, in: folder, current: current).wait()
  }

  deinit {
    guard ending == nil else { return }
    kill(pid, SIGKILL)
    _ = waitpid(pid, nil, 0)
  }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(pid, signal) }

  /// Whether it still runs; reaps it if not.
  var isRunning: Bool {
    if ending != nil { return false }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return true }
    ending = Ending(status: status)
    return false
  }

  /// Waits for its end.
  func wait() throws -> Finished {
    if ending == nil {
      var status: Int32 = 0
      while waitpid(pid, &status, 0) != pid {
        guard errno == EINTR else { throw Failure.notFound(pid) }
      }
      ending = Ending(status: status)
    }
    return Finished(
      ending: ending ?? .exited(-1), output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }

  /// Waits until `condition` holds, looking every half millisecond; false if the process ends before.
  func reaches(_ condition: () -> Bool) -> Bool {
    while !condition() {
      guard isRunning else { return condition() }
      usleep(500)
    }
    return true
  }

  /// Calls `body` with a C array of strings that ends with nil.
  private static func withStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}

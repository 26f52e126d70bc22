import ArgumentParser
import Glibc
import Pipelines

/// How the program ends when it fails: the error on standard error, in the one form, and its exit code.
enum Failure {
  static func end(_ error: any Error) -> Never {
    if error is Console.ReaderGone { exit(0) }
    try? Console.flush()
    if let stopped = error as? StoppedOnRequest {
      Console.talk("stopped: \(stopped.standing); the same command goes on")
      exit(Pipelines.ExitCode.stopped.rawValue)
    }
    if let shown = parserError(error) { end(shown) }
    end(UserError(converting: error))
  }

  private static func end(_ error: UserError) -> Never {
    Console.talk(error.text(width: Terminal.standardError.size.width))
    exit(error.exitCode.rawValue)
  }

  /// An error of the argument parser as one of ours; help and version are printed and end the program well.
  private static func parserError(_ error: any Error) -> UserError? {
    // Only the parser knows a fitting code for its own errors; everything else is a plain failure to it.
    let code = Cloze.exitCode(for: error)
    if code.rawValue == 0 {
      Terminal.standardOutput.write(Cloze.fullMessage(for: error) + "\n")
      exit(0)
    }
    guard code == .validationFailure else { return nil }
    let lines = Cloze.fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let usage = lines.first { $0.hasPrefix("Usage: ") }?.dropFirst(7)
    var message = Cloze.message(for: error).split(separator: "\n").first.map(String.init) ?? "the command is wrong"
    if message.hasPrefix("Error: ") { message.removeFirst(7) }
    if message.hasSuffix(".") { message.removeLast() }
    let shown = UserError(message.prefix(1).lowercased() + message.dropFirst(), .usage)
    return usage.map { shown.with("use", String($0)) } ?? shown
  }
}

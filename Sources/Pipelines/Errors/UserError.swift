/// How the program ends, for scripts and supervisors.
public enum ExitCode: Int32, Sendable, CaseIterable {
  /// Finished.
  case finished = 0
  /// Stopped on request with everything saved; the same command goes on.
  case stopped = 10
  /// The command or the pipeline file is wrong.
  case usage = 64
  /// Data is bad or has changed.
  case data = 65
  /// Checkpoints exist, none of them valid.
  case noValidCheckpoint = 66
  /// Another run holds the folder.
  case locked = 69
  /// A fault of the program.
  case fault = 70
  /// The same step came out with other bits: the machine or the program is not to be trusted.
  case suspect = 71
  /// Output cannot be made: read-only, or no permission.
  case cannotCreate = 73
  /// Input or output failed, or the disk is full.
  case inputOutput = 74
  /// A shortage that may pass.
  case temporary = 75
  /// Training diverged.
  case diverged = 76
  /// Hostile or invalid input was refused.
  case refused = 77
  /// The settings do not match the checkpoint.
  case mismatch = 78
}

/// An error as a person meets it: what and where, what is safe, what to do. The one form into which errors of every
/// floor are turned.
public struct UserError: Error, Equatable, Sendable {
  /// A line with a label, such as `do:`.
  public struct Note: Equatable, Sendable {
    /// `safe`, `do`, `run` …, without the colon.
    public var label: String
    /// The rest of the line.
    public var text: String
  }

  /// One sentence without a period: what is wrong, and where.
  public var headline: String
  /// How the program ends.
  public var exitCode: ExitCode
  /// Each thing that is wrong, with its place.
  public var problems: [Problem]
  /// What is safe, what to do.
  public var notes: [Note]

  /// An error with nothing but its headline.
  public init(_ headline: String, _ exitCode: ExitCode, problems: [Problem] = []) {
    self.headline = headline
    self.exitCode = exitCode
    self.problems = problems
    notes = []
  }

  /// The error with one more line.
  public func with(_ label: String, _ text: String) -> UserError {
    var copy = self
    copy.notes.append(Note(label: label, text: text))
    return copy
  }

  /// The error with a line about what is not lost.
  public func safe(_ text: String) -> UserError { with("safe", text) }

  /// The error with a line about what to do.
  public func action(_ text: String) -> UserError { with("do", text) }

  /// The problems of a pipeline file.
  public static func pipeline(_ file: String, _ problems: [Problem]) -> UserError {
    let count = problems.count == 1 ? "a problem" : "\(problems.count) problems"
    return UserError("\(file) has \(count); nothing was started", .usage, problems: problems)
  }

  /// A run that cannot go on because settings that shape trained bits have changed.
  /// - Parameters:
  ///   - saved: where the run stands, such as `step 184,000`.
  ///   - command: a command that starts a second run.
  public static func changed(_ changes: [Fingerprint.Change], saved: String, command: String) -> UserError {
    let areas = Set(changes.map { $0.key.split(separator: ".").first.map(String.init) ?? $0.key })
    let what: String
    switch areas.count == 1 ? areas.first : nil {
    case "tokenizer", "tokenizer_sha256": what = "another tokenizer"
    case "corpus", "corpus_sha256": what = "other text"
    case "model": what = "another model"
    case "seed": what = "another seed"
    default: what = "other settings"
    }
    var error = UserError("this run was trained with \(what)", .mismatch)
    for (index, change) in changes.prefix(8).enumerated() {
      let line = change.place.map { $0.line == 0 ? "\($0); " : "line \($0.line); " } ?? ""
      let now = change.now.map { YAMLWriter.flow($0) } ?? "not set"
      let was = change.was.map { YAMLWriter.flow($0) } ?? "not set"
      error = error.with(
        index == 0 ? "run" : "", "\(index == 0 ? saved + "    now: " : "")\(change.key) \(now) (\(line)was \(was))")
    }
    if changes.count > 8 { error = error.with("", "and \(changes.count - 8) more") }
    return error.action("set it back, or start a second run: \(command)")
  }
}

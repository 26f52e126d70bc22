import Collectives
import DurableFiles
import Glibc
import JSON
import Kernels
import Training

/// What is left behind when a run gives up: where it was, what ended it, what its processes printed last. None of the
/// user's text is in it.
struct CrashReport {
  /// The last incidents are shown with what was printed.
  private static let printedCount = 4
  private let error: SupervisionError
  private let context: RunContext
  private let memory: TrainingMemory
  private let layout: ProcessLayout

  init(_ error: SupervisionError, _ context: RunContext, _ memory: TrainingMemory, _ layout: ProcessLayout) {
    (self.error, self.context, self.memory, self.layout) = (error, context, memory, layout)
  }

  /// The error as people meet it; a crash loop's report is written into the run's folder first.
  func written() throws -> UserError {
    switch error {
    case .failed(let code, let words):
      let json = try? JSONValue.parse(Array(words.utf8))
      return json.flatMap(UserError.init(json:))
        ?? UserError("a process of the run ended with code \(code)", ExitCode(rawValue: code) ?? .fault)
    case .crashLoop(let incidents):
      var number = 1
      while try context.folder.exists(context.folder.file("crash-\(number)")) { number += 1 }
      let folder = context.folder.file("crash-\(number)")
      try context.folder.write(text(incidents), to: Paths.join(folder, "report.md"))
      try context.folder.write(context.configuration.resolved(), to: Paths.join(folder, "resolved.yaml"))
      let cause = incidents.last?.cause ?? "its processes ended"
      let isOurs = incidents.contains { $0.crash != nil }
      return UserError(
        "the run can't go on after step \(Figures.count(memory.run.progress.step)): \(cause)",
        isOurs ? .fault : .temporary
      ).safe("what was saved stays saved")
        .action("see \(folder)/report.md; the same command goes on from the last checkpoint")
    }
  }

  private func text(_ incidents: [Incident]) -> String {
    let events = ((try? MetricsFile.records(context.folder.metrics)) ?? []).suffix(200)
    var lines = ["# Why this run gave up", ""]
    lines += incidents.map { "- after step \($0.step): \($0.cause)" }
    lines += [
      "", "Cloze with \(layout.text) at CPU level \(CPULevel.active.name).", "",
      "## What the processes printed", "",
      "`cloze(+0x…)` is a place in the program: `addr2line -f -e PROGRAM 0x…` names it.", "",
    ]
    for incident in incidents.suffix(CrashReport.printedCount) {
      lines += ["After \(incident.cause):", "```", incident.printed.isEmpty ? "nothing" : incident.printed, "```", ""]
    }
    lines += ["## The last records", "", "```"]
    lines += events.map { JSONValue.object($0).text() } + ["```", ""]
    return lines.joined(separator: "\n")
  }
}

extension UserError {
  /// The error for another process.
  var json: JSONValue {
    .object(
      JSONObject([
        ("headline", .string(headline)), ("code", .integer(Int64(exitCode.rawValue))),
        ("notes", .array(notes.map { .array([.string($0.label), .string($0.text)]) })),
      ]))
  }

  /// The error that another process left.
  init?(json: JSONValue) {
    guard let headline = json["headline"]?.string,
      let code = json["code"]?.int.flatMap({ ExitCode(rawValue: Int32($0)) })
    else { return nil }
    self.init(headline, code)
    for note in json["notes"]?.array ?? [] {
      guard let pair = note.array, pair.count == 2, let label = pair[0].string, let text = pair[1].string else {
        continue
      }
      self = with(label, text)
    }
  }
}

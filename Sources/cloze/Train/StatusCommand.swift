import ArgumentParser
import DurableFiles
import FoundationEssentials
import Glibc
import JSON
import Pipelines
import Training

/// Where a run stands.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show where a run stands; without a run, list them all.",
    discussion: """
      Only reads: works while a run goes on, and disturbs nothing.

        cloze status
        cloze status letters-bert --follow
      """)

  @Argument(
    help: ArgumentHelp("A run folder, or the name of a run in --checkpoints.", valueName: "run"), completion: .directory
  )
  var reference: String?
  @Option(help: ArgumentHelp("The folder that holds run folders.", valueName: "folder"), completion: .directory)
  var checkpoints = "checkpoints"
  @Flag(help: "Print a line whenever something changes, until the run ends or Ctrl-C.")
  var follow = false
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if follow, reference == nil { throw ValidationError("--follow needs a run: cloze status NAME --follow") }
  }

  func run() throws {
    guard let reference else { return try list() }
    let folder = try RunFolder.named(reference, in: checkpoints)
    if follow { return try follow(folder) }
    let status = try RunStatus(folder)
    guard !report.json else { return try Console.report(status.json) }
    for line in StatusText(status).lines { try Console.line(line) }
  }

  /// A line for every run.
  private func list() throws {
    let folders = try RunFolder.all(in: checkpoints)
    if folders.isEmpty, !report.json {
      return Console.talk("\(checkpoints) holds no runs yet; start one: cloze run PIPELINE.yaml")
    }
    var objects: [JSONValue] = []
    let width = folders.map { Paths.name(of: $0.path).count }.max() ?? 0
    for folder in folders {
      let name = Paths.name(of: folder.path)
      do {
        let status = try RunStatus(folder)
        objects.append(status.json)
        if !report.json {
          try Console.line(name.padded(to: width + 2) + StatusText(status).short)
        }
      } catch {
        let shown = UserError(converting: error)
        objects.append(["folder": .string(folder.path), "state": "damaged", "problem": .string(shown.headline)])
        if !report.json {
          try Console.line(
            name.padded(to: width + 2) + "damaged: \(shown.headline)")
        }
      }
    }
    if report.json { try Console.report(.array(objects)) }
  }

  /// Seconds between two looks.
  private static let interval = 1.0

  /// A line for every change until nobody works on the run any more.
  private func follow(_ folder: RunFolder) throws {
    var shown = ""
    while true {
      let status = try RunStatus(folder)
      let line = report.json ? status.json.text() : StatusText(status).short
      if line != shown {
        try Console.line(line)
        try Console.flush()
        shown = line
      }
      guard case .running = status.state else { return }
      usleep(UInt32(1e6 * StatusCommand.interval))
    }
  }
}

/// A status in words.
private struct StatusText {
  let status: RunStatus

  init(_ status: RunStatus) { self.status = status }

  /// One line.
  var short: String {
    var parts = [status.stateName]
    if let step = status.step { parts.append(steps(step)) }
    if let loss = status.latest?["loss"]?.double { parts.append("loss \(Figures.fixed(loss, 3))") }
    if case .running = status.state {
      if let speed = status.latest?["tokens_per_second"]?.double { parts.append("\(Figures.rate(speed)) tokens/s") }
      if let left = status.secondsLeft { parts.append("\(Figures.duration(left)) left") }
    }
    let done = status.stages.count { $0.done != nil }
    parts.append("\(done) of \(Figures.count(status.stages.count, "stage"))")
    return parts.joined(separator: " · ")
  }

  /// Everything.
  var lines: [String] {
    var lines = ["\(status.folder.path)  \(status.stateName)\(holder)"]
    lines.append("  run         \(status.record.identifier), started \(times(status.record.starts))")
    let width = max(10, status.stages.map { $0.name.count }.max() ?? 0)
    for stage in status.stages {
      let name = stage.name.padded(to: width)
      lines.append("  \(stage.done == nil ? "·" : "✓") \(name)" + (stage.done.map { "  \($0.summary)" } ?? ""))
    }
    if let step = status.step { lines.append("  at          \(steps(step))\(speed)") }
    if let evaluation = status.evaluation { lines.append("  validation  \(text(evaluation))") }
    if let saved = status.saved {
      let seconds = Date().timeIntervalSince1970 - saved.time
      lines.append(
        "  saved       step \(Figures.count(saved.step)), \(Figures.coarse(max(0, seconds))) ago: \(saved.folder)")
      if saved.damagedCount > 0 {
        lines.append("  WARNING     \(Figures.count(saved.damagedCount, "newer checkpoint")) not whole")
      }
    }
    if let best = status.best {
      lines.append("  best        step \(Figures.count(best.step)), validation loss \(Figures.fixed(best.loss, 3))")
    }
    return lines
  }

  private var holder: String {
    guard case .running(let holder) = status.state else { return "" }
    return " (\(holder.text))"
  }

  private var speed: String {
    var text = ""
    if let loss = status.latest?["loss"]?.double { text += " · loss \(Figures.fixed(loss, 3))" }
    guard case .running = status.state else { return text }
    if let speed = status.latest?["tokens_per_second"]?.double { text += " · \(Figures.rate(speed)) tokens/s" }
    if let left = status.secondsLeft { text += " · \(Figures.duration(left)) left" }
    return text
  }

  private func steps(_ step: Int) -> String {
    guard let all = status.steps, all > 0 else { return "step \(Figures.count(step))" }
    return
      "step \(Figures.count(step)) of \(Figures.count(all)) (\(Figures.percent(Double(step) / Double(all), digits: 0)))"
  }

  private func text(_ evaluation: JSONObject) -> String {
    let values = evaluation.pairs.compactMap { name, value in
      name.hasPrefix("eval_") && !name.hasSuffix("_count")
        ? value.double.map { "\(name.dropFirst(5)) \(Figures.fixed($0, 4))" } : nil
    }
    let step = evaluation["step"]?.int.map { "step \(Figures.count($0)): " } ?? ""
    return step + values.joined(separator: ", ")
  }

  private func times(_ count: Int) -> String { count == 1 ? "once" : Figures.count(count, "time") }
}

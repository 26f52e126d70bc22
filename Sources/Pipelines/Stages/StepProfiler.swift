import Collectives
import JSON
import Tensors
import Training

/// Takes the time of all that a worker does in some of its steps, for `run --profile`.
final class StepProfiler: TrainingObserver {
  /// Steps after the start that are not typical: memory is taken, caches are cold.
  private static let skippedCount = 3
  private static let measuredCount = 10
  private let trainer: Trainer
  private let folder: RunFolder
  private let title: String
  private let peak: Double
  private let group: any ProcessGroup
  private var stepCount = 0

  /// A profiler of the steps that `trainer` takes from now on.
  ///
  /// - Parameters:
  ///   - title: what is measured, in a few words.
  ///   - peak: of the processors that this worker uses, in GFLOP/s.
  init(_ trainer: Trainer, _ group: any ProcessGroup, folder: RunFolder, title: String, peak: Double) {
    (self.trainer, self.group, self.folder, self.title, self.peak) = (trainer, group, folder, title, peak)
  }

  func observe(_ event: TrainingEvent) {
    guard case .step = event else { return }
    stepCount += 1
    if stepCount == StepProfiler.skippedCount { trainer.profile = OpProfile() }
    // What can't be written now is tried again at the end, where the error is told.
    if stepCount == StepProfiler.skippedCount + StepProfiler.measuredCount { try? write() }
  }

  /// Writes what was measured, unless that is done or nothing was.
  func write() throws {
    guard let profile = trainer.profile, !profile.events.isEmpty else { return }
    group.beat(.saving)
    let report = ProfileReport(profile.events, peak: peak)
    try folder.write(report.lines(title: title).joined(separator: "\n") + "\n", to: folder.profileReport)
    try folder.write(ProfileReport.trace(profile.events, title: title).text(), to: folder.profileTrace)
    trainer.profile = nil
  }
}

/// A profile's events as a table and as a trace.
struct ProfileReport {
  /// All events of one name.
  private struct Row {
    let name: String
    var count = 0
    var seconds = 0.0
    var flops = 0.0
    var bytes = 0.0
  }

  private let rows: [Row]
  private let stepCount: Int
  private let stepSeconds: Double
  private let peak: Double

  /// The report on `events`; `peak` in GFLOP/s.
  init(_ events: [OpProfile.Event], peak: Double) {
    self.peak = peak
    var found: [String: Row] = [:]
    for event in events {
      var row = found[event.name] ?? Row(name: event.name)
      row.count += 1
      row.seconds += event.seconds
      row.flops += event.flops
      row.bytes += event.bytes
      found[event.name] = row
    }
    let steps = found.removeValue(forKey: Trainer.stepEvent) ?? Row(name: Trainer.stepEvent)
    (stepCount, stepSeconds) = (steps.count, steps.seconds)
    let known = found.values.reduce(0) { $0 + $1.seconds }
    rows =
      found.values.sorted { ($1.seconds, $0.name) < ($0.seconds, $1.name) }
      + [Row(name: "between operations", count: 0, seconds: max(0, steps.seconds - known))]
  }

  /// A table for people, in columns of equal width.
  func lines(title: String) -> [String] {
    let steps = Double(max(1, stepCount))
    var total = Row(name: "a step")
    for row in rows { (total.flops, total.bytes) = (total.flops + row.flops, total.bytes + row.bytes) }
    (total.count, total.seconds) = (rows.reduce(0) { $0 + $1.count }, stepSeconds)
    var table = [["", "ms a step", "share", "calls", "GFLOP/s", "of peak", "GB/s"]]
    for row in rows + [total] {
      let speed = row.flops / max(row.seconds, 1e-9) / 1e9
      table.append([
        row.name, Figures.fixed(1e3 * row.seconds / steps, 2),
        Figures.percent(row.seconds / max(stepSeconds, 1e-9), digits: 1), Figures.fixed(Double(row.count) / steps, 0),
        row.flops > 0 ? Figures.fixed(speed, 0) : "", row.flops > 0 ? Figures.percent(speed / peak, digits: 0) : "",
        row.bytes > 0 ? Figures.fixed(row.bytes / max(row.seconds, 1e-9) / 1e9, 1) : "",
      ])
    }
    let widths = (0..<table[0].count).map { column in table.map { $0[column].count }.max() ?? 0 }
    let body = table.map { line in
      line.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        return column == 0 ? text + space : "  " + space + text
      }.joined()
    }
    return ["Profile of \(Figures.count(stepCount, "step")), \(title)", ""] + body
  }

  /// The events as Chrome's trace viewer, Perfetto and others read them: complete events, times in microseconds
  /// (Trace Event Format).
  static func trace(_ events: [OpProfile.Event], title: String) -> JSONValue {
    let complete = events.sorted { $0.start < $1.start }.map { event -> JSONValue in
      var details = JSONObject()
      if event.flops > 0 { details["gflops"] = .number(event.flops / max(event.seconds, 1e-9) / 1e9) }
      if event.bytes > 0 { details["bytes"] = .number(event.bytes) }
      return [
        "name": .string(event.name), "ph": "X", "pid": 1, "tid": 1, "ts": .number(1e6 * event.start),
        "dur": .number(1e6 * event.seconds), "args": .object(details),
      ]
    }
    let name: JSONValue = ["name": "process_name", "ph": "M", "pid": 1, "args": ["name": .string(title)]]
    return ["displayTimeUnit": "ms", "traceEvents": .array([name] + complete)]
  }
}

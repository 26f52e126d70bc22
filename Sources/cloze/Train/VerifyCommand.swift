import ArgumentParser
import Glibc
import JSON
import Pipelines

/// `cloze verify`: the promise about bits, checked on the user's own pipeline and machine.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check on your own pipeline that workers and kills change no bit.",
    discussion: """
      Trains a shortened copy three times: with one worker, with several, and with processes killed in a step, an update \
      and a save; then compares checkpoints and metrics. Works in a temporary folder and touches no run. Exit code 0 if \
      all bits are the same, 71 otherwise.

        cloze verify letters-bert.yaml
      """)

  @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
  var pipeline: String
  @Option(help: "Steps of the shortened run.")
  var steps = 24
  @Option(help: ArgumentHelp("The folder for the temporary runs.", valueName: "folder"), completion: .directory)
  var checkpoints = "checkpoints"
  @OptionGroup var changes: PipelineChanges
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if steps < 8 { throw ValidationError("--steps must be at least 8, not \(steps)") }
  }

  func run() throws {
    let (file, _) = try changes.load(pipeline)
    let verification = try Verification(
      file, path: pipeline, overrides: changes.settings, checkpoints: checkpoints, steps: steps)
    var findings: [Verification.Finding] = []
    let isGood = try verification.run { finding in
      findings.append(finding)
      if !report.json { try? write(finding) }
    }
    if report.json {
      try Console.report(
        .array(
          findings.map { ["what": .string($0.what), "outcome": .string($0.outcome), "is_good": .bool($0.isGood)] }))
    }
    guard isGood else { throw UserError("the bits are not the same: see the lines above", .suspect) }
  }

  private func write(_ finding: Verification.Finding) throws {
    let what = finding.what.padded(to: 42)
    try Console.line("\(finding.isGood ? "✓" : "✗") \(what)\(finding.outcome)")
    try Console.flush()
  }
}

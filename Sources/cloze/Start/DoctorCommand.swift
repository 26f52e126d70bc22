import ArgumentParser
import Glibc
import JSON
import Pipelines

/// Whether this machine is ready.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look at this machine: processor, BLAS, memory, disk, clock.",
    discussion: "Takes about two seconds. Exit code 0 unless something prevents a run.")

  @Option(help: ArgumentHelp("The folder that is to hold run folders.", valueName: "folder"), completion: .directory)
  var checkpoints = "checkpoints"
  @OptionGroup var report: ReportOptions

  func run() throws {
    let doctor = Doctor(checkpoints: checkpoints)
    if report.json {
      try Console.report(doctor.json)
    } else {
      for finding in doctor.findings { try write(finding) }
      let warnings = doctor.findings.count { $0.grade == .warning }
      if doctor.isReady {
        Console.talk(warnings == 0 ? "ready" : "ready; \(Figures.count(warnings, "warning"))")
      }
    }
    if let failure = doctor.findings.first(where: { $0.grade == .failure }) {
      let error = UserError(failure.text, .cannotCreate)
      throw failure.action.map { error.action($0) } ?? error
    }
  }

  private func write(_ finding: Doctor.Finding) throws {
    let mark =
      switch finding.grade {
      case .ok: "✓"
      case .warning: "!"
      case .failure: "✗"
      }
    let name = finding.name.padded(to: 11)
    try Console.line("\(mark) \(name)\(finding.text)")
    if let action = finding.action { try Console.line("  \(String(repeating: " ", count: 11))→ \(action)") }
  }
}

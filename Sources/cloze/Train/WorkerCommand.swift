import ArgumentParser
import Glibc
import Pipelines

/// A process of a run, started by `cloze run`; of no use to people.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: WorkerCall.command, abstract: "A process of a run; started by cloze run.", shouldDisplay: false)

  @Option var rank: Int?
  @Option var parent: Int32
  @Option var memory: Int32
  @Option var job: Int32

  func run() {
    Glibc.exit(PretrainWorker.serve(WorkerCall(rank: rank, parent: parent, memory: memory, job: job)))
  }
}

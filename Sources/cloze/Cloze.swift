import ArgumentParser
import CSystem
import Pipelines

/// The program.
@main
struct Cloze: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cloze",
    abstract: "Pretrains, fine-tunes and uses language models on your own text, on CPUs.",
    discussion: """
      A MODEL is a run folder (its best step), a step in it, RUN/finetune/NAME (its best seed), or any Hugging Face \
      folder. Results go to standard output, talk to standard error; - is standard input.

      CLOZE_CPU=avx2 (or baseline, avx512) computes as a processor of that level does, so that unlike machines give the \
      same bits.

      Exit codes: 0 done, 10 stopped with everything saved, 64 usage, 65 bad data, 66 no valid checkpoint, 69 locked, \
      70 our fault, 71 bits differ, 73 cannot create output, 74 input or output, 75 try again, 76 diverged, 77 refused, \
      78 does not match.
      """,
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Start", subcommands: [InitCommand.self, DoctorCommand.self, PlanCommand.self, HelpCommand.self]),
      CommandGroup(
        name: "Train", subcommands: [RunCommand.self, StatusCommand.self, BatchCommand.self, VerifyCommand.self]),
      CommandGroup(
        name: "Use",
        subcommands: [Predict.self, Embed.self, FillMask.self, Generate.self, Evaluate.self, Finetune.self]),
      CommandGroup(name: "Prepare", subcommands: [CorpusCommand.self, TokenizerCommand.self]),
      CommandGroup(name: "Models", subcommands: [ModelCommand.self]),
      CommandGroup(name: "Inside", subcommands: [WorkerCommand.self]),
    ])

  static func main() {
    cs_set_umask(0o077)
    // A reader that went away and a file that may not grow are seen by the write itself.
    _ = cs_ignore_signal(cs_signal_pipe())
    _ = cs_ignore_signal(cs_signal_file_size())
    do {
      try Machine.chooseLevel()
      var command = try parseAsRoot()
      try command.run()
      try Console.flush()
    } catch {
      Failure.end(error)
    }
  }
}

import ArgumentParser
import DurableFiles
import Pipelines

/// The text on which a run's models are judged.
struct CorpusHeldOut: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "held-out", abstract: "Print the documents that a run has set aside; this prints your text.",
    discussion: """
      One document after the other, a blank line between them: for other models, or for a compressor to compare with.

        cloze corpus held-out checkpoints/letters-gpt | xz -9 | wc -c
      """)

  @Argument(help: ArgumentHelp("A run folder.", valueName: "run"), completion: .directory)
  var folder: String

  func run() throws {
    var isFirst = true
    try HeldOutText(RunFolder(folder)).read { text in
      if !isFirst { try Console.line("") }
      isFirst = false
      try Console.line(text)
    }
  }
}

import ArgumentParser
import Pipelines

/// Help on the program, on a command, or on a key of a pipeline file.
struct HelpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "help", abstract: "Explain a command, or a key of a pipeline file.",
    discussion: """
        cloze help                   all commands
        cloze help learning_rate     a key: what it means, its default, and whether it may change in a run
        cloze help pretrain          all keys of a group
        cloze help pipeline          all keys
        cloze help corpus inspect    a command
      """)

  @Argument(help: "A key of a pipeline file, or a command.")
  var words: [String] = []

  func run() throws {
    if words.isEmpty { return try Console.line(Cloze.helpMessage()) }
    var parts: [String] = []
    if let command = HelpCommand.command(words) {
      parts.append(Cloze.helpMessage(for: command))
    }
    if words.count == 1 { parts += KeyHelp.entries(words[0]) }
    guard parts.isEmpty else { return try Console.line(parts.joined(separator: "\n\n")) }
    if words.count > 1 {
      throw UserError("\(words.joined(separator: " ")) is no command", .usage).action("see them all: cloze help")
    }
    try Console.line(KeyHelp.text(words[0]))
  }

  /// The command that some words name.
  private static func command(_ words: [String]) -> (any ParsableCommand.Type)? {
    var found: any ParsableCommand.Type = Cloze.self
    for word in words {
      let configuration = found.configuration
      let all = configuration.subcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
      guard let next = all.first(where: { name(of: $0) == word }) else { return nil }
      found = next
    }
    return found
  }

  private static func name(of command: any ParsableCommand.Type) -> String {
    command.configuration.commandName ?? command._commandName
  }
}

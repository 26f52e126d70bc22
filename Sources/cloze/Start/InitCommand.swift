import ArgumentParser
import DurableFiles
import FoundationEssentials
import Glibc
import JSON
import Models
import Pipelines
import Shards
import Tensors

/// A first pipeline file.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Look at your text and this machine, and write a pipeline file.",
    discussion: """
        cloze init --text letters/
        cloze init --text "letters/*.jsonl.zst" --for gpt --budget 24h --output letters-gpt.yaml
      """)

  /// What the network is to be for.
  enum Family: String, ExpressibleByArgument, CaseIterable { case bert, gpt }

  @Option(
    parsing: .upToNextOption, help: "Files, folders or globs: .txt .jsonl .csv .tsv, plain or .gz .lz4 .zst.",
    completion: .file())
  var text: [String]
  @Option(name: .customLong("for"), help: "bert understands text, gpt writes it.")
  var family = Family.bert
  @Option(
    name: .shortAndLong, help: "The file to write; NAME.yaml if not given, - for standard output.", completion: .file())
  var output: String?
  @Option(help: "The run's name; made of the text's folder if not given.")
  var name: String?
  @Option(help: "JSONL key or column of the text; guessed if not given.")
  var column: String?
  @Option(help: "How long pretraining may take, such as 90m, 8h or 3d.")
  var budget = "8h"
  @Flag(help: "Write over an existing file.")
  var force = false
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if text.isEmpty { throw ValidationError("--text wants files or folders") }
    if TimeSpan(text: budget) == nil { throw ValidationError("--budget wants \(TimeSpan.wanted), not \(budget)") }
  }

  func run() throws {
    guard let span = TimeSpan(text: budget) else { return }
    Machine.start(threads: Machine.processorCount)
    let target = output ?? name.map { "\($0).yaml" }
    if let target { try checkFree(target) }
    let precision = Precision.bfloat16.here
    let starter = try StarterPipeline(
      StarterPipeline.Wishes(
        text: text.map(placed), family: family == .gpt ? .gpt2 : .bert, name: name, column: column, budget: span),
      precision: precision, gigaflops: Machine.peak(precision))
    let path = target ?? "\(starter.name).yaml"
    let problems = PipelineFile(Array(starter.text.utf8), path: path).problems
    if !problems.isEmpty { throw UserError.pipeline(path, problems) }
    if path == "-" {
      try Console.write(starter.text)
    } else {
      try checkFree(path)
      try DurableFile.replace(path, Array(starter.text.utf8))
    }
    if report.json, path != "-" { return try Console.report(starter.json) }
    tell(starter, path)
  }

  /// Paths of the file start from its folder: elsewhere than here, the text's are made absolute.
  private func placed(_ path: String) -> String {
    guard let output, output.contains("/"), !path.hasPrefix("/"), !path.hasPrefix("~/") else { return path }
    return Paths.join(FileManager.default.currentDirectoryPath, path)
  }

  private func checkFree(_ path: String) throws {
    guard path != "-", !force, try RealFileSystem().status(path, followingLinks: false) != nil else { return }
    throw UserError("\(path) exists already; it is left as it is", .cannotCreate)
      .action("choose another with --output, or write over it with --force")
  }

  private func tell(_ starter: StarterPipeline, _ path: String) {
    let sample = starter.sample
    let about = sample.isExact ? "" : "about "
    var files: [String: Int] = [:]
    for shard in sample.set.shards { files[".\(shard.format.rawValue)\(shard.codec.pathExtension)", default: 0] += 1 }
    let kinds = files.sorted { $0.key < $1.key }.map { "\(Figures.count($0.value)) \($0.key)" }.joined(separator: ", ")
    Console.talk("files      \(kinds) · \(Figures.bytes(Int(clamping: sample.fileBytes)))")
    let documents = Int(sample.documentCount)
    Console.talk(
      "text       \(about)\(Figures.bytes(Int(sample.textBytes)))"
        + " · \(about)\(Figures.short(documents)) \(Figures.noun(documents, "document"))"
        + " · about \(Figures.short(Int(starter.tokens))) tokens (\(Figures.fixed(starter.bytesPerToken, 2)) bytes each)"
    )
    if case .name(let key) = starter.guess.text, sample.set.shards.contains(where: { $0.format != .txt }) {
      let others = starter.guess.otherColumns.prefix(8).joined(separator: ", ")
      Console.talk("column     \(key)" + (others.isEmpty ? "" : " (others: \(others))"))
    }
    if !starter.guess.reason.isEmpty {
      Console.talk("document   \(starter.guess.document.rawValue): \(starter.guess.reason)")
    }
    Console.talk(starter.leftOutCount, "file", "of other formats beside the text left out")
    let letters = sample.letters.shares.prefix(4).map { "\($0.script.rawValue) \(Figures.percent($0.share))" }
    Console.talk("letters    \(letters.joined(separator: ", "))")
    Console.talk(sample.badRecordCount, "bad record", "in the sample: the file says on_bad_record: skip")
    Console.talk(sample.damagedCount, "damaged shard", "in the sample")
    Console.talk(
      "choice     \(starter.choice.preset.rawValue), \(Figures.short(starter.choice.parameters)) parameters,"
        + " vocabulary \(Figures.count(starter.choice.vocabularySize)); about"
        + " \(Figures.fixed(starter.choice.passes, 1)) passes in \(budget)")
    if starter.choice.passes > 40, let span = TimeSpan(text: budget) {
      let minutes = max(1, (span.seconds * 40 / starter.choice.passes / 60).rounded())
      let enough = TimeSpan(seconds: 60 * minutes).setting.string ?? budget
      Console.talk("note: passes beyond 40 teach next to nothing; --budget \(enough) is enough, or bring more text")
    }
    guard path != "-" else { return }
    Console.talk(
      "→ \(path)\n\nnext:  cloze plan \(path)     what it costs, and what you can afford\n       cloze run \(path)")
  }
}

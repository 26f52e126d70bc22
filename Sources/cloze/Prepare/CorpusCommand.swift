import ArgumentParser
import JSON
import Pipelines
import Shards

/// Text shards.
struct CorpusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "corpus", abstract: "Look at text shards, or make a sample of them.",
    subcommands: [CorpusInspect.self, CorpusHeldOut.self, CorpusSynthesize.self])
}

/// What is in some shards.
struct CorpusInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Count documents, bytes and bad records of shards.",
    discussion: """
      Reads everything once. Shows no text unless --show asks for some documents.

        cloze corpus inspect "letters/*.jsonl.zst" --text body --on-bad-record skip
      """)

  @Argument(help: "Files, folders or globs: .txt .jsonl .csv .tsv, plain or .gz .lz4 .zst.", completion: .file())
  var shards: [String]
  @Option(help: ArgumentHelp("JSONL key or column that holds the text.", valueName: "column"))
  var text = "text"
  @Option(help: "For .txt: what a document is, blank_line, line or file.")
  var document = "blank_line"
  @Option(help: "Bad records: fail, skip or repair.")
  var onBadRecord = "skip"
  @Option(help: "Damaged shards: fail or skip.")
  var onBadShard = "skip"
  @Option(help: "Print the first so many documents of each shard as JSON; this shows text.")
  var show = 0
  @OptionGroup var report: ReportOptions
  @OptionGroup var machine: MachineOptions

  func validate() throws {
    if shards.isEmpty { throw ValidationError("name at least one shard") }
    if DocumentRule(rawValue: document) == nil {
      throw ValidationError("--document must be blank_line, line or file, not \(document)")
    }
    if Shards.BadRecordPolicy(rawValue: onBadRecord) == nil {
      throw ValidationError("--on-bad-record must be fail, skip or repair, not \(onBadRecord)")
    }
    if Shards.BadShardPolicy(rawValue: onBadShard) == nil {
      throw ValidationError("--on-bad-shard must be fail or skip, not \(onBadShard)")
    }
    if show < 0 { throw ValidationError("--show must be 0 or more") }
  }

  func run() throws {
    var source = CorpusSource(shards: shards, text: text)
    source.document = DocumentRule(rawValue: document) ?? .blankLine
    source.onBadRecord = Shards.BadRecordPolicy(rawValue: onBadRecord) ?? .skip
    source.onBadShard = Shards.BadShardPolicy(rawValue: onBadShard) ?? .skip
    let set = try ShardSet(resolving: source)
    if show > 0 { return try showDocuments(set, source) }
    let (index, found) = try ShardIndex.build(set, source: source, workers: machine.threads ?? Machine.processorCount)
    guard report.json else { return try write(index, found) }
    try Console.report([
      "shards": JSONValue(index.entries.count), "bytes": JSONValue(index.bytes),
      "documents": JSONValue(index.documents), "text_bytes": JSONValue(index.textBytes),
      "skipped": JSONValue(index.skippedCount), "repaired": JSONValue(index.repairedCount),
      "sha256": .string(index.fingerprint), "report": found.json, "index": index.json,
    ])
  }

  private func write(_ index: ShardIndex, _ found: CorpusReport) throws {
    let lengths = found.lengths
    try Console.line("shards     \(Figures.count(index.entries.count)), \(Figures.bytes(Int(clamping: index.bytes)))")
    try Console.line("documents  \(Figures.count(index.documents))")
    try Console.line("text       \(Figures.bytes(Int(clamping: index.textBytes)))")
    try Console.line(
      "lengths    least \(Figures.count(lengths.minimum)), median \(Figures.count(lengths.percentile(0.5))), "
        + "95 % \(Figures.count(lengths.percentile(0.95))), most \(Figures.count(lengths.maximum)) bytes")
    try Console.line(
      "bad        \(Figures.count(index.skippedCount)) skipped, \(Figures.count(index.repairedCount)) repaired")
    for (shard, issues) in found.issues {
      for place in issues.places.prefix(5) {
        try Console.line(
          "  \(shard): \(place.kind) in record \(place.record) (line \(place.line), byte \(place.offset))")
      }
    }
    for damage in found.damages { try Console.line("  given up: \(damage)") }
  }

  private func showDocuments(_ set: ShardSet, _ source: CorpusSource) throws {
    for (place, shard) in set.shards.enumerated() {
      let reader = try DocumentReader(shard, index: place, source: source, readAhead: 0)
      for _ in 0..<show {
        guard let document = try reader.next() else { break }
        try Console.line(
          ["shard": .string(shard.name), "ordinal": JSONValue(document.ordinal), "text": .string(document.text)]
            as JSONValue)
      }
    }
  }
}

/// Writes the bundled sample.
struct CorpusSynthesize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize",
    abstract: "Write the sample: stories in plain English whose true probabilities are known.",
    discussion: """
      Leaves stories-000.txt.gz, … and a labeled task, task-train.tsv and task-test.tsv (columns text and label).
      The same numbers give the same bytes.

        cloze corpus synthesize data/sample --documents 20000
      """)

  @Argument(help: "The folder to write to.", completion: .directory)
  var folder: String
  @Option(help: "How many stories.")
  var documents = 20_000
  @Option(help: "Labeled rows to learn from; a quarter as many to test on.")
  var taskRows = 4_000
  @Option(help: "The seed.")
  var seed: UInt64 = 1

  func validate() throws {
    if !(1...10_000_000).contains(documents) { throw ValidationError("--documents must be from 1 to 10,000,000") }
    if !(0...1_000_000).contains(taskRows) { throw ValidationError("--task-rows must be from 0 to 1,000,000") }
  }

  func run() throws {
    try SampleFiles.write(folder, documents: documents, taskRows: taskRows, seed: seed)
    Console.talk(
      "\(Figures.count(documents, "story", plural: "stories")) and "
        + "\(Figures.count(taskRows + taskRows / 4, "labeled row")) → \(folder)")
  }
}

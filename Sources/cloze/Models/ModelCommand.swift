import ArgumentParser
import Checkpoints
import Embeddings
import JSON
import Models
import NN
import Pipelines
import Tensors
import Tokenizers

/// Models as files.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Look at models, compare, import, export and probe them.",
    subcommands: [
      ModelInspect.self, ModelCompare.self, ModelImport.self, ModelExportCommand.self, ModelProbeCommand.self,
    ])
}

/// What a model is.
struct ModelInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show a model's architecture, sizes, labels and tensors.")

  @OptionGroup var model: ModelArgument
  @Flag(help: "List every tensor.")
  var tensors = false
  @OptionGroup var report: ReportOptions

  func run() throws {
    let loaded = try ModelReference.load(model.model)
    let extents = loaded.model.extents
    let all = PublishedTensor.all(of: loaded.model, in: loaded.store, from: loaded.store.memory.values)
    guard !report.json else {
      return try Console.report([
        "folder": .string(loaded.folder), "architecture": .string(loaded.model.architecture),
        "parameters": JSONValue(loaded.store.parameterCount), "config": .object(loaded.model.json),
        "labels": .array(loaded.model.labels.map { .string($0) }),
        "tokenizer": loaded.tokenizer.map { .string($0.kind.rawValue) } ?? .null,
        "finite": .bool(loaded.store.memory.values.isFinite),
        "tensors": .array(
          all.map { ["name": .string($0.name), "shape": .array($0.shape.map { JSONValue($0) })] as JSONValue }),
      ])
    }
    try Console.line("folder        \(loaded.folder)")
    try Console.line("architecture  \(loaded.model.architecture)")
    try Console.line("parameters    \(Figures.count(loaded.store.parameterCount))")
    try Console.line("layers        \(extents.layerCount) × \(extents.width)")
    try Console.line("vocabulary    \(Figures.count(extents.vocabularySize))")
    try Console.line("longest text  \(Figures.count(extents.maximumLength)) tokens")
    if !loaded.model.labels.isEmpty { try Console.line("labels        \(loaded.model.labels.joined(separator: ", "))") }
    try Console.line("tokenizer     \(loaded.tokenizer?.kind.rawValue ?? "none")")
    if !loaded.store.memory.values.isFinite { try Console.line("WARNING       some weights are not finite") }
    guard tensors else { return }
    for tensor in all {
      try Console.line("\(tensor.shape.map(String.init).joined(separator: " × "))\t\(tensor.name)")
    }
  }
}

/// How two models differ.
struct ModelCompare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compare two models: weights tensor by tensor, and outputs on the same ids.")

  @Argument(help: "The first model.", completion: .directory)
  var first: String
  @Argument(help: "The second model.", completion: .directory)
  var second: String
  @Option(help: "Ids to compare on, as for model probe; random ones if not given.", completion: .file())
  var inputs: String?
  @OptionGroup var report: ReportOptions
  @OptionGroup var machine: MachineOptions

  func run() throws {
    machine.start()
    let input = try inputs.map { try PaddedBatch(safetensors: $0) }
    let result = try ModelComparison(ModelReference.load(first), ModelReference.load(second), input: input)
    guard !report.json else { return try Console.report(result.json) }
    for name in result.onlyFirst { try Console.line("only in the first    \(name)") }
    for name in result.onlySecond { try Console.line("only in the second   \(name)") }
    let differing = result.tensors.filter { $0.largest != 0 }
    let shared = Figures.count(result.tensors.count, "shared tensor")
    try Console.line("\(result.tensors.count - differing.count) of \(shared) with the same bits")
    for tensor in differing { try Console.line(ModelCompare.text(tensor)) }
    try Console.line("outputs on the same ids, largest difference and largest value:")
    for output in result.outputs { try Console.line(ModelCompare.text(output)) }
  }

  private static func text(_ difference: ModelComparison.Difference) -> String {
    guard let largest = difference.largest else { return "  other shape          \(difference.name)" }
    let number = Figures.scientific(largest, digits: 2)
    let scale = Figures.scientific(difference.scale, digits: 2)
    return "  \(number)  of  \(scale)   \(difference.name)"
  }
}

/// A folder of somebody else in today's form.
struct ModelImport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Read any Hugging Face folder of a known model and write it in today's form.",
    discussion: """
      Accepts old tensor names, float16 and bfloat16, several shards, tied weights written twice and buffers; writes \
      float32 with today's names. Pickle files are refused, with the way to convert them.
      """)

  @Argument(help: "A Hugging Face folder.", completion: .directory)
  var source: String
  @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
  var output: String

  func run() throws {
    let loaded = try ModelReference.load(source)
    try ModelExport.write(ModelWriter.files(loaded), to: output)
    Console.talk(
      "\(loaded.model.architecture), \(Figures.count(loaded.store.parameterCount)) parameters → \(output)")
    if loaded.tokenizer == nil { Console.talk("note: \(source) holds no tokenizer") }
  }
}

/// A model for other tools.
struct ModelExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a model as a folder for other tools.",
    discussion: """
        cloze model export checkpoints/letters --format sentence-transformers --output letters-vectors
      """)

  /// Formats to write.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case huggingFace = "hugging-face"
    case sentenceTransformers = "sentence-transformers"
  }

  @OptionGroup var model: ModelArgument
  @Option(help: "hugging-face or sentence-transformers.")
  var format = Format.huggingFace
  @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
  var output: String
  @Flag(help: "Hugging Face: write tied weights once for each of their names.")
  var untied = false
  @Option(help: "sentence-transformers: cls, mean or max.")
  var pooling = Pooling.mean
  @Flag(inversion: .prefixedNo, help: "sentence-transformers: divide vectors by their length.")
  var normalize = true
  @Option(help: "sentence-transformers: the longest input in tokens.")
  var maxLength: Int?

  func validate() throws {
    if untied, format != .huggingFace { throw ValidationError("--untied goes with --format hugging-face") }
    if let maxLength, maxLength < 1 { throw ValidationError("--max-length must be at least 1") }
  }

  func run() throws {
    let loaded = try ModelReference.load(model.model)
    let files =
      switch format {
      case .huggingFace: try untied ? ModelExport.untiedFiles(loaded) : ModelWriter.files(loaded)
      case .sentenceTransformers:
        try SentenceTransformersFolder.files(
          loaded, pooling: pooling, normalizes: normalize, maximumLength: maxLength)
      }
    try ModelExport.write(files, to: output)
    Console.talk("\(loaded.model.architecture) as \(format.rawValue) → \(output)")
  }
}

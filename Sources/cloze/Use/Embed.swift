import ArgumentParser
import Checkpoints
import Embeddings
import FineTuning
import JSON
import Pipelines
import Tensors

extension VectorFormat: ExpressibleByArgument {}

/// Vectors for texts.
struct Embed: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn texts into vectors.",
    discussion: """
      Without --output prints a JSON object per row; with it writes the file, whose extension tells the format. Rows keep \
      their ids: a key in .jsonl, the tensors ids and id_offsets in .safetensors, NAME.ids.txt beside .npy. Without --id \
      a row's id is its number from 0.

        cloze embed checkpoints/letters letters.tsv --text body --id number --normalize --output letters.npy
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var rows: RowOptions
  @Option(help: "How a text's token vectors become one: cls, mean or max.")
  var pooling = Pooling.mean
  @Option(
    parsing: .unconditional,
    help: "The layer to read: 0 the embeddings, 1 and up a layer's output, -1 the last.")
  var layer = -1
  @Flag(help: "Divide every vector by its length.")
  var normalize = false
  @Option(help: "Cut texts at so many tokens; the model's limit if not given.")
  var maxLength: Int?
  @Option(help: "npy, jsonl or safetensors; told by the output's extension if not given.")
  var format: VectorFormat?
  @Option(name: .shortAndLong, help: "The file to write.", completion: .file())
  var output: String?
  @OptionGroup var products: ProductOptions
  @OptionGroup var machine: MachineOptions

  func validate() throws {
    if output == nil, let format, format != .jsonl {
      throw ValidationError("--format \(format.rawValue) needs --output")
    }
  }

  func run() throws {
    machine.start()
    var configuration = EmbeddingConfiguration()
    (configuration.pooling, configuration.layer, configuration.normalizes) = (pooling, layer, normalize)
    (configuration.maximumLength, configuration.precision) = (maxLength, products.precision)
    var embedder = try Embedder(ModelReference.load(model.model), configuration)
    let input = try TextInput(rows.file, columns: rows.columns())
    let file = try output.map { try VectorFile($0, format: chosenFormat($0), width: embedder.width) }
    var count = 0
    while true {
      let batch = try input.next(input.isTyped ? 1 : 256)
      if batch.isEmpty { break }
      for (row, vector) in zip(batch, embedder.vectors(batch.map(\.text))) {
        let id = VectorFile.name(id: row.id, row: count)
        if let file { try file.append(vector, name: id) } else { try Console.write(VectorFile.line(vector, name: id)) }
        count += 1
      }
      if input.isTyped { try Console.flush() }
    }
    try file?.finish()
    if let output { Console.talk("\(Figures.count(count, "vector")) of \(embedder.width) numbers → \(output)") }
    Console.talk(embedder.cutCount, "text", "cut: longer than \(embedder.maximumLength) tokens")
    Console.talk(input.repairedCount, "line", "repaired: not UTF-8")
  }

  private func chosenFormat(_ path: String) throws -> VectorFormat {
    if let format { return format }
    guard let found = VectorFormat.allCases.first(where: { path.hasSuffix(".\($0.rawValue)") }) else {
      throw UserError("\(path) has none of the extensions .npy, .jsonl and .safetensors", .usage)
        .action("name the file so, or give --format")
    }
    return found
  }
}

import Checkpoints
import DurableFiles
import Embeddings
import FineTuning
import JSON
import Tensors

/// Turns the texts of a table into vectors with the pretrained model.
struct EmbedStage: Stage {
  let settings: EmbedSettings
  private static let rowsAtOnce = 64

  var name: String { "embed \(settings.name)" }

  private func path(_ context: RunContext) -> String {
    context.folder.export("\(settings.name).\(settings.format.rawValue)")
  }

  func fingerprint(_ context: RunContext) throws -> String {
    let weights = context.record.stages["pretrain"]?.figures["weights_sha256"]?.string ?? ""
    return YAMLWriter.flow(settings.settings()) + " " + weights
  }

  func isIntact(_ context: RunContext) throws -> Bool { try context.folder.exists(path(context)) }

  func run(_ context: RunContext) throws -> StageResult {
    var configuration = EmbeddingConfiguration()
    configuration.pooling = Tensors.Pooling(rawValue: settings.pooling.rawValue) ?? .mean
    configuration.layer = settings.layer
    configuration.normalizes = settings.normalize
    var embedder = try Embedder(try FinetuneStage.base(context), configuration)
    let columns = TableColumns(text: settings.text.table, id: settings.id?.table, hasHeader: settings.hasHeader)
    let table = try LabeledTable(settings.input.path, columns: columns)
    try context.folder.fileSystem.makeFolders(Paths.parent(of: path(context)))
    let file = try VectorFile(
      path(context), format: VectorFormat(rawValue: settings.format.rawValue) ?? .npy, width: embedder.width,
      fileSystem: context.folder.fileSystem)
    var rows: [TextRow] = []
    func write() throws {
      for (row, vector) in zip(rows, embedder.vectors(rows.map(\.text))) {
        try file.append(vector, name: VectorFile.name(id: row.id, row: file.rows))
      }
      rows = []
      context.tell(.advanced(stage: name, done: file.rows, total: nil, unit: Figures.noun(file.rows, "text")))
      if context.shouldStop { throw StoppedOnRequest(standing: "in \(name), which begins anew") }
    }
    while let row = try table.next() {
      rows.append(row)
      if rows.count == EmbedStage.rowsAtOnce { try write() }
    }
    try write()
    try file.finish()
    return StageResult(
      summary: "\(Figures.count(file.rows)) × \(embedder.width) → exports/\(Paths.name(of: path(context)))")
  }
}

import Checkpoints
import Digests
import DurableFiles
import Embeddings
import JSON
import Models

/// Writes the pretrained model as folders for other tools.
struct ExportStage: Stage {
  let name = "export"
  let kinds: [ExportKind]

  func fingerprint(_ context: RunContext) throws -> String {
    let weights = context.record.stages["pretrain"]?.figures["weights_sha256"]?.string ?? ""
    return kinds.map(\.rawValue).joined(separator: ",") + " " + weights
  }

  func isIntact(_ context: RunContext) throws -> Bool {
    try kinds.allSatisfy { try context.folder.exists(Paths.join(context.folder.export($0.rawValue), "config.json")) }
  }

  func run(_ context: RunContext) throws -> StageResult {
    let loaded = try ModelReader.load(try ModelReference.folder(context.folder.path))
    for kind in kinds {
      let files =
        switch kind {
        case .huggingFace: try ModelWriter.files(loaded)
        case .sentenceTransformers: try SentenceTransformersFolder.files(loaded)
        }
      try FolderWriter.replace(context.folder.export(kind.rawValue), files, fileSystem: context.folder.fileSystem)
    }
    return StageResult(summary: kinds.map { "exports/\($0.rawValue)" }.joined(separator: " · "))
  }
}

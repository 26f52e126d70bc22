import Checkpoints
import DurableFiles
import JSON
import NN
import Optimizers
import Safetensors
import Tensors

/// The `state/` of a checkpoint: what a run needs to go on, beside the model's own files.
public struct RunState: Sendable, Equatable {
  /// Where the run is.
  public var progress: RunProgress
  /// The canonical form of every key that shapes the bits.
  public var frozen: JSONObject
  /// The numbers that the first start froze, such as the stop step.
  public var plan: JSONObject
  /// The CPU level whose bits the parameters have.
  public var numerics: String

  /// A state.
  public init(progress: RunProgress, frozen: JSONObject, plan: JSONObject, numerics: String) {
    self.progress = progress
    self.frozen = frozen
    self.plan = plan
    self.numerics = numerics
  }

  static let stateName = "state/state.json"
  static let momentsName = "state/optimizer.safetensors"
  private static let schema = 1
  private static let byteLimit = 64 << 20

  /// The files of `state/`.
  public func files(_ store: ParameterStore, _ optimizer: AdamW) throws -> [FolderFile] {
    [
      FolderFile(RunState.stateName, text: JSONValue.object(json()).text(pretty: true) + "\n"),
      try RunState.moments(store, optimizer),
    ]
  }

  private func json() -> JSONObject {
    var json = JSONObject([
      ("schema", .integer(Int64(RunState.schema))),
      ("bits_contract", .integer(1)),
      ("step", .integer(Int64(progress.step))),
      ("updates", .integer(Int64(progress.updateCount))),
      ("tokens", .integer(Int64(progress.tokenCount))),
      ("best_loss", progress.bestLoss.map { .number($0) } ?? .null),
      ("best_step", progress.bestStep.map { .integer(Int64($0)) } ?? .null),
      ("gradient_norms", .array(progress.norms.list.map { .number($0) })),
      ("numerics", .string(numerics)),
      ("plan", .object(plan)),
      ("frozen", .object(frozen)),
    ])
    if progress.extraordinaryInARow > 0 { json["extraordinary_in_a_row"] = JSONValue(progress.extraordinaryInARow) }
    return json
  }

  /// Both moments of every parameter, named by path.
  private static func moments(_ store: ParameterStore, _ optimizer: AdamW) throws -> FolderFile {
    let slabs = [("first_moment", optimizer.firstMoment), ("second_moment", optimizer.secondMoment)]
    var sources: [String: (slab: Slab, range: Range<Int>)] = [:]
    var tensors: [SafetensorsTensor] = []
    for entry in store.entries {
      for (kind, slab) in slabs {
        let name = "\(entry.path).\(kind)"
        sources[name] = (slab, entry.range)
        tensors.append(SafetensorsTensor(name: name, dtype: .float32, shape: entry.parameter.shape.list))
      }
    }
    let writer = try SafetensorsWriter(tensors)
    return FolderFile(momentsName) { sink in
      try writer.write(to: sink) { entry, send in
        guard let source = sources[entry.name] else { return }
        try source.slab.withFloats(source.range) { floats in try send(UnsafeRawBufferPointer(floats)) }
      }
    }
  }

  /// Reads the state of the checkpoint in `folder`, and fills the optimizer's moments if one is given.
  public static func load(
    _ folder: String, into optimizer: AdamW? = nil, of store: ParameterStore? = nil,
    fileSystem: any FileSystem = RealFileSystem()
  ) throws -> RunState {
    let path = Paths.join(folder, stateName)
    let bytes = try fileSystem.readBounded(path, limit: byteLimit)
    let json: JSONValue
    do { json = try JSONValue.parse(bytes) } catch {
      throw TrainingError.state(file: path, cause: "is not JSON: \(error)")
    }
    guard json["schema"]?.int == schema else {
      throw TrainingError.state(file: path, cause: "has schema \(json["schema"]?.int ?? 0); this Cloze knows \(schema)")
    }
    var progress = RunProgress()
    guard let step = json["step"]?.int, let updates = json["updates"]?.int, let tokens = json["tokens"]?.int,
      let numerics = json["numerics"]?.string, let frozen = json["frozen"]?.object, let plan = json["plan"]?.object,
      step >= 0, updates >= 0
    else { throw TrainingError.state(file: path, cause: "lacks step, updates, tokens, numerics, plan or frozen") }
    progress.step = step
    progress.updateCount = updates
    progress.tokenCount = tokens
    progress.bestLoss = json["best_loss"]?.double
    progress.bestStep = json["best_step"]?.int
    progress.norms = GradientNorms((json["gradient_norms"]?.array ?? []).compactMap(\.double))
    progress.extraordinaryInARow = json["extraordinary_in_a_row"]?.int ?? 0
    if let optimizer, let store {
      optimizer.updateCount = updates
      try readMoments(Paths.join(folder, momentsName), into: optimizer, of: store, fileSystem: fileSystem)
    }
    return RunState(progress: progress, frozen: frozen, plan: plan, numerics: numerics)
  }

  private static func readMoments(
    _ path: String, into optimizer: AdamW, of store: ParameterStore, fileSystem: any FileSystem
  ) throws {
    let file = try SafetensorsFile.open(path, fileSystem: fileSystem)
    for entry in store.entries {
      for (kind, slab) in [("first_moment", optimizer.firstMoment), ("second_moment", optimizer.secondMoment)] {
        let name = "\(entry.path).\(kind)"
        guard let tensor = file.entry(name), tensor.shape == entry.parameter.shape.list else {
          throw TrainingError.state(file: path, cause: "lacks \(name), or has it in another shape")
        }
        try slab.withFloats(entry.range) { try file.read(name, into: $0) }
      }
    }
  }
}

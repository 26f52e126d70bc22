import ArgumentParser
import Checkpoints
import DurableFiles
import JSON
import Models
import Pipelines
import Safetensors
import Tensors

/// What a model computes for given ids, to prove equality with another framework.
struct ModelProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe", abstract: "Run given ids through a model and write what came out.",
    discussion: """
      Inputs: input_ids, attention_mask, token_type_ids, labels (-100: ignored) [batch, time], next_sentence_label and a \
      classifier's labels [batch]. Outputs: loss, logits (or prediction_logits and seq_relationship_logits), hidden.0 … \
      hidden.L, grad.NAME. Dropout is off.
      """)

  @OptionGroup var model: ModelArgument
  @Option(help: "The ids, as safetensors.", completion: .file(extensions: ["safetensors"]))
  var inputs: String
  @Option(help: "The file for what comes out.", completion: .file(extensions: ["safetensors"]))
  var outputs: String
  @Flag(help: "Also write the gradient of every parameter.")
  var gradients = false
  @Option(help: "Take so many steps of AdamW on the same batch.")
  var adamwSteps = 0
  @Option(help: "AdamW: the learning rate after warm-up.")
  var learningRate = 1e-3
  @Option(help: "AdamW: epsilon.")
  var epsilon = 1e-6
  @Option(help: "AdamW: decay of tensors of two dimensions and more.")
  var weightDecay = 0.01
  @Option(help: "AdamW: the longest gradient; 0 for no limit.")
  var clipNorm = 1.0
  @Option(help: "AdamW: steps of linear warm-up.")
  var warmupSteps = 0
  @Option(help: "The folder for the model after the steps.", completion: .directory)
  var stepped: String?
  @OptionGroup var products: ProductOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var machine: MachineOptions

  func validate() throws {
    if !(0...100_000).contains(adamwSteps) { throw ValidationError("--adamw-steps must be from 0 to 100,000") }
    if stepped != nil, adamwSteps == 0 { throw ValidationError("--stepped needs --adamw-steps") }
    if !(0...100_000).contains(warmupSteps) { throw ValidationError("--warmup-steps must be from 0 to 100,000") }
    for (flag, value) in [
      ("--learning-rate", learningRate), ("--epsilon", epsilon), ("--weight-decay", weightDecay),
      ("--clip-norm", clipNorm),
    ] where !(value >= 0 && value.isFinite) {
      throw ValidationError("\(flag) must be a number from 0")
    }
  }

  func run() throws {
    machine.start()
    let loaded = try ModelReference.load(model.model)
    let input = try PaddedBatch(safetensors: inputs)
    let problems = input.problems(fitting: loaded.model)
    if !problems.isEmpty { throw ProbeError.problems(path: inputs, problems) }
    let probe = ModelProbe(loaded, input, precision: products.precision)
    let results = probe.outputs(gradients: gradients)
    try write(results)
    let losses = adamwSteps > 0 ? try probe.take(steps()) : []
    if let stepped { try ModelExport.write(ModelWriter.files(loaded), to: stepped) }
    let loss = results.first { $0.name == "loss" }?.values.first
    guard report.json else {
      if let loss { try Console.line("loss \(loss)") }
      for (step, loss) in losses.enumerated() { try Console.line("step \(step + 1)  loss \(loss)") }
      return Console.talk("\(Figures.count(results.count, "tensor")) → \(outputs)")
    }
    try Console.report([
      "model": .string(loaded.model.architecture), "outputs": .array(results.map { .string($0.name) }),
      "loss": loss.map { JSONValue($0) } ?? .null, "step_losses": .array(losses.map { .number($0) }),
    ])
  }

  private func steps() -> ModelProbe.Steps {
    ModelProbe.Steps(
      count: adamwSteps, learningRate: learningRate, warmupSteps: warmupSteps, clipNorm: clipNorm == 0 ? nil : clipNorm,
      epsilon: epsilon, weightDecay: weightDecay)
  }

  private func write(_ results: [ModelProbe.Output]) throws {
    let byName = Dictionary(results.map { ($0.name, $0.values) }) { first, _ in first }
    let writer = try SafetensorsWriter(
      results.map { SafetensorsTensor(name: $0.name, dtype: .float32, shape: $0.shape) })
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(clamping: writer.totalBytes))
    try writer.write(to: { bytes += $0 }) { entry, send in
      try (byName[entry.name] ?? []).withUnsafeBytes { try send($0) }
    }
    try DurableFile.replace(outputs, bytes)
  }
}

import JSON
import Models
import NN
import Tensors
import Testing

@testable import Pipelines

@Suite("What plan counts before anything is trained")
struct PlanTests {
  @Test(
    "The tree of M micro-slots holds ⌊log₂ M⌋ slabs of gradients, and one for a single slot",
    arguments: [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (8, 3), (9, 3)])
  func slabs(slots: Int, expected: Int) {
    #expect(MemoryEstimate.gradientSlabs(slots) == expected)
    let memory = MemoryEstimate(slabCount: 1_000, microBatches: slots, activationBytes: 500)
    #expect(memory.total == 24_000 + 4_000 * expected + 500 + memory.rest)
    let rounded = MemoryEstimate(slabCount: 1_000, microBatches: slots, activationBytes: 500, precision: .bfloat16)
    #expect(rounded.total - memory.total == (Precision.bfloat16.here == .bfloat16 ? 4_000 : 0))
  }

  @Test("A dry run counts the parameters that bert-mini's published formula gives, and takes no memory for them")
  func parameters() throws {
    var settings = ModelSettings()
    settings.preset = .bertMini
    let network = try PlannedNetwork(settings, objectives: [.mlm], vocabularySize: 8_192, maximumLength: 128)
    let (v, d, l) = (8_192, 256, 4)
    // Embeddings with their norm, layers, and the head: transform, norm and a bias for each token; tied words once.
    let expected = (v + 512 + 2) * d + 2 * d + l * (12 * d * d + 13 * d) + d * d + d + 2 * d + v
    #expect(network.parameterCount == expected, "\(network.parameterCount)")
    let counts = network.counts(rows: 4, maskingShare: 0.15)
    #expect(counts.slabCount >= expected)
    #expect(counts.activationBytes > 4 * 128 * d * 4 * l)
    let joining = network.counts(rows: 4, maskingShare: 0.15, joining: true)
    let largest = 4 * v * d
    #expect(joining.activationBytes > counts.activationBytes, "a gradient is made beside the sum")
    #expect(joining.activationBytes < counts.activationBytes + largest * 3 / 2)
  }

  @Test("Operations and activations of a dry run grow with the rows")
  func rows() throws {
    var settings = ModelSettings()
    settings.preset = .gptMini
    let network = try PlannedNetwork(settings, objectives: [.clm], vocabularySize: 1_000, maximumLength: 64)
    let (one, four) = (network.counts(rows: 1, maskingShare: 0), network.counts(rows: 4, maskingShare: 0))
    #expect(abs(four.forwardFlops / one.forwardFlops - 4) < 0.01, "\(one) \(four)")
    #expect(four.activationBytes > 2 * one.activationBytes)
  }

  @Test("The recommended preset is the largest that sees 20 tokens for each parameter and fits in memory")
  func recommended() {
    func offer(_ preset: Preset, _ parameters: Int, tokens: Double, passes: Double = 1, memory: Int = 1)
      -> PresetOffer
    {
      PresetOffer(
        preset: preset, parameters: parameters, memoryBytes: memory, tokensPerSecond: 1, isMeasured: true,
        tokens: tokens, passes: passes)
    }
    let tiny = offer(.bertTiny, 1_000, tokens: 90_000)
    let mini = offer(.bertMini, 2_000, tokens: 40_000)
    let small = offer(.bertSmall, 4_000, tokens: 79_999)
    #expect(PresetOffer.recommended([tiny, small, mini], memoryBytes: 10)?.preset == .bertMini)
    #expect(PresetOffer.recommended([small], memoryBytes: 10)?.preset == .bertSmall)
    let large = offer(.bertMedium, 3_000, tokens: 90_000, memory: 11)
    #expect(PresetOffer.recommended([tiny, mini, large], memoryBytes: 10)?.preset == .bertMini)
    // 80 passes teach what 40 do: 30 tokens a parameter count as 15.
    let repeated = offer(.bertSmall, 3_000, tokens: 90_000, passes: 80)
    #expect(repeated.tokensPerParameter == 15)
    #expect(PresetOffer.recommended([tiny, mini, repeated], memoryBytes: 10)?.preset == .bertMini)
    #expect(PresetOffer.recommended([], memoryBytes: 10) == nil)
  }

  @Test("A step is its slots and one update")
  func stepTime() {
    #expect(StepTime(slot: 0.5, update: 0.25).seconds(slots: 4) == 2.25)
  }

  @Test("A plan of the sample corpus needs no shard, and its steps are passes times rows over batch size")
  func plan() throws {
    let yaml = """
      corpus: {shards: nowhere/*.txt.gz, synthesize: {documents: 400}, validation: 0.1}
      tokenizer: {kind: wordpiece, vocab_size: 300}
      model: {preset: bert-tiny, num_hidden_layers: 1, hidden_size: 32, num_attention_heads: 2, intermediate_size: 64}
      pretrain: {max_length: 32, batch_size: 8, micro_batches: 2, epochs: 3}
      """
    let file = PipelineFile(Array(yaml.utf8), path: "p.yaml")
    #expect(file.problems.isEmpty, "\(file.problems)")
    let plan = try PipelinePlan(file.configuration, folder: RunFolder("nowhere"), measuredSeconds: 0.05)
    #expect(plan.corpus.documentCount == 400)
    let perEpoch = Int((plan.corpus.trainingRows / 8).rounded(.up))
    #expect(plan.steps.stepsPerEpoch == perEpoch)
    #expect(plan.steps.steps == 3 * perEpoch)
    #expect(plan.passes == 3)
    #expect(plan.secondsPerStep > 0 && plan.tokensPerSecond > 0)
    #expect(plan.offers.map(\.preset) == [.bertTiny, .bertMini, .bertSmall, .bertMedium, .bertBase])
  }

  @Test("A pipeline without pretraining cannot be planned; one that needs more memory than allowed is refused")
  func refusals() throws {
    var configuration = PipelineConfiguration()
    #expect(code { _ = try PipelinePlan(configuration, folder: RunFolder("nowhere")) } == .usage)
    configuration.corpus.synthesize = SynthesisSettings()
    configuration.corpus.shards = [FilePath("nowhere/*.txt")]
    configuration.model.preset = .bertTiny
    configuration.pretrain = PretrainSettings()
    configuration.pretrain?.maximumSteps = 1
    configuration.machine.memory = ByteCount(bytes: 1_000_000)
    #expect(code { _ = try PipelinePlan(configuration, folder: RunFolder("nowhere")) } == .usage)
  }
}

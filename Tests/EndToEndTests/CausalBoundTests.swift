import Checkpoints
import Datasets
import NN
import Objectives
import Optimizers
import Tensors
import Testing
import Training

@testable import Pipelines

/// No right build knows more than there is to know of the bundled world; one that leaks does, and the report says so.
@Suite(.serialized) struct CausalBoundTests {
  /// Batches of a build that leaks: every place reads what it is to predict.
  private struct LeakingBatches: BatchMaker {
    func batch(_ examples: [Example], for use: BatchUse) -> Batch {
      var batch = CausalBatches().batch(examples, for: use)
      batch.sequences.ids = zip(batch.sequences.ids, batch.targets).map { $1 < 0 ? $0 : $1 }
      return batch
    }
  }

  private static let stories = FreshStories(count: 100, seed: 1)

  @Test func aModelThatReadsWhatItIsToPredictIsBetterThanTheTruth() throws {
    try Toy.with { toy in
      let (setup, context) = try prepared(toy)
      let (right, leaking) = (
        try bound(trained(setup, context, setup.maker), setup, setup.maker),
        try bound(trained(setup, context, LeakingBatches()), setup, LeakingBatches())
      )
      print("ln p(model) − ln p(world): \(right.excess) as it is, \(leaking.excess) with a leak")
      #expect(right.world == leaking.world && right.world < 0)
      #expect(right.holds && right.excess < 0, "\(right)")
      #expect(!leaking.holds && leaking.excess > CausalBound.limit, "\(leaking)")
      #expect(right.sentence.contains("nothing it can't know") && leaking.sentence.contains("BETTER THAN THE TRUTH"))
    }
  }

  /// An untrained network gives every token about the same probability, so its score tells how many were scored.
  @Test func aStoryLongerThanARowIsScoredToItsEnd() throws {
    try Toy.with { toy in
      let (setup, context) = try prepared(toy)
      let untrained = try setup.network(context)
      let whole = try bound(untrained, setup, setup.maker, maximumLength: 512).model
      for length in [1, 7, 64] {
        let cut = try bound(untrained, setup, setup.maker, maximumLength: length).model
        #expect(abs(cut / whole - 1) < 0.02, "\(length): \(cut) and \(whole)")
      }
    }
  }

  /// A small world's corpus and tokenizer, made as a run makes them.
  private func prepared(_ toy: Toy) throws -> (PretrainSetup, RunContext) {
    let pipeline = """
      name: world
      seed: 7
      corpus: {shards: text/*.txt.gz, validation: 0.05, synthesize: {documents: 400, task_rows: 8}}
      tokenizer: {kind: byte_bpe, vocab_size: 400}
      model:
        {model_type: gpt2, n_embd: 32, n_layer: 1, n_head: 2, n_positions: 512, resid_pdrop: 0, embd_pdrop: 0, attn_pdrop: 0}
      pretrain: {objective: [clm], max_length: 64, batch_size: 16, micro_batches: 1, max_steps: 80}
      machine: {threads: 1}
      """
    let file = PipelineFile(Array(pipeline.utf8), path: toy.path("world.yaml"))
    try #require(file.problems.isEmpty, "\(file.problems)")
    var options = RunOptions()
    (options.checkpoints, options.until) = (toy.path("runs"), "tokenizer")
    let runner = PipelineRunner(file, source: Array(pipeline.utf8), options: options)
    let record = try runner.run(observers: [], shouldStop: { false })
    let context = RunContext(
      configuration: file.configuration, places: file.places, base: "", folder: runner.folder, record: record,
      acceptsNumerics: false, verifiesData: false, observers: [], stop: { false })
    return (try PretrainSetup(try #require(file.configuration.pretrain), context), context)
  }

  /// The network after the pipeline's steps on batches of `maker`.
  private func trained(
    _ setup: PretrainSetup, _ context: RunContext, _ maker: any BatchMaker
  ) throws -> LoadedModel {
    let loaded = try setup.network(context)
    let trainer = Trainer(
      objective: try setup.objective(loaded), store: loaded.store, optimizer: setup.optimizer(loaded),
      configuration: StepConfiguration(
        learningRate: 1e-2, schedule: Schedule(.constant, warmupSteps: 0, horizon: 100)),
      source: CorpusSteps(setup.rows, maker: maker, slotCount: setup.settings.microBatches), seed: setup.seed)
    for _ in 0..<(setup.settings.maximumSteps ?? 0) { _ = try trainer.advance() }
    return loaded
  }

  private func bound(
    _ loaded: LoadedModel, _ setup: PretrainSetup, _ maker: any BatchMaker, maximumLength: Int = 64
  ) throws -> CausalBound {
    let model = try #require(loaded.model as? any CausalLanguageModel)
    return try #require(
      CausalBound(
        CausalBoundTests.stories, model: model, tokenizer: setup.tokenizer, maker: maker, maximumLength: maximumLength))
  }
}

import Pipelines
import Testing

/// The tokenizer's training as a stage of a run.
@Suite struct TokenizerStageTests {
  /// Remembers how far the tokenizer's stage said it is.
  private final class Watcher: PipelineObserver {
    var seen: [(done: Int, total: Int?, unit: String)] = []

    func observe(_ event: PipelineEvent) {
      if case .advanced("tokenizer", let done, let total, let unit) = event { seen.append((done, total, unit)) }
    }
  }

  private func runner(_ toy: Toy, _ kind: String) throws -> PipelineRunner {
    let pipeline = """
      name: \(kind)
      seed: 7
      corpus: {shards: text/*.txt.gz, validation: 0.05, synthesize: {documents: 400, task_rows: 8}}
      tokenizer: {kind: \(kind), vocab_size: 700}
      model: {preset: bert-tiny}
      pretrain: {objective: [mlm], max_length: 64, batch_size: 16, max_steps: 1}
      machine: {threads: 1}
      """
    let file = PipelineFile(Array(pipeline.utf8), path: toy.path("\(kind).yaml"))
    try #require(file.problems.isEmpty, "\(file.problems)")
    var options = RunOptions()
    (options.checkpoints, options.until) = (toy.path("runs"), "tokenizer")
    return PipelineRunner(file, source: Array(pipeline.utf8), options: options)
  }

  @Test(arguments: [("wordpiece", "tokens learned"), ("byte_bpe", "tokens learned"), ("unigram", "steps")])
  func learningSaysHowFarItIsAndStopsOnRequest(kind: String, unit: String) throws {
    try Toy.with { toy in
      let stopped = Watcher()
      let error = #expect(throws: StoppedOnRequest.self) {
        try runner(toy, kind).run(observers: [stopped], shouldStop: { stopped.seen.count >= 2 })
      }
      #expect(error?.standing.contains("tokenizer's training") == true)
      #expect(stopped.seen.count == 2 && stopped.seen.allSatisfy { $0.unit == unit }, "\(stopped.seen)")
      #expect(!toy.exists("runs/\(kind)/tokenizer/tokenizer.json"))
      let whole = Watcher()
      _ = try runner(toy, kind).run(observers: [whole], shouldStop: { false })
      #expect(whole.seen.count > 2 && whole.seen.allSatisfy { $0.unit == unit })
      #expect(whole.seen.last.map { $0.done == $0.total || unit == "tokens learned" } == true)
      #expect(toy.exists("runs/\(kind)/tokenizer/tokenizer.json"))
    }
  }
}

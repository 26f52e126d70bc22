import Glibc
import JSON
import Testing

/// The number of processes and threads decides who computes what, never what comes out.
@Suite struct WorkerCountTests {
  private static let counts = [1, 2, 3, 4, 5, 7, 8]
  private static let parts = ["  micro_batches: 8"]

  @Test func everyNumberOfWorkersAndThreadsGivesTheSameBitsAndMetrics() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline("[mlm, nsp]", Self.parts)
      #expect(try toy.cloze(pipeline, "--as", "one", "--workers", "1", "--threads", "1").code == 0)
      let (files, metrics) = (try toy.lastFiles("one"), try toy.metrics("one"))
      for workers in Self.counts {
        for threads in [1, 2] where (workers, threads) != (1, 1) {
          let name = "\(workers)x\(threads)"
          let run = try toy.cloze(pipeline, "--as", name, "--workers", "\(workers)", "--threads", "\(threads)")
          #expect(run.code == 0, "\(run.errors)")
          #expect(try toy.lastFiles(name) == files, "\(name)")
          #expect(try toy.metrics(name) == metrics, "\(name)")
        }
      }
    }
  }

  @Test func runMayGoOnWithAnyOtherNumberOfWorkers() throws {
    try Toy.with { toy in
      let steps = 3_000
      let pipeline = try toy.pipeline(
        "[clm]", Self.parts + ["  max_steps: \(steps)", "  save_steps: 1000", "  eval_steps: 1000"])
      #expect(try toy.cloze(pipeline, "--as", "one", "--workers", "1").code == 0)
      // Every ordered pair of counts once, each start going on where the one before stopped.
      var visits = [Self.counts[0]]
      for gap in 1..<Self.counts.count {
        for first in Self.counts.indices {
          visits += [Self.counts[first], Self.counts[(first + gap) % Self.counts.count]]
        }
      }
      var pairs: Set<[Int]> = []
      var last: Int?
      for workers in visits where workers != last {
        let process = try toy.start(pipeline, "--as", "many", "--workers", "\(workers)", "--threads", "1")
        let lines = toy.lineCount("many")
        _ = process.reaches { toy.lineCount("many") > lines + 1 }
        process.send(SIGTERM)
        let ended = try process.wait()
        if ended.code == 0 { break }
        #expect(ended.code == 10, "\(ended.errors)")
        if let last { pairs.insert([last, workers]) }
        last = workers
      }
      #expect(pairs.count >= 42, "\(pairs.count) of 42 changes of the number of workers")
      #expect(try toy.cloze(pipeline, "--as", "many", "--workers", "2").code == 0)
      #expect(try toy.lastFiles("many", step: steps) == toy.lastFiles("one", step: steps))
      #expect(try toy.metrics("many") == toy.metrics("one"))
    }
  }

  @Test(arguments: ["[mlm, nsp]", "[clm]"]) func layersThatAreComputedAgainGiveTheSameBits(objective: String) throws {
    try Toy.with { toy in
      #expect(try toy.cloze(try toy.pipeline(objective), "--as", "kept").code == 0)
      let pipeline = try toy.pipeline(objective, ["  logging_steps: 1\n  gradient_checkpointing: true"])
      #expect(try toy.cloze(pipeline, "--as", "again").code == 0)
      #expect(try toy.lastFiles("again") == toy.lastFiles("kept"))
      #expect(try toy.metrics("again") == toy.metrics("kept"))
    }
  }

  @Test func aLlamaLearnsTheSameWithAnyNumberOfWorkersAndWrites() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline("[clm]", ["model: \(Toy.llama)"])
      #expect(try toy.cloze(pipeline, "--as", "one", "--workers", "1").code == 0)
      #expect(try toy.cloze(pipeline, "--as", "three", "--workers", "3").code == 0)
      #expect(try toy.lastFiles("three") == toy.lastFiles("one"))
      let losses = try toy.metrics("one").compactMap { $0["loss"]?.double }
      #expect(try #require(losses.last) < losses[0] - 1, "\(losses[0]) at first, \(losses.last ?? 0) at last")
      let text = try ClozeProcess.run(
        ["generate", toy.run("one"), "--prompt", "Anna sees", "--max-new-tokens", "5"], in: toy.folder)
      #expect(text.code == 0, "\(text.errors)")
    }
  }

  @Test func moreWorkersThanPartsOfAStepAreRefused() throws {
    try Toy.with { toy in
      let finished = try toy.cloze(try toy.pipeline(), "--workers", "5")
      expect(finished, code: 64, "machine.workers", "is 5; a step has 4 micro-batches")
    }
  }
}

import Foundation
import Glibc
import JSON
import Testing

/// What a person or a system asks of a running process.
@Suite struct SignalTests {
  private static let steps = 600

  @Test(arguments: [SIGINT, SIGTERM])
  func aRequestToStopSavesAndTheSameCommandGoesOn(signal: Int32) throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline("[mlm, nsp]", ["  max_steps: \(Self.steps)", "  save_steps: 1000"])
      #expect(try toy.cloze(pipeline, "--as", "undisturbed").code == 0)
      let process = try toy.start(pipeline, "--as", "stopped")
      #expect(process.reaches { toy.lineCount("stopped") > 6 })
      process.send(signal)
      let stopped = try process.wait()
      #expect(stopped.code == 10, "\(stopped.ending): \(stopped.errors)")
      let saved = try #require(toy.savedSteps("stopped").last, "nothing was saved")
      #expect(saved >= 6 && saved < Self.steps, "saved step \(saved)")
      #expect(stopped.message.contains("step \(saved) of \(Self.steps)"), "\(stopped.errors)")
      #expect(stopped.message.contains("everything is saved"), "\(stopped.errors)")
      // Nothing is lost: what was written last is what was saved last.
      #expect(try toy.metrics("stopped").last?["step"]?.int == saved)
      let first = try #require(toy.record("stopped")["unfinished_seconds"]?["pretrain"]?.double)
      #expect(try toy.cloze(pipeline, "--as", "stopped").code == 0)
      let seconds = try #require(toy.record("stopped")["stages"]?["pretrain"]?["seconds"]?.double)
      #expect(first > 0 && seconds > first, "\(first) s before the stop, \(seconds) s in all")
      #expect(
        try toy.lastFiles("stopped", step: Self.steps) == toy.lastFiles("undisturbed", step: Self.steps),
        "stopped at step \(saved)")
      #expect(try toy.metrics("stopped") == toy.metrics("undisturbed"), "stopped at step \(saved)")
    }
  }

  /// The step before an evaluation is saved before it.
  @Test(arguments: [SIGINT, SIGKILL], [1, 2])
  func theLastEvaluationIsCutShortAndNothingIsLost(signal: Int32, workers: Int) throws {
    try Toy.with { toy in
      // Seconds of evaluation after two short steps.
      let model = Toy.bert.replacing("hidden_size: 16", with: "hidden_size: 256")
        .replacing("intermediate_size: 32", with: "intermediate_size: 2048")
        .replacing("num_hidden_layers: 1", with: "num_hidden_layers: 4")
      try toy.writeShard("corpus/d.txt.gz", Toy.documents(500, seed: 4))
      let pipeline = try toy.pipeline(
        "[mlm]",
        [
          "  validation: 0.9", "model: \(model)", "  max_steps: 2", "  save_steps: 1000",
          "machine: {workers: \(workers), threads: 1}",
        ])
      #expect(try toy.cloze(pipeline, "--as", "undisturbed").code == 0)
      let process = try toy.start(pipeline, "--as", "stopped")
      #expect(process.reaches { toy.savedSteps("stopped") == [2] })
      let start = ContinuousClock.now
      process.send(signal)
      let stopped = try process.wait()
      if signal == SIGINT {
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(stopped.code == 10, "\(stopped.ending): \(stopped.errors)")
        #expect(stopped.message.contains("step 2 of 2"), "\(stopped.errors)")
      }
      #expect(try toy.metrics("stopped").allSatisfy { $0["eval_loss"] == nil }, "it was over: nothing is shown")
      let again = try toy.cloze(pipeline, "--as", "stopped")
      #expect(again.code == 0, "\(again.ending): \(again.errors)")
      #expect(try toy.lastFiles("stopped", step: 2) == toy.lastFiles("undisturbed", step: 2))
      #expect(try toy.metrics("stopped") == toy.metrics("undisturbed"))
      #expect(try toy.record("stopped")["repeated_steps"]?.int ?? 0 == 0)
      let best = try FileManager.default.destinationOfSymbolicLink(atPath: toy.run("stopped") + "/pretrain/best")
      #expect(best == "step-000000002")
    }
  }

  @Test func aSecondRequestEndsAtOnce() throws {
    try Toy.with { toy in
      // Steps of seconds: only a second request can end the process before the first is heard.
      let model = Toy.bert.replacing("hidden_size: 16", with: "hidden_size: 256")
        .replacing("intermediate_size: 32", with: "intermediate_size: 2048")
        .replacing("num_hidden_layers: 1", with: "num_hidden_layers: 4")
      let pipeline = try toy.pipeline("[mlm]", ["model: \(model)", "  batch_size: 256", "  max_steps: 9"])
      let process = try toy.start(pipeline)
      #expect(process.reaches { toy.exists("runs/toy/corpus/rows.json") })
      usleep(300_000)
      process.send(SIGINT)
      usleep(50_000)
      #expect(process.isRunning, "the first request ended it: nothing is shown")
      let clock = ContinuousClock()
      let start = clock.now
      process.send(SIGINT)
      let ending = try process.wait().ending
      let time = clock.now - start
      #expect(ending == .exited(128 + SIGINT), "\(ending)")
      #expect(time < .milliseconds(500), "\(time)")
      print("a second request ended the process after \(time)")
    }
  }

  @Test func aRequestToStopIsHeardWhileTheCorpusIsRead() throws {
    try Toy.with { toy in
      // Zeros that take no room and minutes to read.
      try toy.write("one\n", to: "corpus/z.txt")
      let file = try #require(FileHandle(forWritingAtPath: toy.path("corpus/z.txt")))
      try file.truncate(atOffset: 1 << 38)
      try file.close()
      let process = try toy.start(
        try toy.pipeline("[mlm]", ["  document: line\n  on_bad_record: skip\n  max_record_size: 64KB"]))
      #expect(process.reaches { toy.exists("runs/toy/run.json") })
      usleep(300_000)
      #expect(process.isRunning, "the corpus is read already: nothing is shown")
      let start = ContinuousClock.now
      process.send(SIGINT)
      let stopped = try process.wait()
      #expect(stopped.code == 10, "\(stopped.ending): \(stopped.errors)")
      #expect(ContinuousClock.now - start < .seconds(5))
      #expect(stopped.message.contains("Stopped in the reading of the corpus"), "\(stopped.errors)")
      #expect(!toy.exists("runs/toy/corpus/index.json"))
      try toy.write("one\n", to: "corpus/z.txt")
      #expect(try toy.cloze(toy.path("toy.yaml"), "--until", "corpus").code == 0)
    }
  }

  @Test func aLostTerminalStopsNothing() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline("[mlm, nsp]", ["  max_steps: \(Self.steps)"])
      #expect(try toy.cloze(pipeline, "--as", "undisturbed").code == 0)
      let process = try toy.start(pipeline, "--as", "hung-up")
      #expect(process.reaches { toy.lineCount("hung-up") > 10 })
      process.send(SIGHUP)
      let finished = try process.wait()
      #expect(finished.code == 0, "\(finished.ending): \(finished.errors)")
      #expect(
        try toy.lastFiles("hung-up", step: Self.steps) == toy.lastFiles("undisturbed", step: Self.steps))
      #expect(try toy.text("runs/hung-up/run.log").contains("pretrain"))
    }
  }
}

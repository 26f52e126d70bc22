import Collectives
import Kernels
import NN
import Tensors
import Testing
import Training

/// The same bits from the same command: whatever the threads, and at every CPU level.
@Suite struct ThreadsTests {
  @Test(arguments: ["[mlm, nsp]", "[clm]"], ["float32", "bfloat16"])
  func threadsNeverChangeTheBits(objective: String, precision: String) throws {
    try Toy.with { toy in
      // Wide enough that every kernel is shared.
      let bert = Toy.bert.replacing("hidden_size: 16", with: "hidden_size: 96")
        .replacing("intermediate_size: 32", with: "intermediate_size: 384")
      let gpt = Toy.gpt.replacing("n_embd: 16", with: "n_embd: 96")
      let pipeline = try toy.pipeline(
        objective,
        [
          "model: \(objective == "[clm]" ? gpt : bert)", "  batch_size: 64", "  max_length: 64",
          "  max_steps: 6\n  precision: \(precision)",
        ])
      for threads in [1, 2, 3] {
        let finished = try toy.cloze(pipeline, "--as", "threads-\(threads)", "--threads", "\(threads)")
        #expect(finished.code == 0, "\(finished.errors)")
      }
      let expected = try toy.lastFiles("threads-1", step: 6)
      for threads in [2, 3] {
        #expect(try toy.lastFiles("threads-\(threads)", step: 6) == expected, "\(threads) threads")
        #expect(try toy.metrics("threads-\(threads)") == toy.metrics("threads-1"), "\(threads) threads")
      }
      // A run may go on with other threads than it began with.
      let mixed = try toy.start(pipeline, "--as", "mixed", "--threads", "2")
      #expect(mixed.reaches { toy.lineCount("mixed") > 1 })
      mixed.send(9)
      _ = try mixed.wait()
      #expect(try toy.cloze(pipeline, "--as", "mixed", "--threads", "1").code == 0)
      #expect(try toy.lastFiles("mixed", step: 6) == expected)
    }
  }
}

/// Tests that use this process's own kernels, one at a time: level and threads are the process's.
@Suite(.serialized) struct OwnKernelsTests {
  @Test(arguments: [0.0, 0.1])
  func aBatchCutIntoSlotsHasTheGradientOfTheWhole(dropout: Double) throws {
    _ = BLAS.start()
    Parallel.start(threads: 2)
    // With ε = 1 and no history a step is g / (|g| + 1): it shows each gradient.
    let whole = TinyTraining(slots: 1, learningRate: 1, epsilon: 1, dropout: dropout)
    let start = whole.parameters
    let expected = try whole.trainer.advance()
    let after = whole.parameters
    let largest = zip(start, after).map { abs($0 - $1) }.max() ?? 0
    #expect(largest > 0.01, "the gradients are too small to compare: \(largest)")
    for slots in [2, 4, 8] {
      let cut = TinyTraining(slots: slots, learningRate: 1, epsilon: 1, dropout: dropout)
      let report = try cut.trainer.advance()
      #expect(abs(report.loss - expected.loss) <= 1e-6 * expected.loss, "\(slots): \(report.loss) \(expected.loss)")
      for term in [0, 1] {
        let (mean, whole) = (report.sums.mean(term), expected.sums.mean(term))
        #expect(abs(mean - whole) <= 1e-6 * whole, "\(slots) slots, term \(term): \(mean) and \(whole)")
      }
      #expect(report.sums.counts == expected.sums.counts)
      let norms = (report.gradientNorm, expected.gradientNorm)
      #expect(abs(norms.0 - norms.1) <= 1e-6 * norms.1, "\(slots) slots: norms \(norms)")
      let farthest = zip(cut.parameters, after).map { abs($0 - $1) }.max() ?? .infinity
      #expect(farthest <= 1e-5 * largest, "\(slots) slots: \(farthest) of \(largest)")
      print("\(slots) slots, dropout \(dropout): gradients differ by at most \(farthest) of \(largest)")
    }
  }

  @Test func meansOfSlotsWouldNotHaveTheGradientOfTheWhole() throws {
    // The mistake that counts over all slots prevent: it is far outside the tolerance on these rows.
    let whole = try TinyTraining(slots: 1, dropout: 0).trainer.advance()
    let halves = try SlotTree.deal(TinyTraining.rows.count, into: 2).map { range in
      try TinyTraining(slots: 1, rows: Array(TinyTraining.rows[range]), dropout: 0).trainer.advance()
    }
    let mean = halves.reduce(0) { $0 + $1.loss } / 2
    #expect(abs(mean - whole.loss) > 1e-4 * whole.loss, "\(mean) and \(whole.loss)")
  }

  @Test(arguments: CPULevel.available, Precision.allCases)
  func everyCPULevelRepeatsItsBits(level: CPULevel, precision: Precision) throws {
    _ = BLAS.start()
    #expect(CPULevel.force(level))
    defer {
      CPULevel.force(.detected)
      Parallel.start(threads: 2)
    }
    var all: [[UInt32]] = []
    for threads in [1, 2, 1] {
      Parallel.start(threads: threads)
      let training = TinyTraining(slots: 4, width: 64, precision: precision)
      for _ in 0..<4 { _ = try training.trainer.advance() }
      all.append(training.parameters.map(\.bitPattern))
    }
    #expect(all[0] == all[2], "\(level.name) does not repeat itself")
    #expect(all[0] == all[1], "\(level.name) depends on the threads")
  }

  @Test func anEvaluationCutShortByAStopIsMadeWhenTheRunGoesOn() throws {
    let straight = try records(stoppingAtEvaluation: false)
    let stopped = try records(stoppingAtEvaluation: true)
    #expect(stopped.losses == straight.losses && straight.losses.count == 4, "\(stopped.losses) \(straight.losses)")
    #expect(stopped.progress == straight.progress)
  }

  /// Losses of the evaluations of an eight-step run, which may be stopped in its second one.
  private func records(stoppingAtEvaluation stops: Bool) throws -> (losses: [Double], progress: RunProgress) {
    let training = TinyTraining(slots: 2)
    let judge = TinyTraining(slots: 1)
    var progress = RunProgress()
    var isStopping = false
    let recorder = EvaluationRecorder()
    for start in 0..<(stops ? 2 : 1) {
      let run = TrainingRun(
        training.trainer, plan: RunPlan(stopStep: 8, evaluationInterval: 2), progress: progress, observers: [recorder],
        evaluate: {
          isStopping = stops && start == 0 && training.trainer.step == 4
          if isStopping { return nil }
          judge.store.copyValues(from: training.store)
          return try Evaluator(judge.trainer.objective).evaluate(1) { _ in FixedRows.joined(TinyTraining.rows[...]) }
        },
        save: { saved in
          progress = saved
          return true
        })
      #expect(try run.run(until: { isStopping }) == (stops && start == 0 ? .stopped : .finished))
      isStopping = false
    }
    return (recorder.losses, progress)
  }
}

/// Keeps the losses of evaluations.
private final class EvaluationRecorder: TrainingObserver {
  private(set) var losses: [Double] = []

  func observe(_ event: TrainingEvent) {
    if case .evaluation(_, let sums, _) = event { losses.append(sums.mean(0)) }
  }
}

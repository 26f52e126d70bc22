import Checkpoints
import Foundation
import Glibc
import Testing

/// Kills at random instants, any process of a run: 60 in `make test`, as many as `CLOZE_KILLS` says in `make torture`.
@Suite struct TortureTests {
  private static let steps = 300
  private static let kills = ProcessInfo.processInfo.environment["CLOZE_KILLS"].flatMap { Int($0) } ?? 60
  private static let seed = ProcessInfo.processInfo.environment["CLOZE_SEED"].flatMap { UInt64($0) } ?? 17

  private enum Target: String, CaseIterable { case worker, allWorkers, supervisor, writer }

  @Test(.timeLimit(.minutes(60))) func killsAtRandomInstantsChangeNoBit() throws {
    try Toy.with { toy in
      var dice = Dice(seed: Self.seed)
      var fired: [Target: Int] = [:]
      var (runs, starts) = (0, 0)
      for objective in ["[mlm, nsp]", "[clm]"] {
        let pipeline = try toy.pipeline(
          objective, ["  max_steps: \(Self.steps)", "  save_steps: 7"], name: "\(objective.count).yaml")
        let one = "one-\(objective.count)"
        #expect(try toy.cloze(pipeline, "--as", one, "--workers", "1").code == 0)
        let share = Self.kills * (objective == "[clm]" ? 2 : 1) / 2
        while fired.values.reduce(0, +) < share {
          runs += 1
          let name = "run-\(runs)"
          starts += try torture(toy, pipeline, name, share, &dice, &fired)
          let differing = zip(
            try toy.lastFiles(name, step: Self.steps), try toy.lastFiles(one, step: Self.steps)
          ).filter { $0 != $1 }.map(\.0.name)
          #expect(differing.isEmpty, "run \(runs), seed \(Self.seed): \(differing)")
          #expect(try toy.metrics(name) == toy.metrics(one), "run \(runs), seed \(Self.seed)")
          try FileManager.default.removeItem(atPath: toy.run(name))
        }
      }
      let table = Target.allCases.map { "\($0.rawValue) \(fired[$0, default: 0])" }.joined(separator: ", ")
      print("kills: \(table); \(runs) runs, \(starts) starts, every one ended with the same bits")
      for target in Target.allCases { #expect(fired[target, default: 0] > 0, "\(target) was never killed") }
    }
  }

  /// Takes one run to its end, killing its processes on the way.
  ///
  /// - Returns: how often it was started.
  private func torture(
    _ toy: Toy, _ pipeline: String, _ name: String, _ limit: Int, _ dice: inout Dice, _ fired: inout [Target: Int]
  ) throws -> Int {
    var starts = 0
    while true {
      starts += 1
      let workers = 1 + dice.below(4)
      let process = try toy.start(pipeline, "--as", name, "--workers", "\(workers)", "--threads", "1")
      while fired.values.reduce(0, +) < limit, aim(process, toy, name, &dice) {
        let target = Target.allCases[dice.below(Target.allCases.count)]
        if hit(target, process, &dice) { fired[target, default: 0] += 1 }
        if target == .supervisor { break }
      }
      let finished = try process.wait()
      if finished.code == 0 { return starts }
      // Killed, or given up after deaths without a step between them.
      #expect(finished.ending == .killed(signal: SIGKILL) || finished.code == 75, "\(finished.errors)")
    }
  }

  /// Waits for an instant some microseconds after some step; false if the run ends before.
  private func aim(_ process: ClozeProcess, _ toy: Toy, _ name: String, _ dice: inout Dice) -> Bool {
    let (lines, wait) = (toy.lineCount(name), 1 + dice.below(30))
    let isEarly = dice.below(8) == 0
    guard isEarly || process.reaches({ toy.lineCount(name) > lines + wait }) else { return false }
    usleep(UInt32(isEarly ? dice.below(150_000) : dice.below(12_000)))
    return process.isRunning
  }

  /// Kills; whether there was somebody to kill.
  private func hit(_ target: Target, _ process: ClozeProcess, _ dice: inout Dice) -> Bool {
    let crew = Crew(supervisor: process.pid)
    let victims: [pid_t]
    switch target {
    case .supervisor: victims = [process.pid]
    case .writer: victims = [crew.writer?.pid].compactMap { $0 }
    case .allWorkers: victims = crew.workers.map(\.pid)
    case .worker:
      let workers = crew.workers
      victims = workers.isEmpty ? [] : [workers[dice.below(workers.count)].pid]
    }
    return victims.map { kill($0, SIGKILL) == 0 }.contains(true)
  }
}

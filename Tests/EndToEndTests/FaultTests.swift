import Foundation
import Glibc
import JSON
import Testing

/// Whatever happens to a process of a run, the run goes on by itself and ends with the same bits.
@Suite struct FaultTests {
  /// A run of two workers in which the named places fail; and an undisturbed one of one worker.
  private func compare(
    _ points: String, workers: Int = 2, fires lines: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline()
      #expect(try toy.cloze(pipeline, "--as", "undisturbed", "--workers", "1").code == 0)
      let process = try toy.start(pipeline, failing: points, "--as", "disturbed", "--workers", "\(workers)")
      let finished = try process.wait()
      #expect(finished.code == 0, "\(finished.errors)", sourceLocation: sourceLocation)
      let log = try toy.text("runs/disturbed/run.log")
      for line in lines {
        #expect(log.contains(line), "“\(line)” is missing in: \(log)", sourceLocation: sourceLocation)
      }
      #expect(try toy.lastFiles("disturbed") == toy.lastFiles("undisturbed"), sourceLocation: sourceLocation)
      #expect(try toy.metrics("disturbed") == toy.metrics("undisturbed"), sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: ["gradient", "reduce", "update", "piece", "updated", "evaluate"], [0, 1])
  func workerThatIsKilledAnywhereInAStepIsReplaced(place: String, rank: Int) throws {
    let hit = ["gradient": 40, "piece": 30, "evaluate": 2][place] ?? 20
    try compare("\(place)@\(rank):\(hit)=kill", fires: ["worker \(rank) was killed by signal 9 after step"])
  }

  @Test func oneWorkerAloneIsReplacedToo() throws {
    try compare(
      "piece@0:33=kill,updated@0:20=kill", workers: 1, fires: ["worker 0 was killed by signal 9 after step"])
  }

  @Test func manyDeathsInOneRunAddUpToNothing() throws {
    try compare(
      "gradient@0:9=kill,reduce@1:5=kill,gradient@2:30=kill,updated@0:13=kill,update@3:20=kill,gradient@3:33=abort,"
        + "piece@0:99=kill,reduce@0:44=kill", workers: 4,
      fires: ["worker 0 was killed by signal 9", "worker 2 was killed by signal 9", "worker 3 was killed by signal 6"])
  }

  @Test(arguments: ["save", "saved"]) func writerThatIsKilledIsReplacedAndNoCheckpointIsLost(place: String) throws {
    try compare("\(place)@writer:3=kill,\(place)@writer:7=kill", fires: ["the writer was killed by signal 9"])
  }

  @Test func workerThatHangsIsFoundAndReplaced() throws {
    try compare("gradient@1:50=stop", fires: ["worker 1 made no progress in computing for 5 s"])
  }

  @Test func sameCrashTwiceAtOneStepEndsTheRunWithAReport() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline()
      let points = "gradient@1:20=hang,gradient@0:21=abort,gradient@0:22=abort"
      let finished = try toy.start(pipeline, failing: points, "--workers", "2").wait()
      expect(finished, code: 70, "can't go on after step 9", "worker 0 was killed by signal 6", "crash-1/report.md")
      let report = try toy.text("runs/toy/crash-1/report.md")
      #expect(report.contains("after step 9: worker 0 was killed by signal 6"))
      for cause in ["worker 1 made no progress in computing for 5 s", "worker 0 was killed by signal 6"] {
        let printed = try #require(report.components(separatedBy: "After \(cause)").dropFirst().first)
        let stacks = printed.components(separatedBy: "```")[1]
        #expect(stacks.contains("thread cloze worker") && stacks.contains("cloze(+0x"), "\(cause): \(stacks)")
      }
      #expect(toy.exists("runs/toy/crash-1/resolved.yaml"))
      for word in Canary.words { #expect(!report.contains(word)) }
      // The fault is gone, and the run goes on where it was saved.
      #expect(try toy.cloze(pipeline).code == 0)
      #expect(try toy.cloze(pipeline, "--as", "undisturbed").code == 0)
      #expect(try toy.lastFiles("toy") == toy.lastFiles("undisturbed"))
    }
  }

  @Test func workersThatDieAgainAndAgainFromOutsideAreATemporaryFault() throws {
    try Toy.with { toy in
      let points = (0..<8).map { "gradient@0:\(21 + $0)=kill" }.joined(separator: ",")
      let finished = try toy.start(try toy.pipeline(), failing: points, "--workers", "2").wait()
      expect(finished, code: 75, "can't go on after step 10", "killed by signal 9")
    }
  }

  @Test func stepThatIsNeverFiniteIsLeftOutAndRecordedFirst() throws {
    try Toy.with { toy in
      // Slot 0 of step 3, and again when the step is computed once more.
      let pipeline = try toy.pipeline()
      let points = "gradient@0:9=err,gradient@0:13=err"
      let finished = try toy.start(pipeline, failing: points, "--workers", "1").wait()
      #expect(finished.code == 0, "\(finished.errors)")
      let decisions = try toy.text("runs/toy/decisions.jsonl")
      #expect(decisions.contains("\"decision\":\"leave-out-step\"") && decisions.contains("\"step\":3"), "\(decisions)")
      #expect(try toy.cloze(pipeline, "--as", "undisturbed").code == 0)
      #expect(try toy.weights("toy") != toy.weights("undisturbed"))
    }
  }

  @Test func spikeIsLeftOutAndRecordedAndTheEndIsTheSameWhoeverDies() throws {
    try Toy.with { toy in
      // Slot 0 of step 150 and again when it is computed once more; steps have four slots, worker 0 of two has two.
      let pipeline = try toy.pipeline("[mlm, nsp]", ["  max_steps: 160"])
      let spike = "spike@0:597=err,spike@0:601=err"
      let alone = try toy.start(pipeline, failing: spike, "--workers", "1").wait()
      #expect(alone.code == 0, "\(alone.errors)")
      let decisions = try toy.text("runs/toy/decisions.jsonl")
      #expect(decisions.contains("\"leave-out-step\"") && decisions.contains("\"step\":150"), "\(decisions)")
      // The other worker dies while the step is computed once more, so slot 0 is computed four times.
      let points = "spike@0:299=err,spike@0:301=err,spike@0:303=err,spike@0:305=err,reduce@1:151=kill"
      let pair = try toy.start(pipeline, failing: points, "--workers", "2", "--as", "pair").wait()
      #expect(pair.code == 0, "\(pair.errors)")
      #expect(try toy.text("runs/pair/run.log").contains("after step 149; replaced"))
      #expect(try toy.text("runs/pair/decisions.jsonl").contains("\"step\":150"))
      #expect(try toy.lastFiles("toy", step: 160) == toy.lastFiles("pair", step: 160))
      #expect(try toy.cloze(pipeline, "--as", "undisturbed").code == 0)
      #expect(try toy.lastFiles("toy", step: 160) != toy.lastFiles("undisturbed", step: 160))
    }
  }

  @Test func spikeThatLastsIsTakenFromTheFourthStepOnWhoeverDies() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline("[mlm, nsp]", ["  max_steps: 160"])
      // Slot 0 of steps 150 to 154, each computed twice: four slots a computation with one worker, two with two.
      func spikes(_ slots: Int) -> String {
        (0..<10).map { "spike@0:\(149 * slots + $0 * slots + 1)=err" }.joined(separator: ",")
      }
      let alone = try toy.start(pipeline, failing: spikes(4), "--workers", "1").wait()
      #expect(alone.code == 0, "\(alone.errors)")
      let decisions = try toy.text("runs/toy/decisions.jsonl")
      for step in 150...154 { #expect(decisions.contains("\"step\":\(step),") == (step < 153), "\(decisions)") }
      // 149 updates came before; the 150th is that of step 153.
      let points = spikes(2) + ",update@1:150=kill"
      let pair = try toy.start(pipeline, failing: points, "--workers", "2", "--as", "pair").wait()
      #expect(pair.code == 0, "\(pair.errors)")
      #expect(try toy.text("runs/pair/run.log").contains("after step 152; replaced"))
      #expect(try toy.lastFiles("toy", step: 160) == toy.lastFiles("pair", step: 160))
    }
  }

  @Test func stepWhoseBitsDifferWhenComputedAgainStopsTheRun() throws {
    try Toy.with { toy in
      let finished = try toy.start(try toy.pipeline(), failing: "gradient@0:9=err", "--workers", "1").wait()
      expect(finished, code: 71, "step 3 was computed twice and its bits differ")
    }
  }

  @Test func killedSupervisorLeavesNoOrphanAndTheNextStartGoesOn() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline("[mlm, nsp]", ["  max_steps: 4000"])
      let process = try toy.start(pipeline, "--workers", "3")
      _ = process.reaches { toy.lineCount("toy") > 20 }
      let members = Crew(supervisor: process.pid).members
      #expect(members.count == 4, "three workers and a writer: \(members)")
      process.send(SIGKILL)
      #expect(try process.wait().ending == .killed(signal: SIGKILL))
      var living = members
      for _ in 0..<200 where !living.isEmpty {
        usleep(10_000)
        living = living.filter { isAlive($0.pid) }
      }
      #expect(living.isEmpty, "\(living)")
      let again = try toy.start(pipeline, "--workers", "2")
      #expect(again.reaches { Crew(supervisor: again.pid).workers.count == 2 })
      again.send(SIGTERM)
      #expect(try again.wait().code == 10)
    }
  }

  @Test func signalsThatAskForAStopAreTheSupervisorsAlone() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline()
      let process = try toy.start(pipeline, "--workers", "2")
      _ = process.reaches { toy.lineCount("toy") > 5 }
      let members = Crew(supervisor: process.pid).members
      #expect(members.count == 3)
      for member in members { for signal in [SIGINT, SIGTERM, SIGHUP] { kill(member.pid, signal) } }
      #expect(try process.wait().code == 0)
      #expect(try !toy.text("runs/toy/run.log").contains("replaced"))
    }
  }

  /// Whether a process runs: neither gone nor a zombie that nobody has buried.
  private func isAlive(_ pid: pid_t) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return stat.split(separator: ")").last?.split(separator: " ").first != "Z"
  }
}

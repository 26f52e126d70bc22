import Collectives
import Testing

@testable import Training

@Suite struct WatchdogTests {
  /// A member that beats every `interval` seconds until it stops beating.
  private struct Member {
    var interval: Double
    var phase = WorkerPhase.computing
    var stopsAt = Double.infinity

    func line(_ now: Double) -> WorkerBoard.Line {
      WorkerBoard.Line(phase: phase, beats: UInt64(min(now, stopsAt) / interval))
    }
  }

  /// The first finding while time goes on in steps of a twentieth of a second.
  private func watch(
    _ members: [Member], until end: Double, missing: [Int] = [], skipping gap: Range<Double>? = nil
  ) -> (finding: Watchdog.Finding, at: Double)? {
    var watchdog = Watchdog(count: members.count)
    for tick in 0..<Int(end * 20) {
      let now = Double(tick) / 20
      if gap?.contains(now) == true { continue }
      if let finding = watchdog.look(now: now, missing: missing, { members[$0].line(now) }) { return (finding, now) }
    }
    return nil
  }

  @Test func memberThatStopsIsFoundAfterFiveSecondsAndNamed() throws {
    let found = try #require(watch([Member(interval: 0.2), Member(interval: 0.2, stopsAt: 20)], until: 60))
    #expect(found.finding.rank == 1 && found.finding.phase == .computing)
    #expect((24.9...25.4).contains(found.at), "\(found.at)")
  }

  @Test func slowPhaseGetsTenTimesItsUsualTime() throws {
    #expect(watch([Member(interval: 3)], until: 300) == nil)
    let found = try #require(watch([Member(interval: 3, stopsAt: 60)], until: 300))
    #expect((85.0...95.0).contains(found.at), "\(found.at)")
  }

  @Test func memberThatWaitsForOthersIsNeverLate() throws {
    let waiting = Member(interval: 0.2, phase: .waiting, stopsAt: 10)
    #expect(watch([waiting, Member(interval: 0.2)], until: 100, missing: [1]) == nil)
    let found = try #require(watch([Member(interval: 0.2), waiting], until: 100, missing: [1]))
    #expect(found.finding.rank == 1, "stopped just after a barrier, it is missing at the next")
  }

  @Test func nobodyIsLateBecauseTheWatchdogItselfWasNotRunning() {
    #expect(watch([Member(interval: 4)], until: 100, skipping: 40..<80) == nil)
    let stopped = Member(interval: 0.2, stopsAt: 40)
    #expect(watch([stopped], until: 84, skipping: 40..<80) == nil)
    #expect(watch([stopped], until: 90, skipping: 40..<80) != nil)
  }

  @Test func phaseThatIsNotKnownYetGetsAMinute() throws {
    let found = try #require(watch([Member(interval: 1, phase: .starting, stopsAt: 0)], until: 100))
    #expect((59.9...60.4).contains(found.at), "\(found.at)")
  }
}

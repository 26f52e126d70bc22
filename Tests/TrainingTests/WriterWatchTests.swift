import Testing

@testable import Training

@Suite struct WriterWatchTests {
  /// When a watch first finds the writer late, looking twenty times a second.
  private func late(
    _ watch: inout WriterWatch, from start: Double, until end: Double, skipping gap: Range<Double>? = nil,
    written: (Double) -> UInt32 = { _ in 0 }, isIdle: (Double) -> Bool
  ) -> Double? {
    for tick in 0..<Int((end - start) * 20) {
      let now = start + Double(tick) / 20
      if gap?.contains(now) == true { continue }
      if watch.look(now: now, isIdle: isIdle(now), written: written(now)) != nil { return now }
    }
    return nil
  }

  @Test func writerThatHangsIsFoundAfterAMinuteAndTheTimeOfASlowDisk() throws {
    var watch = WriterWatch(bytes: 50_000_000)
    let found = try #require(late(&watch, from: 0, until: 300) { $0 < 10 })
    #expect((80.0...80.2).contains(found), "\(found)")
  }

  @Test func slowWriterGetsTenTimesWhatItTookBefore() throws {
    var watch = WriterWatch(bytes: 0)
    #expect(late(&watch, from: 0, until: 50) { $0 >= 40 } == nil)
    let found = try #require(late(&watch, from: 50, until: 1_000) { _ in false })
    #expect((449.0...451.0).contains(found), "\(found)")
  }

  @Test func writerThatSavesAgainAndAgainIsNeverLate() {
    var watch = WriterWatch(bytes: 0)
    #expect(late(&watch, from: 0, until: 2_000) { $0.truncatingRemainder(dividingBy: 60) > 59 } == nil)
  }

  @Test func writerThatIsNeverSeenIdleIsNotLateWhileItBringsSnapshotsToTheDisk() {
    var watch = WriterWatch(bytes: 0)
    #expect(late(&watch, from: 0, until: 500, written: { UInt32($0 / 2) }) { _ in false } == nil)
  }

  @Test func successorOfALateWriterGetsTwiceTheTime() throws {
    var watch = WriterWatch(bytes: 0)
    let first = try #require(late(&watch, from: 0, until: 100) { _ in false })
    watch.restart()
    let second = try #require(late(&watch, from: first, until: 400) { _ in false })
    #expect((120.0...120.2).contains(second - first), "\(first) \(second)")
  }

  @Test func timesBeginAnewWhenTheWatchItselfWasStopped() throws {
    var watch = WriterWatch(bytes: 0)
    let found = try #require(late(&watch, from: 0, until: 400, skipping: 30..<200) { _ in false })
    #expect((260.0...260.2).contains(found), "\(found)")
  }
}

import JSON
import Testing

@testable import Pipelines
@testable import Tensors

@Suite struct ProfileReportTests {
  private func event(
    _ name: String, at start: Double, for seconds: Double, flops: Double = 0, bytes: Double = 0
  ) -> OpProfile.Event {
    OpProfile.Event(name: name, start: start, seconds: seconds, flops: flops, bytes: bytes)
  }

  /// Two steps of 10 ms: 4 ms of products each, in two calls, 3 ms of additions, 3 ms of nothing known.
  private var events: [OpProfile.Event] {
    [0.0, 0.5].flatMap { start in
      [
        event("linear", at: start + 0.001, for: 0.001, flops: 1e8, bytes: 1e6),
        event("linear", at: start + 0.002, for: 0.003, flops: 3e8, bytes: 1e6),
        event("add", at: start + 0.005, for: 0.003, bytes: 6e7), event("step", at: start, for: 0.010),
      ]
    }
  }

  @Test func tableHasTimesPerStepAndSpeedsOverAllSteps() {
    let lines = ProfileReport(events, peak: 200).lines(title: "here")
    let cells = lines.dropFirst(2).map { line in line.split(separator: " ").joined(separator: " ") }
    #expect(lines.first == "Profile of 2 steps, here")
    #expect(
      cells == [
        "ms a step share calls GFLOP/s of peak GB/s", "linear 4.00 40.0 % 2 100 50 % 0.5", "add 3.00 30.0 % 1 20.0",
        "between operations 3.00 30.0 % 0", "a step 10.00 100.0 % 3 40 20 % 6.2",
      ])
    #expect(Set(lines.dropFirst(2).map(\.count)).count == 1, "columns stand below one another")
  }

  @Test func traceHasCompleteEventsInMicrosecondsInTheirOrder() throws {
    let trace = try JSONValue.parse(Array(ProfileReport.trace(events, title: "here").text().utf8))
    let found = try #require(trace["traceEvents"]?.array).filter { $0["ph"]?.string == "X" }
    #expect(found.count == events.count)
    #expect(found.compactMap { $0["ts"]?.double }.map { $0.rounded() }.prefix(4) == [0, 1_000, 2_000, 5_000])
    let product = try #require(found.first { $0["name"]?.string == "linear" })
    #expect(product["dur"]?.double?.rounded() == 1_000)
    #expect(product["args"]?["gflops"]?.double.map { abs($0 - 100) < 1e-6 } == true)
    #expect(product["args"]?["bytes"]?.double == 1e6)
  }
}

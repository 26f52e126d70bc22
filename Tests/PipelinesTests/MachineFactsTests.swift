import Pipelines
import Testing

@Suite struct MachineFactsTests {
  @Test func filesOfTheSystemKeepTheirLines() throws {
    let text = try #require(MachineFacts.text("/proc/meminfo"))
    #expect(text.split(separator: "\n").count > 3 && text.last?.isWhitespace == false)
  }

  @Test func theMachineHasMemory() throws {
    let total = try #require(MachineFacts.memoryTotal)
    #expect(MachineFacts.memoryAvailable > 0 && MachineFacts.memoryAvailable <= total)
  }
}

import Foundation
import JSON
import Testing

@Suite struct DoctorTests {
  @Test func aProcessThatIsBoundToOneProcessorCountsOne() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["taskset", "--cpu-list", "0", Program.path, "doctor", "--json"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let json = try JSONValue.parse(Array(output.fileHandleForReading.readDataToEndOfFile()))
    process.waitUntilExit()
    let threads = json["findings"]?.array?.first { $0["name"] == .string("threads") }
    #expect(threads?["text"]?.string?.hasPrefix("1 of 1 processors allowed") == true, "\(json)")
  }
}

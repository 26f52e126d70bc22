import Foundation
import JSON

/// The built program, run as a person runs it.
enum Program {
  /// What a run of the program brought.
  struct Result {
    let code: Int32
    let output: String
    let talk: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    func json() throws -> JSONValue { try JSONValue.parse(Array(output.utf8)) }
  }

  private final class Anchor {}

  /// The executable beside the tests.
  static var path: String {
    let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let folders = [beside, Bundle(for: Anchor.self).bundleURL.deletingLastPathComponent()]
    let found = folders.map { $0.appendingPathComponent("cloze").path }
    return found.first { FileManager.default.isExecutableFile(atPath: $0) } ?? found[0]
  }

  /// Runs the program to its end.
  static func run(_ arguments: [String], input: String = "") throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let (standardInput, output, talk) = (Pipe(), Pipe(), Pipe())
    process.standardInput = standardInput
    process.standardOutput = output
    process.standardError = talk
    try process.run()
    // Inputs of these tests fit into a pipe.
    standardInput.fileHandleForWriting.write(Data(input.utf8))
    try standardInput.fileHandleForWriting.close()
    let outputBytes = output.fileHandleForReading.readDataToEndOfFile()
    let talkBytes = talk.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: String(decoding: outputBytes, as: UTF8.self),
      talk: String(decoding: talkBytes, as: UTF8.self))
  }
}

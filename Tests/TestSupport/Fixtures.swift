import Foundation
import JSON

/// Files that tests read: committed fixtures, and local data that may be absent.
public enum Fixtures {
  /// The path of a committed fixture.
  public static func path(_ name: String) -> String {
    tests.appendingPathComponent("Fixtures/" + name).path
  }

  /// A committed JSON fixture.
  public static func json(_ name: String) throws -> JSONValue {
    try JSONValue.parse([UInt8](Data(contentsOf: URL(fileURLWithPath: path(name)))))
  }

  /// A folder of local data, nil where it is absent: `CLOZE_DATA`, or `shared/data` beside the checkout.
  public static func data(_ name: String) -> String? {
    let beside = tests.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data")
      .path
    let path = (ProcessInfo.processInfo.environment["CLOZE_DATA"] ?? beside) + "/" + name
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  private static var tests: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  }
}

/// A folder of a test's own, removed at the end.
public func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cloze-test-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

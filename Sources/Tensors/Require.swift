import Glibc

/// Ends the program with exit code 70 (internal error) and `message` on standard error unless `condition` holds.
///
/// For mistakes of programmers, such as shapes that don't fit: release builds print nothing for `precondition`.
public func require(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
  if !condition { requirementFailed(message(), file: file, line: line) }
}

/// Ends the program with exit code 70 (internal error) and `message` on standard error.
public func requirementFailed(_ message: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
  let text = Array("internal error: \(message) (\(file):\(line))\n".utf8)
  _ = write(STDERR_FILENO, text, text.count)
  exit(70)
}

import CSystem

/// A text for children, in nameless memory: not in their arguments, which everybody on the machine can read.
public final class InheritedText {
  /// The descriptor that children inherit.
  public let descriptor: Int32

  /// Text for children.
  public init(_ text: String) throws(CollectiveError) {
    let file = cs_memory_file("cloze-job", 0)
    guard file >= 0 else { throw .memory(bytes: text.utf8.count, number: -file) }
    descriptor = file
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { cs_write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { throw .memory(bytes: text.utf8.count, number: Int32(-count)) }
      rest = rest.dropFirst(Int(count))
    }
    _ = cs_set_inheritable(file, true)
  }

  /// The text behind an inherited descriptor.
  public static func read(_ file: Int32) -> [UInt8] {
    var status = cs_status()
    guard cs_status_of_file(file, &status) == 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: Int(status.bytes))
    let count = bytes.withUnsafeMutableBytes { cs_read_at(file, $0.baseAddress, $0.count, 0) }
    return Array(bytes.prefix(max(0, Int(count))))
  }

  deinit { _ = cs_close(descriptor) }
}

import CSystem

/// Anonymous memory that several processes map: it has no name, so a killed process leaves nothing behind.
///
/// All of it is reserved when it is made: too little memory is an error then, not a crash later.
public final class SharedMemory {
  /// The descriptor that children inherit.
  public let descriptor: Int32
  /// Its size.
  public let byteCount: Int
  let base: UnsafeMutableRawPointer

  /// New memory, all zeros.
  public init(byteCount: Int) throws(CollectiveError) {
    let file = cs_memory_file("cloze", UInt64(byteCount))
    guard file >= 0 else { throw .memory(bytes: byteCount, number: -file) }
    _ = cs_set_inheritable(file, true)
    guard let base = cs_map(file, UInt64(byteCount), true) else {
      _ = cs_close(file)
      throw .memory(bytes: byteCount, number: 0)
    }
    (descriptor, self.byteCount, self.base) = (file, byteCount, base)
  }

  /// The memory behind an inherited descriptor.
  public init(inherited file: Int32) throws(CollectiveError) {
    var status = cs_status()
    let answer = cs_status_of_file(file, &status)
    guard answer == 0, status.bytes > 0, let base = cs_map(file, status.bytes, true) else {
      throw .memory(bytes: 0, number: -answer)
    }
    // Grandchildren have no business with it.
    _ = cs_set_inheritable(file, false)
    (descriptor, byteCount, self.base) = (file, Int(status.bytes), base)
  }

  deinit {
    _ = cs_unmap(base, UInt64(byteCount))
    _ = cs_close(descriptor)
  }
}

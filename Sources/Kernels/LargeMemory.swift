import Glibc

/// Memory that is used for long: large pieces on huge pages, where the system has them, so that walks over a matrix need
/// few translations of addresses.
public enum LargeMemory {
  /// `byteCount` bytes, at least 64-byte aligned.
  public static func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: byteCount >= hugePage ? hugePage : 64)
    if byteCount >= hugePage { madvise(memory, byteCount, 14) }  // MADV_HUGEPAGE; where it fails nothing is lost
    return memory
  }

  /// Gives memory of `allocate` back.
  public static func deallocate(_ memory: UnsafeMutableRawPointer) { memory.deallocate() }

  private static let hugePage = 2 << 20
}

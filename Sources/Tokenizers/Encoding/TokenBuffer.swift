/// A growing list of plain values, appended to without the checks that shared storage needs.
struct TokenBuffer<Element: BitwiseCopyable>: ~Copyable {
  private var memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: 0)
  private(set) var count = 0

  deinit { memory.deallocate() }

  /// The values, valid until the next change.
  var values: UnsafeBufferPointer<Element> { UnsafeBufferPointer(rebasing: memory[..<count]) }

  @inline(__always) mutating func append(_ value: Element) {
    if count == memory.count { grow() }
    memory.initializeElement(at: count, to: value)
    count &+= 1
  }

  mutating func removeLast(_ surplus: Int) { count -= surplus }

  @inline(never) private mutating func grow() {
    let larger = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(256, 2 * count))
    _ = larger.initialize(fromContentsOf: values)
    memory.deallocate()
    memory = larger
  }
}

/// Places in scalars for growing places in bytes.
struct ScalarCounter {
  private var position = 0
  /// Scalars that begin before `position`.
  private var count = 0

  /// Every scalar of which a byte lies in the range.
  @inline(__always) mutating func scalars(of range: Range<Int>, in stretch: TextStretch) -> Range<Int> {
    advance(to: range.lowerBound, stretch.bytes)
    let startsInside = !UTF8Text.isStart(stretch.bytes[range.lowerBound])
    let first = stretch.place(of: startsInside ? count - 1 : count)
    advance(to: range.upperBound, stretch.bytes)
    let last = stretch.place(of: count - 1)
    return first..<max(first, last) + 1
  }

  @inline(__always) private mutating func advance(to end: Int, _ bytes: UnsafeBufferPointer<UInt8>) {
    while position < end {
      if UTF8Text.isStart(bytes[position]) { count += 1 }
      position += 1
    }
  }
}

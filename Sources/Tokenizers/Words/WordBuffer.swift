/// One normalized word in UTF-8, with the place in the text of the scalar behind each byte where offsets are wanted.
struct WordBuffer: Sendable {
  var bytes: [UInt8] = []
  /// Places in scalars of the text; empty unless `tracksSources`.
  var sources: [Int] = []
  var tracksSources = false

  @inline(__always) mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    if tracksSources { sources.removeAll(keepingCapacity: true) }
  }

  @inline(__always) mutating func append(_ byte: UInt8, source: Int) {
    bytes.append(byte)
    if tracksSources { sources.append(source) }
  }

  @inline(__always) mutating func append(_ image: some Sequence<UInt8>, source: Int) {
    for byte in image { append(byte, source: source) }
  }
}

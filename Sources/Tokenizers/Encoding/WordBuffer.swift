/// One normalized word in UTF-8, with the place in the text of the scalar behind each byte where offsets are wanted.
struct WordBuffer: Sendable {
  /// What one word may leave behind, in bytes.
  private static let keptCapacity = 1 << 16

  /// The word, then what longer words left behind.
  private var memory = [UInt8](repeating: 0, count: 256)
  /// Places in scalars of the text, by byte; only while `tracksSources` as long as `memory`.
  private(set) var sources: [Int] = []
  private(set) var count = 0
  private(set) var tracksSources = false

  var isEmpty: Bool { count == 0 }

  var bytes: ArraySlice<UInt8> { memory[..<count] }

  /// Calls a closure with the word and the number of bytes that may be read from its start on.
  @inline(__always) func withBytes(_ body: (_ word: UnsafeBufferPointer<UInt8>, _ readable: Int) -> Void) {
    memory.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<count]), $0.count) }
  }

  /// Begins a text.
  mutating func prepare(tracksSources: Bool) {
    self.tracksSources = tracksSources
    count = 0
    if memory.count > Self.keptCapacity { resize(to: Self.keptCapacity) }
    if tracksSources, sources.count < memory.count { resize(to: memory.count) }
  }

  @inline(__always) mutating func removeAll() { count = 0 }

  @inline(__always) mutating func append(_ byte: UInt8, source: Int) {
    if count == memory.count { resize(to: 2 * count) }
    memory[count] = byte
    if tracksSources { sources[count] = source }
    count += 1
  }

  @inline(__always) mutating func append(_ image: some Sequence<UInt8>, source: Int) {
    for byte in image { append(byte, source: source) }
  }

  /// Appends what a table makes of the bytes of a text from a place on, up to the first that has no image (bit 8), and
  /// returns how many these were. `source` is the scalar of the first, the others follow.
  @inline(__always) mutating func appendImages(
    of text: UnsafeBufferPointer<UInt8>, from start: Int, _ images: UnsafeBufferPointer<UInt16>, source: Int
  ) -> Int {
    if memory.count - count < 64 { resize(to: 2 * memory.count) }
    let limit = min(text.count - start, memory.count - count)
    let length = memory.withUnsafeMutableBufferPointer { memory in
      var length = 0
      while length < limit {
        let image = images[Int(text[start &+ length])]
        if image >= 0x100 { break }
        memory[count &+ length] = UInt8(truncatingIfNeeded: image)
        length &+= 1
      }
      return length
    }
    if tracksSources {
      sources.withUnsafeMutableBufferPointer { sources in
        for place in 0..<length { sources[count &+ place] = source &+ place }
      }
    }
    count &+= length
    return length
  }

  @inline(never) private mutating func resize(to capacity: Int) {
    memory = Array(memory.prefix(capacity)) + repeatElement(0, count: max(0, capacity - memory.count))
    guard tracksSources else { return }
    sources = Array(sources.prefix(capacity)) + repeatElement(0, count: max(0, capacity - sources.count))
  }
}

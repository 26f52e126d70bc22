import CZlib

/// Gzip members one after the other (RFC 1952), each checked by its CRC-32 and length.
final class GzipDecoder: BlockDecoder {
  private let stream: UnsafeMutablePointer<z_stream>
  private var isBetweenMembers = false

  init() throws(Damage) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let gzipOnly: Int32 = 16 + 15
    let status = inflateInit2_(stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw outOfMemory("zlib") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  var isComplete: Bool { isBetweenMembers }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(Damage) -> (consumed: Int, produced: Int) {
    guard !output.isEmpty, !(input.isEmpty && isBetweenMembers) else { return (0, 0) }
    if isBetweenMembers, input[0] != 0x1F { throw .trailingBytes }
    isBetweenMembers = false
    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(clamping: input.count)
    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(clamping: output.count)
    let status = inflate(stream, Z_NO_FLUSH)
    let consumed = min(input.count, Int(UInt32.max)) - Int(stream.pointee.avail_in)
    let produced = min(output.count, Int(UInt32.max)) - Int(stream.pointee.avail_out)
    switch status {
    case Z_STREAM_END:
      isBetweenMembers = true
      guard inflateReset(stream) == Z_OK else { throw outOfMemory("zlib") }
    case Z_OK, Z_BUF_ERROR: break
    default: throw .corrupt(reason: stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
    }
    return (consumed, produced)
  }
}

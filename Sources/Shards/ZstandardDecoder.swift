import CZstd

/// Zstandard frames one after the other (RFC 8878), frames to be skipped among them.
///
/// Windows above 128 MiB are refused, as the library does by default.
final class ZstandardDecoder: BlockDecoder {
  private let stream: OpaquePointer
  private(set) var isComplete = false

  init() throws(Damage) {
    guard let stream = ZSTD_createDStream() else { throw outOfMemory("zstd") }
    self.stream = stream
  }

  deinit { ZSTD_freeDStream(stream) }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(Damage) -> (consumed: Int, produced: Int) {
    guard !output.isEmpty, !(input.isEmpty && isComplete) else { return (0, 0) }
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let hint = ZSTD_decompressStream(stream, &target, &source)
    if ZSTD_isError(hint) != 0 {
      let reason = ZSTD_getErrorName(hint).map { String(cString: $0) } ?? "zstd error"
      throw isComplete && reason == "Unknown frame descriptor" ? .trailingBytes : .corrupt(reason: reason)
    }
    if source.pos > 0 || target.pos > 0 { isComplete = hint == 0 }
    return (source.pos, target.pos)
  }
}

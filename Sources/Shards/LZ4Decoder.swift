import CLZ4

/// LZ4 frames one after the other (LZ4 frame format 1.6), each checked by the checksums it carries.
final class LZ4Decoder: BlockDecoder {
  private let context: OpaquePointer
  private(set) var isComplete = false

  init() throws(Damage) {
    var context: OpaquePointer?
    let status = LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(status) == 0, let context else { throw outOfMemory("lz4") }
    self.context = context
  }

  deinit { LZ4F_freeDecompressionContext(context) }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(Damage) -> (consumed: Int, produced: Int) {
    guard !output.isEmpty, !(input.isEmpty && isComplete) else { return (0, 0) }
    var (consumed, produced) = (input.count, output.count)
    let hint = LZ4F_decompress(context, output.baseAddress, &produced, input.baseAddress, &consumed, nil)
    if LZ4F_isError(hint) != 0 {
      let reason = LZ4F_getErrorName(hint).map { String(cString: $0) } ?? "lz4 error"
      throw isComplete && reason == "ERROR_frameType_unknown" ? .trailingBytes : .corrupt(reason: reason)
    }
    if consumed > 0 || produced > 0 { isComplete = hint == 0 }
    return (consumed, produced)
  }
}

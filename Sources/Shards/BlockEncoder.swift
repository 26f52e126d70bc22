import CLZ4
import CZlib
import CZstd

/// A compressor of whole members or frames; the same bytes in always give the same bytes out.
enum BlockEncoder {
  /// One member or frame of `bytes`, with a checksum of its contents; plain bytes as they are.
  static func frame(_ bytes: [UInt8], _ codec: Codec) -> [UInt8]? {
    switch codec {
    case .plain: bytes
    case .gzip: gzip(bytes)
    case .lz4: lz4(bytes)
    case .zstd: zstd(bytes)
    }
  }

  /// A gzip member of level 6 without a time or a name in its header.
  private static func gzip(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    let gzipOnly: Int32 = 16 + 15
    let status = deflateInit2_(
      &stream, 6, Z_DEFLATED, gzipOnly, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK, bytes.count <= Int(UInt32.max) else { return nil }
    defer { deflateEnd(&stream) }
    var input = bytes
    let bound = Int(deflateBound(&stream, UInt(input.count)))
    return input.withUnsafeMutableBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: bound) { target, count in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(clamping: target.count)
        count = deflate(&stream, Z_FINISH) == Z_STREAM_END ? bound - Int(stream.avail_out) : 0
      }
    }.nonEmpty
  }

  private static func lz4(_ bytes: [UInt8]) -> [UInt8]? {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
    preferences.frameInfo.contentSize = UInt64(bytes.count)
    let bound = LZ4F_compressFrameBound(bytes.count, &preferences)
    return [UInt8](unsafeUninitializedCapacity: bound) { target, count in
      let size = LZ4F_compressFrame(target.baseAddress, bound, bytes, bytes.count, &preferences)
      count = LZ4F_isError(size) == 0 ? size : 0
    }.nonEmpty
  }

  private static func zstd(_ bytes: [UInt8]) -> [UInt8]? {
    guard let context = ZSTD_createCCtx() else { return nil }
    defer { ZSTD_freeCCtx(context) }
    guard ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)) == 0 else { return nil }
    let bound = ZSTD_compressBound(bytes.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { target, count in
      let size = ZSTD_compress2(context, target.baseAddress, bound, bytes, bytes.count)
      count = ZSTD_isError(size) == 0 ? size : 0
    }.nonEmpty
  }
}

extension [UInt8] {
  /// The array, unless it is empty: no frame is, so an empty one stands for a failure.
  fileprivate var nonEmpty: [UInt8]? { isEmpty ? nil : self }
}

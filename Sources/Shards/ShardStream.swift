import Digests

/// A piece of a decoded shard, or how it ended.
enum StreamPart: Sendable {
  case bytes([UInt8])
  /// The whole file was read; the digest is there if it was asked for.
  case end(sha256: String?)
  case fault(ShardError)
}

/// The decoded bytes of one shard in pieces of about 1 MiB, from a decoded byte on.
///
/// A plain shard is sought, a compressed one decoded and thrown away up to that byte. Whatever was decoded before a
/// fault is delivered before the fault.
final class ShardStream {
  static let pieceBytes = 1 << 20
  /// Decoded bytes that no ratio limits.
  private static let freeBytes: UInt64 = 64 << 20

  private let shard: ShardFile
  private let file: InputFile
  private let decoder: (any BlockDecoder)?
  private let maximumRatio: Int
  private let indexing: IndexingPass?
  private var digest: SHA256?
  private let input: UnsafeMutableRawBufferPointer
  private var unread = 0..<0
  private var isInputAtEnd = false
  /// Compressed bytes before `unread`.
  private var compressedOffset: UInt64 = 0
  private var decodedBytes: UInt64 = 0
  private var toDrop: UInt64 = 0
  private var ending: StreamPart?

  init(
    _ shard: ShardFile, maximumRatio: Int, from offset: UInt64 = 0, indexing: IndexingPass? = nil
  ) throws(ShardError) {
    self.shard = shard
    self.indexing = indexing
    self.maximumRatio = maximumRatio
    file = try InputFile(path: shard.path)
    decoder = try ShardStream.decoder(of: shard)
    digest = indexing == nil ? nil : SHA256()
    input = .allocate(byteCount: 256 << 10, alignment: 64)
    try fill()
    try checkMagic()
    if shard.codec == .plain {
      guard offset <= file.size else { throw .positionBeyondEnd(shard: shard.name, offset: offset) }
      if offset > 0 {
        try file.seek(to: offset)
        (unread, isInputAtEnd) = (0..<0, false)
        compressedOffset = offset
      }
    } else {
      toDrop = offset
    }
  }

  deinit { input.deallocate() }

  /// The next piece; after the end or a fault always the same.
  func next() -> StreamPart {
    while ending == nil {
      guard indexing?.isCancelled() != true else {
        ending = .fault(.cancelled)
        break
      }
      var piece = decodedPiece()
      if toDrop > 0 {
        let dropped = Int(min(toDrop, UInt64(piece.count)))
        toDrop -= UInt64(dropped)
        piece.removeFirst(dropped)
        if toDrop > 0, case .end = ending {
          ending = .fault(.positionBeyondEnd(shard: shard.name, offset: decodedBytes + toDrop))
        }
      }
      if !piece.isEmpty { return .bytes(piece) }
    }
    return ending ?? .end(sha256: nil)
  }

  /// The digest of the whole file after damage: reads on without decoding.
  func digestOfRest() throws(ShardError) -> String? {
    while !isInputAtEnd {
      if indexing?.isCancelled() == true { throw .cancelled }
      try fill()
    }
    return digest?.hex()
  }

  private static func decoder(of shard: ShardFile) throws(ShardError) -> (any BlockDecoder)? {
    do throws(Damage) {
      switch shard.codec {
      case .plain: return nil
      case .gzip: return try GzipDecoder()
      case .lz4: return try LZ4Decoder()
      case .zstd: return try ZstandardDecoder()
      }
    } catch {
      throw .damaged(shard: shard.name, byte: 0, documents: 0, damage: error)
    }
  }

  /// Compares the first bytes with the extension; an empty compressed file is a truncated one.
  private func checkMagic() throws(ShardError) {
    guard !(unread.isEmpty && shard.codec != .plain) else {
      ending = .fault(damaged(.truncated))
      return
    }
    let found = Codec.detected(in: input[unread], preferred: shard.codec)
    let isShort = unread.count < 4 && shard.codec != .plain
    if !isShort, found ?? .plain != shard.codec {
      ending = .fault(damaged(.wrongCodec(expected: shard.codec, found: found)))
    }
  }

  /// Up to `pieceBytes` decoded bytes; fewer or none once `ending` is set.
  private func decodedPiece() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, count in
      let output = UnsafeMutableRawBufferPointer(buffer)
      do throws(ShardError) {
        while count < output.count, ending == nil {
          count += try decodeOnce(UnsafeMutableRawBufferPointer(rebasing: output[count...]))
        }
      } catch {
        ending = .fault(error)
      }
    }
  }

  private func decodeOnce(_ output: UnsafeMutableRawBufferPointer) throws(ShardError) -> Int {
    if unread.isEmpty, !isInputAtEnd { try fill() }
    let source = UnsafeRawBufferPointer(rebasing: input[unread])
    guard let decoder else {
      if unread.isEmpty { ending = .end(sha256: digest?.hex()) }
      let count = min(source.count, output.count)
      output.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<count]))
      consume(count)
      return count
    }
    let used: (consumed: Int, produced: Int)
    do throws(Damage) {
      used = try decoder.decode(source, into: output)
    } catch {
      throw damaged(error)
    }
    consume(used.consumed)
    decodedBytes += UInt64(used.produced)
    try checkRatio()
    if used.consumed == 0, used.produced == 0 { try finish(decoder) }
    return used.produced
  }

  /// No progress: at the end of the input that is the end; before it, a library that waits for nothing.
  private func finish(_ decoder: any BlockDecoder) throws(ShardError) {
    guard isInputAtEnd, unread.isEmpty else { throw damaged(.corrupt(reason: "no progress")) }
    guard decoder.isComplete else { throw damaged(.truncated) }
    ending = .end(sha256: digest?.hex())
  }

  private func checkRatio() throws(ShardError) {
    guard decodedBytes > Self.freeBytes else { return }
    let (allowed, isOver) = compressedOffset.multipliedReportingOverflow(by: UInt64(clamping: max(1, maximumRatio)))
    guard !isOver, decodedBytes > allowed else { return }
    throw .expandsTooMuch(
      shard: shard.name, byte: compressedOffset, decodedBytes: decodedBytes, maximumRatio: maximumRatio)
  }

  private func damaged(_ damage: Damage) -> ShardError {
    .damaged(shard: shard.name, byte: compressedOffset, documents: 0, damage: damage)
  }

  private func consume(_ count: Int) {
    unread = unread.lowerBound + count..<unread.upperBound
    compressedOffset += UInt64(count)
  }

  private func fill() throws(ShardError) {
    let count = try file.read(into: input)
    unread = 0..<count
    isInputAtEnd = count == 0
    digest?.update(UnsafeRawBufferPointer(rebasing: input[unread]))
  }
}

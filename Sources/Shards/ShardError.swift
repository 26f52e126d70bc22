/// Why a shard is not found, read or written.
public enum ShardError: Error, Equatable, Sendable {
  case noMatch(pattern: String, hint: String?)
  case notFound(path: String)
  case notRegularFile(path: String, kind: String)
  case unknownExtension(path: String)
  case unreadable(path: String, errno: Int32)
  case damaged(shard: String, byte: UInt64, documents: Int, damage: Damage)
  case expandsTooMuch(shard: String, byte: UInt64, decodedBytes: UInt64, maximumRatio: Int)
  case badRecord(shard: String, place: RecordPlace)
  case noColumn(shard: String, column: String, columnCount: Int)
  case positionBeyondEnd(shard: String, offset: UInt64)
  case shardsChanged([ShardChange])
  case invalidIndex(reason: String)
  case unseparable(path: String, document: Int)
  case cannotCreate(path: String, errno: Int32)
  case cannotWrite(path: String, errno: Int32)
  /// Somebody asked for the reading to stop.
  case cancelled
}

/// What is wrong with a compressed shard.
public enum Damage: Error, Equatable, Sendable {
  case wrongCodec(expected: Codec, found: Codec?)
  case truncated
  case corrupt(reason: String)
  case trailingBytes
}

extension Damage: CustomStringConvertible {
  /// A few words that follow the shard's name.
  public var description: String {
    switch self {
    case .wrongCodec(.plain, let found): "is compressed by \(found?.rawValue ?? "?") but not named so"
    case .wrongCodec(let expected, let found?): "is named \(expected.pathExtension) but compressed by \(found.rawValue)"
    case .wrongCodec(let expected, nil): "is named \(expected.pathExtension) but is no \(expected.rawValue) file"
    case .truncated: "ends inside a compressed block"
    case .corrupt(let reason): "is corrupt (\(reason))"
    case .trailingBytes: "has foreign bytes after its compressed data"
    }
  }
}

extension ShardError {
  /// The exit code of a run that ends by this error.
  public var exitCode: Int32 {
    switch self {
    case .noMatch, .unknownExtension, .noColumn: 64
    case .notFound, .notRegularFile, .unreadable, .damaged, .badRecord, .positionBeyondEnd, .shardsChanged: 65
    case .invalidIndex, .unseparable: 65
    case .expandsTooMuch: 77
    case .cannotCreate: 73
    case .cannotWrite: 74
    case .cancelled: 10
    }
  }
}

extension ShardError: CustomStringConvertible {
  /// One sentence: what, where and why; never a word of the text.
  public var description: String {
    switch self {
    case .noMatch(let pattern, let hint):
      "\(pattern) matches no shard" + (hint.map { "; \($0)" } ?? "")
    case .notFound(let path): "\(path) does not exist"
    case .notRegularFile(let path, let kind): "\(path) is \(kind), not a file"
    case .unknownExtension(let path):
      "\(path) has an unknown extension; shards are .txt, .jsonl, .csv or .tsv, plain or with .gz, .lz4 or .zst"
    case .unreadable(let path, let errno): "\(path) cannot be read: \(systemMessage(errno))"
    case .damaged(let shard, let byte, let documents, let damage):
      "\(shard) \(damage) (byte \(byte); after document \(documents))"
    case .expandsTooMuch(let shard, let byte, let decodedBytes, let maximumRatio):
      "\(shard) expands to \(decodedBytes) bytes within its first \(byte), more than \(maximumRatio) times: refused"
    case .badRecord(let shard, let place):
      "\(shard): \(place.kind) in record \(place.record) (line \(place.line), byte \(place.offset))"
    case .noColumn(let shard, let column, let columnCount):
      "\(shard) has no column \(column) among its \(columnCount)"
    case .positionBeyondEnd(let shard, let offset): "\(shard) ends before byte \(offset), where reading should go on"
    case .shardsChanged(let changes): changes.map(\.description).joined(separator: "; ")
    case .invalidIndex(let reason): "the shard index is invalid: \(reason)"
    case .unseparable(let path, let document):
      "document \(document) would not be read back from \(path) as one document: it holds what separates documents"
    case .cannotCreate(let path, let errno): "\(path) cannot be created: \(systemMessage(errno))"
    case .cannotWrite(let path, let errno): "\(path) cannot be written: \(systemMessage(errno))"
    case .cancelled: "reading the shards was stopped on request"
    }
  }
}

/// How the shards of a corpus differ from its index.
public enum ShardChange: Equatable, Sendable {
  case missing(name: String)
  case added(name: String)
  case changed(name: String, recordedBytes: UInt64, bytes: UInt64)
}

extension ShardChange: CustomStringConvertible {
  /// One clause with the shard's name.
  public var description: String {
    switch self {
    case .missing(let name): "\(name) is missing"
    case .added(let name): "\(name) was added"
    case .changed(let name, let recordedBytes, let bytes) where recordedBytes == bytes:
      "\(name) has changed: as many bytes, other contents"
    case .changed(let name, let recordedBytes, let bytes):
      "\(name) has changed: \(bytes) bytes, \(recordedBytes) recorded"
    }
  }
}

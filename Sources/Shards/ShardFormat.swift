/// What is written in a shard, told by its extension.
public enum ShardFormat: String, Sendable, Codable, CaseIterable {
  case txt
  case jsonl
  case csv
  case tsv

  /// True for the two kinds of table.
  public var isTable: Bool { self == .csv || self == .tsv }
}

/// How a shard's bytes are compressed, told by its extension and checked against its first bytes.
public enum Codec: String, Sendable, Codable, CaseIterable {
  case plain
  case gzip
  case lz4
  case zstd

  /// The extension, with its dot; empty for plain files.
  public var pathExtension: String {
    switch self {
    case .plain: ""
    case .gzip: ".gz"
    case .lz4: ".lz4"
    case .zstd: ".zst"
    }
  }

  /// The codec whose magic number begins these bytes; `nil` for none of them.
  ///
  /// Frames to be skipped (0x184D2A50 to 5F) may begin lz4 and zstd files alike; they count as `preferred`.
  static func detected(in bytes: some Collection<UInt8>, preferred: Codec) -> Codec? {
    let magic = Array(bytes.prefix(4))
    if magic.starts(with: [0x1F, 0x8B]) { return .gzip }
    if magic == [0x04, 0x22, 0x4D, 0x18] { return .lz4 }
    if magic == [0x28, 0xB5, 0x2F, 0xFD] { return .zstd }
    let isSkippable = magic.count == 4 && magic[0] & 0xF0 == 0x50 && magic[1...] == [0x2A, 0x4D, 0x18]
    return isSkippable && (preferred == .lz4 || preferred == .zstd) ? preferred : nil
  }
}

/// One file of a corpus.
public struct ShardFile: Sendable, Equatable {
  /// Where it lies.
  public let path: String
  /// Its path below the folder all shards share: what errors, splits and the index call it.
  public let name: String
  /// What is written in it.
  public let format: ShardFormat
  /// How it is compressed.
  public let codec: Codec

  /// A shard by its path; `nil` when the extension is none of .txt, .jsonl, .csv and .tsv, plain or .gz, .lz4, .zst.
  public init?(path: String, name: String? = nil) {
    guard let (format, codec) = ShardFile.kind(of: path) else { return nil }
    self.path = path
    self.name = name ?? PathText.lastComponent(path)
    self.format = format
    self.codec = codec
  }

  /// The format and codec that a path's extensions stand for.
  public static func kind(of path: String) -> (format: ShardFormat, codec: Codec)? {
    var stem = PathText.lastComponent(path).lowercased()
    let codec = Codec.allCases.first { $0 != .plain && stem.hasSuffix($0.pathExtension) } ?? .plain
    stem.removeLast(codec.pathExtension.count)
    guard let format = ShardFormat.allCases.first(where: { stem.hasSuffix(".\($0.rawValue)") }) else { return nil }
    return (format, codec)
  }
}

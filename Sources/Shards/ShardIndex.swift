import Digests

/// What a corpus consists of, byte for byte: written at first start, verified on every later one.
public struct ShardIndex: Equatable, Sendable {
  /// One shard as it was when the index was built.
  public struct Entry: Equatable, Sendable {
    /// Its name in the `ShardSet`.
    public let name: String
    /// Bytes of the file as it lies.
    public let bytes: UInt64
    /// When the file was last changed, in nanoseconds since 1970; only a hint that spares a full check.
    public let modified: Int64
    /// SHA-256 of the file as it lies, in hexadecimal.
    public let sha256: String
    /// Good documents.
    public let documents: Int
    /// Bytes of their text.
    public let textBytes: UInt64
    /// Records left out, by kind.
    public let skipped: [RecordIssue: Int]
    /// Records used after a repair, by kind.
    public let repaired: [RecordIssue: Int]
    /// True if the shard was given up where damage begins.
    public let isDamaged: Bool
  }

  /// The shards, sorted by name.
  public let entries: [Entry]

  /// An index of these shards.
  public init(_ entries: [Entry]) { self.entries = entries }

  /// Good documents of all shards.
  public var documents: Int { entries.reduce(0) { $0 + $1.documents } }

  /// Bytes of all documents' text.
  public var textBytes: UInt64 { entries.reduce(0) { $0 + $1.textBytes } }

  /// Bytes of all files as they lie.
  public var bytes: UInt64 { entries.reduce(0) { $0 + $1.bytes } }

  /// Records left out of all shards.
  public var skippedCount: Int { entries.reduce(0) { $0 + $1.skipped.values.reduce(0, +) } }

  /// Records of all shards used after a repair.
  public var repairedCount: Int { entries.reduce(0) { $0 + $1.repaired.values.reduce(0, +) } }

  /// Text bytes of the shards before each one, and behind the last the sum of all: one more than there are shards.
  public var textOffsets: [UInt64] { entries.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.textBytes) } }

  /// SHA-256 over names, digests and counts: the identity of the data a run is trained on.
  public var fingerprint: String {
    var digest = SHA256()
    for entry in entries {
      digest.update(Array("\(entry.name)\u{0}\(entry.sha256)\u{0}\(entry.documents)\u{0}\(entry.textBytes)\n".utf8))
    }
    return digest.hex()
  }
}

extension ShardIndex {
  /// How the shards differ from the index, by name: missing ones, added ones and those with other contents.
  ///
  /// A quick check trusts a file of the recorded size and time, and reads one of another time; a full check reads all.
  /// - Parameter isCancelled: asked between blocks of reading.
  /// - Throws: `ShardError` for a shard that cannot be read, and if cancelled.
  public func changes(
    in set: ShardSet, quick: Bool, isCancelled: () -> Bool = { false }
  ) throws(ShardError) -> [ShardChange] {
    var recorded: [String: Entry] = [:]
    for entry in entries { recorded[entry.name] = entry }
    var changes: [ShardChange] = []
    for shard in set.shards {
      guard let entry = recorded.removeValue(forKey: shard.name) else {
        changes.append(.added(name: shard.name))
        continue
      }
      let file = try InputFile(path: shard.path)
      if try !entry.describes(file, quick: quick, isCancelled: isCancelled) {
        changes.append(.changed(name: shard.name, recordedBytes: entry.bytes, bytes: file.size))
      }
    }
    return changes + entries.filter { recorded[$0.name] != nil }.map { .missing(name: $0.name) }
  }

  /// Stops if the shards are not those of the index.
  /// - Parameter isCancelled: asked between blocks of reading.
  /// - Throws: `ShardError.shardsChanged` with every change, the error of a shard that cannot be read, or `cancelled`.
  public func verify(_ set: ShardSet, quick: Bool, isCancelled: () -> Bool = { false }) throws(ShardError) {
    let changes = try changes(in: set, quick: quick, isCancelled: isCancelled)
    if !changes.isEmpty { throw .shardsChanged(changes) }
  }
}

extension ShardIndex.Entry {
  fileprivate func describes(
    _ file: InputFile, quick: Bool, isCancelled: () -> Bool
  ) throws(ShardError) -> Bool {
    guard file.size == bytes else { return false }
    if quick, file.modified == modified { return true }
    return try file.sha256(isCancelled: isCancelled) == sha256
  }
}

extension InputFile {
  /// The digest of the whole file.
  func sha256(isCancelled: () -> Bool) throws(ShardError) -> String {
    try seek(to: 0)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var digest = SHA256()
    while !isCancelled() {
      let count = try read(into: buffer)
      guard count > 0 else { return digest.hex() }
      digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    throw .cancelled
  }
}

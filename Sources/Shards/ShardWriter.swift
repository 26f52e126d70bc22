import Glibc
import JSON

/// Writes a .txt or .jsonl shard, compressed as its extension says; the same documents always give the same bytes.
///
/// Documents go to a hidden file beside the target, which takes the target's name in `close`, complete and synchronized;
/// without `close` nothing is left. Compressed shards are made of frames of about `frameBytes`, so memory is bounded.
public final class ShardWriter {
  /// Where the shard will lie.
  public let path: String
  /// Documents written so far.
  public private(set) var documents = 0
  /// Bytes of their text.
  public private(set) var textBytes: UInt64 = 0
  private let temporaryPath: String
  private let shard: ShardFile
  private let document: DocumentRule
  private let textKey: String
  private let frameBytes: Int
  private var descriptor: Int32
  private var pending: [UInt8] = []
  private var hasFrame = false

  /// A writer of one shard.
  /// - Parameters:
  ///   - document: how a .txt shard is read again; with `file` it takes one document.
  ///   - textKey: the text's key in a .jsonl shard.
  ///   - frameBytes: decoded bytes after which a compressed shard begins a new frame.
  /// - Throws: `ShardError.unknownExtension` for tables and unknown extensions, `cannotCreate`.
  public init(
    path: String, document: DocumentRule = .blankLine, textKey: String = "text", frameBytes: Int = 8 << 20
  ) throws(ShardError) {
    guard let shard = ShardFile(path: path), !shard.format.isTable else { throw .unknownExtension(path: path) }
    let path = PathText.normalized(path)
    self.path = path
    self.shard = shard
    self.document = document
    self.textKey = textKey
    self.frameBytes = max(1, frameBytes)
    let name = PathText.lastComponent(path)
    temporaryPath = path.dropLast(name.count) + ".\(name).partial"
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .cannotCreate(path: path, errno: errno) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    Glibc.close(descriptor)
    unlink(temporaryPath)
  }

  /// Adds a document. In a .jsonl shard it is an object with the members given and, last, the text.
  ///
  /// A .txt shard has no place for members.
  /// - Throws: `ShardError.unseparable` for a text that a .txt shard would not give back as it is, `cannotWrite`.
  public func write(_ text: String, members: JSONObject = [:]) throws(ShardError) {
    if shard.format == .jsonl {
      var object = members
      object.set(textKey, JSONValue(text))
      pending.append(contentsOf: JSONValue.object(object).bytes())
      pending.append(0x0A)
    } else {
      guard isSeparable(text) else { throw .unseparable(path: path, document: documents + 1) }
      if documents > 0, document == .blankLine { pending.append(0x0A) }
      pending.append(contentsOf: text.utf8)
      if document != .file { pending.append(0x0A) }
    }
    documents += 1
    textBytes += UInt64(text.utf8.count)
    if pending.count >= frameBytes { try flush() }
  }

  /// True if a text between this shard's separators is read back as it is.
  private func isSeparable(_ text: String) -> Bool {
    if document == .file { return documents == 0 }
    let lines = Array(text.utf8).split(separator: 0x0A, omittingEmptySubsequences: false)
    return (document == .blankLine || lines.count == 1) && lines.allSatisfy { !$0.isBlank } && lines.last?.last != 0x0D
  }

  /// Completes the shard and gives it its name.
  /// - Throws: `ShardError.cannotWrite`.
  public func close() throws(ShardError) {
    guard descriptor >= 0 else { return }
    if !pending.isEmpty || !hasFrame { try flush() }
    guard fsync(descriptor) == 0 else { throw .cannotWrite(path: path, errno: errno) }
    guard Glibc.close(descriptor) == 0 else { throw .cannotWrite(path: path, errno: errno) }
    descriptor = -1
    guard rename(temporaryPath, path) == 0 else { throw .cannotWrite(path: path, errno: errno) }
  }

  private func flush() throws(ShardError) {
    guard let frame = BlockEncoder.frame(pending, shard.codec) else { throw .cannotWrite(path: path, errno: ENOMEM) }
    pending.removeAll(keepingCapacity: true)
    hasFrame = true
    var written = 0
    while written < frame.count {
      let count = frame[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw .cannotWrite(path: path, errno: errno)
      }
      written += count
    }
  }
}

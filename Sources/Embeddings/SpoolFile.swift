import DurableFiles
import Glibc

/// A nameless file in the making beside its target: bytes go in at the end, and it takes its name when it is whole.
final class SpoolFile {
  private(set) var byteCount: UInt64 = 0
  private let path: String
  private let fileSystem: any FileSystem
  private var file: OpenFile?
  private var pending: [UInt8] = []
  private var exists = true
  private static let pieceSize = 1 << 20

  init(beside target: String, fileSystem: any FileSystem) throws(FileError) {
    let name = "\(DurableFile.temporaryPrefix)\(Paths.name(of: target))-\(DurableFile.uniqueSuffix())"
    path = Paths.join(Paths.parent(of: target), name)
    self.fileSystem = fileSystem
    file = try fileSystem.create(path, mode: 0o600)
  }

  deinit {
    if let file { try? fileSystem.close(file) }
    if exists { try? fileSystem.removeFile(path) }
  }

  func write(_ bytes: [UInt8]) throws(FileError) {
    pending += bytes
    byteCount += UInt64(bytes.count)
    if pending.count >= SpoolFile.pieceSize { try flush() }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try write(Array(bytes)) }

  /// The bytes so far, in pieces.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try flush()
    let reader = try fileSystem.openForReading(path, followingLinks: false)
    defer { try? fileSystem.close(reader) }
    var buffer = [UInt8](repeating: 0, count: Int(min(byteCount, UInt64(SpoolFile.pieceSize))))
    var place: UInt64 = 0
    while place < byteCount {
      let count = Int(min(byteCount - place, UInt64(buffer.count)))
      try buffer.withUnsafeMutableBytes { buffer in
        let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        try fileSystem.readAll(reader, at: place, into: piece)
        try body(UnsafeRawBufferPointer(piece))
      }
      place += UInt64(count)
    }
  }

  /// Makes the file durable under `target`, with `header` before what was written.
  func publish(as target: String, before header: [UInt8]) throws {
    guard header.isEmpty else {
      let whole = try SpoolFile(beside: target, fileSystem: fileSystem)
      try whole.write(header)
      try forEachPiece { try whole.write($0) }
      return try whole.publish(as: target, before: [])
    }
    try flush()
    if let file {
      self.file = nil
      try fileSystem.synchronize(file)
      try fileSystem.close(file)
    }
    try fileSystem.rename(path, to: target, replacing: true)
    exists = false
    try fileSystem.synchronizeFolder(Paths.parent(of: target))
  }

  private func flush() throws(FileError) {
    guard let file, !pending.isEmpty else { return }
    try fileSystem.write(pending, to: file)
    pending.removeAll(keepingCapacity: true)
  }
}

import DurableFiles
import Glibc
import Synchronization

/// A temporary file without a name, made when first written to: it is unlinked as soon as it is open, so that nothing
/// is left behind, whatever ends the process.
final class SpillFile: Sendable {
  private let folder: String
  private let fileSystem: any FileSystem
  private let state = Mutex(State())

  private struct State {
    var files: (input: OpenFile, output: OpenFile)?
    /// Bytes written so far.
    var length = 0
    /// After a failed write nobody knows where the file ends; every later one fails alike.
    var failure: FileError?
  }

  /// A file in a folder, by default the one for temporary files.
  init(folder: String?, fileSystem: any FileSystem) {
    self.folder = folder ?? Self.temporaryFolder
    self.fileSystem = fileSystem
  }

  deinit {
    guard let files = state.withLock({ $0.files }) else { return }
    try? fileSystem.close(files.input)
    try? fileSystem.close(files.output)
  }

  /// `$TMPDIR`, or `/tmp` where it is not set.
  private static var temporaryFolder: String {
    let set = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    return set.isEmpty ? "/tmp" : set
  }

  /// Appends what `body` hands over piece by piece, while others wait; the result is where it lies.
  func append(
    _ body: ((_ piece: [UInt8]) throws(FileError) -> Void) throws(FileError) -> Void
  ) throws(FileError) -> Range<Int> {
    try state.withLock { (state) throws(FileError) in
      if let failure = state.failure { throw failure }
      do throws(FileError) {
        let start = state.length
        let files = try opened(&state)
        try body { (piece) throws(FileError) in
          try fileSystem.write(piece, to: files.output)
          state.length += piece.count
        }
        return start..<state.length
      } catch {
        state.failure = error
        throw error
      }
    }
  }

  /// The bytes of a range that was appended.
  func read(_ range: Range<Int>, into bytes: inout [UInt8]) throws(FileError) {
    bytes.removeAll(keepingCapacity: true)
    guard let file = state.withLock({ $0.files?.input }), !range.isEmpty else {
      throw FileError(path: folder, operation: .read, cause: .cutShort(at: UInt64(range.lowerBound)))
    }
    bytes.append(contentsOf: repeatElement(0, count: range.count))
    try bytes.withUnsafeMutableBufferPointer { (bytes) throws(FileError) in
      try fileSystem.readAll(file, at: UInt64(range.lowerBound), into: UnsafeMutableRawBufferPointer(bytes))
    }
  }

  private func opened(_ state: inout State) throws(FileError) -> (input: OpenFile, output: OpenFile) {
    if let files = state.files { return files }
    let path = Paths.join(folder, DurableFile.temporaryPrefix + "words-" + DurableFile.uniqueSuffix())
    let output = try fileSystem.create(path, mode: 0o600)
    do throws(FileError) {
      let input = try fileSystem.openForReading(path, followingLinks: false)
      try fileSystem.removeFile(path)
      state.files = (input, output)
      return (input, output)
    } catch {
      try? fileSystem.close(output)
      try? fileSystem.removeFile(path)
      throw error
    }
  }
}

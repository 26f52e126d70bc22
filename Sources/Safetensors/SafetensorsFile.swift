import DurableFiles

/// A safetensors file open for reading: its header is checked as a whole, its data read piece by piece where asked.
///
/// The file may be hostile: nothing in it can trap, allocate more than a few times its header, or be read as code.
public struct SafetensorsFile: Sendable {
  /// Where the file lies.
  public let path: String
  /// Its tensors, in the order of their data.
  public let entries: [SafetensorsEntry]
  /// Its own notes, such as `format: pt`.
  public let metadata: [String: String]
  private let places: [String: Int]
  private let file: ReadableFile
  private let dataStart: UInt64

  /// The file at `path`, its header read and checked.
  public static func open(
    _ path: String, limits: SafetensorsLimits = SafetensorsLimits(), fileSystem: any FileSystem = RealFileSystem()
  ) throws(SafetensorsError) -> SafetensorsFile {
    try SafetensorsFile(try reading { () throws(FileError) in try ReadableFile(path, fileSystem: fileSystem) }, limits)
  }

  private init(_ file: ReadableFile, _ limits: SafetensorsLimits) throws(SafetensorsError) {
    let path = file.path
    let start = try reading { () throws(FileError) in try file.read(at: 0, count: Int(min(file.bytes, 9))) }
    guard start.count == 9 else {
      throw .header(path: path, problem: .tooShort(bytes: file.bytes))
    }
    let length = start.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let problem: SafetensorsError.HeaderProblem? =
      if length > UInt64(max(limits.headerBytes, 0)) {
        .tooLong(header: length, limit: limits.headerBytes)
      } else if length > file.bytes - 8 {
        .beyondFile(header: length, file: file.bytes)
      } else if length == 0 || start.last != UInt8(ascii: "{") {
        .noBrace
      } else {
        nil
      }
    if let problem {
      if Self.isPickle(start) { throw .pickle(path: path) }
      throw .header(path: path, problem: problem)
    }
    let bytes = try reading { () throws(FileError) in try file.read(at: 8, count: Int(length)) }
    let header = try SafetensorsHeader(bytes, dataBytes: file.bytes - 8 - length, limits: limits, path: path)
    self.file = file
    self.path = path
    entries = header.entries
    metadata = header.metadata
    dataStart = 8 + length
    // Names that differ only in how accents are written count as one in Swift; the first is then found.
    places = Dictionary(zip(entries.map(\.name), entries.indices)) { first, _ in first }
  }

  /// True for the first bytes of a ZIP archive (torch since 1.6) or of a bare pickle (torch before).
  private static func isPickle(_ start: [UInt8]) -> Bool {
    let isArchive = start.starts(with: [0x50, 0x4B, 0x03, 0x04])
    return isArchive || start.first == 0x80 && (2...5).contains(start.dropFirst().first ?? 0)
  }

  /// The tensor of that name; nil if there is none.
  public func entry(_ name: String) -> SafetensorsEntry? {
    places[name].map { entries[$0] }
  }

  /// Reads `into.count` bytes of `entry` from its byte `offset` on, as they are in the file.
  public func readBytes(
    of entry: SafetensorsEntry, from offset: UInt64 = 0, into bytes: UnsafeMutableRawBufferPointer
  ) throws(SafetensorsError) {
    let size = entry.byteRange.upperBound - entry.byteRange.lowerBound
    guard offset <= size, UInt64(bytes.count) <= size - offset else {
      throw .wrongCount(name: entry.name, expected: size, found: UInt64(bytes.count))
    }
    try reading { () throws(FileError) in
      try file.read(at: dataStart + entry.byteRange.lowerBound + offset, into: bytes)
    }
  }

  func existing(_ name: String) throws(SafetensorsError) -> SafetensorsEntry {
    guard let entry = entry(name) else { throw .missingTensor(path: path, name: name) }
    return entry
  }
}

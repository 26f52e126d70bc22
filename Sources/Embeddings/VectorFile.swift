import DurableFiles
import Glibc
import JSON
import Safetensors

/// Formats that vectors are written in.
public enum VectorFormat: String, Sendable, CaseIterable {
  /// NumPy's array file, with the rows' names in `NAME.ids.txt` beside it.
  case npy
  /// A JSON object a line: `{"id": …, "embedding": […]}`.
  case jsonl
  /// A tensor `embeddings` [rows, width], with the rows' names as bytes in `ids` and where each starts in `id_offsets`.
  case safetensors
}

/// Writes named vectors to a file, row by row in bounded memory; the file is there as a whole or not at all.
public final class VectorFile {
  /// Where the vectors will lie.
  public let path: String
  /// Rows so far.
  public private(set) var rows = 0
  private let format: VectorFormat
  private let width: Int
  private let fileSystem: any FileSystem
  /// The rows as they come, in the form of the format's data.
  private let body: SpoolFile
  private let names: SpoolFile?
  private var nameEnds: [Int64] = [0]

  /// A file to be made at `path`, of vectors of `width` numbers.
  public init(
    _ path: String, format: VectorFormat, width: Int, fileSystem: any FileSystem = RealFileSystem()
  ) throws(FileError) {
    self.path = path
    self.format = format
    self.width = width
    self.fileSystem = fileSystem
    body = try SpoolFile(beside: path, fileSystem: fileSystem)
    names = format == .jsonl ? nil : try SpoolFile(beside: path, fileSystem: fileSystem)
  }

  /// The file with the rows' names beside an array file.
  public static func namesPath(of path: String) -> String {
    (path.hasSuffix(".npy") ? String(path.dropLast(4)) : path) + ".ids.txt"
  }

  /// What a row is called: its own id, or its place among the rows, from 0 as in the array.
  public static func name(id: String?, row: Int) -> String { id ?? "\(row)" }

  /// Adds a row.
  /// - Throws: `EmbeddingError.lineBreakInName` where an array file's names could not be told apart, `FileError`.
  public func append(_ vector: [Float], name: String) throws {
    switch format {
    case .jsonl: try body.write(Array(VectorFile.line(vector, name: name).utf8))
    case .npy:
      guard !name.utf8.contains(0x0A) else { throw EmbeddingError.lineBreakInName(row: rows) }
      try names?.write(Array(name.utf8) + [0x0A])
      try body.write(NPY.bytes(vector))
    case .safetensors:
      try names?.write(Array(name.utf8))
      nameEnds.append((nameEnds.last ?? 0) + Int64(name.utf8.count))
      try body.write(NPY.bytes(vector))
    }
    rows += 1
  }

  /// A row as a line of JSON.
  public static func line(_ vector: [Float], name: String) -> String {
    let object: JSONValue = ["id": .string(name), "embedding": .array(vector.map { JSONValue($0) })]
    return object.text() + "\n"
  }

  /// Brings everything to the disk under its name.
  public func finish() throws {
    switch format {
    case .jsonl: try body.publish(as: path, before: [])
    case .npy:
      try names?.publish(as: VectorFile.namesPath(of: path), before: [])
      try body.publish(as: path, before: NPY.header(rows: rows, columns: width))
    case .safetensors: try finishTensors()
    }
  }

  private func finishTensors() throws {
    guard let names else { return }
    let result = try SpoolFile(beside: path, fileSystem: fileSystem)
    let writer = try SafetensorsWriter([
      SafetensorsTensor(name: "embeddings", dtype: .float32, shape: [rows, width]),
      SafetensorsTensor(name: "id_offsets", dtype: .int64, shape: [rows + 1]),
      SafetensorsTensor(name: "ids", dtype: .uint8, shape: [Int(names.byteCount)]),
    ])
    try writer.write {
      try result.write($0)
    } contents: { entry, send in
      switch entry.name {
      case "embeddings": try body.forEachPiece(send)
      case "ids": try names.forEachPiece(send)
      default: try nameEnds.withUnsafeBytes { try send($0) }
      }
    }
    try result.publish(as: path, before: [])
  }
}

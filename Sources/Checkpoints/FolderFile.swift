import DurableFiles

/// A file of a folder to be written: its name, and how its bytes come.
public struct FolderFile {
  /// Takes the next bytes of a file.
  public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

  /// The name, below the folder: `config.json`, `state/optimizer.safetensors`.
  public let name: String
  /// Sends the file's bytes, in order.
  public let write: (Sink) throws -> Void

  /// A file whose bytes are made as they are written.
  public init(_ name: String, write: @escaping (Sink) throws -> Void) {
    self.name = name
    self.write = write
  }

  /// A file whose bytes are known.
  public init(_ name: String, bytes: [UInt8]) {
    self.init(name) { sink in try bytes.withUnsafeBytes { try sink($0) } }
  }

  /// A text file.
  public init(_ name: String, text: String) {
    self.init(name, bytes: Array(text.utf8))
  }
}

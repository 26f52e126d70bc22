import JSON

/// A safetensors file to be written: all tensors are declared first, then their bytes stream through a sink, so that
/// nothing is copied and the caller may hash and synchronize.
///
/// Tensors are ordered by element size, largest first, then by name, as Hugging Face's library writes them: every
/// tensor is aligned to its element, and the data to 8 bytes.
public struct SafetensorsWriter: Sendable {
  /// The tensors, in the order in which their bytes are asked for.
  public let entries: [SafetensorsEntry]
  /// The length field, the header and its padding: the file's first bytes.
  public let headerBytes: [UInt8]
  /// Bytes of the whole file.
  public let totalBytes: UInt64

  /// A file of `tensors`.
  public init(
    _ tensors: [SafetensorsTensor], metadata: [String: String] = ["format": "pt"]
  ) throws(SafetensorsError) {
    let sorted = tensors.sorted { first, second in
      if first.dtype.bytes != second.dtype.bytes { return first.dtype.bytes > second.dtype.bytes }
      return first.name.utf8.lexicographicallyPrecedes(second.name.utf8)
    }
    var entries: [SafetensorsEntry] = []
    var members = JSONObject()
    if !metadata.isEmpty {
      let notes = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      members.set("__metadata__", .object(JSONObject(notes.map { ($0.key, .string($0.value)) })))
    }
    var end: UInt64 = 0
    for tensor in sorted {
      let isNew = members[tensor.name] == nil && tensor.name != "__metadata__"
      guard isNew else { throw .duplicateName(tensor.name) }
      let size = SafetensorsEntry.byteCount(tensor.dtype, tensor.shape)
      guard let size, !end.addingReportingOverflow(size).overflow, end + size <= UInt64(Int64.max) else {
        throw .tensor(path: "", name: tensor.name, problem: .tooLarge)
      }
      let entry = SafetensorsEntry(
        name: tensor.name, dtype: tensor.dtype, shape: tensor.shape, byteRange: end..<(end + size))
      entries.append(entry)
      members.set(tensor.name, entry.json)
      end += size
    }
    var json = JSONValue.object(members).bytes()
    json += [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
    self.entries = entries
    headerBytes = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> ($0 * 8)) } + json
    totalBytes = UInt64(headerBytes.count) + end
  }

  /// Sends the file's bytes to `sink`, in order. `contents` is called once per tensor, in the order of `entries`, and
  /// sends the tensor's bytes, in as many pieces as it likes.
  /// - Throws: `wrongCount` if `contents` sends too few or too many bytes; whatever `sink` and `contents` throw.
  public func write(
    to sink: (UnsafeRawBufferPointer) throws -> Void,
    contents: (SafetensorsEntry, (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    try headerBytes.withUnsafeBytes { try sink($0) }
    try withoutActuallyEscaping(sink) { sink in
      for entry in entries {
        let size = entry.byteRange.upperBound - entry.byteRange.lowerBound
        var sent: UInt64 = 0
        try contents(entry) { bytes in
          sent += UInt64(bytes.count)
          guard sent <= size else {
            throw SafetensorsError.wrongCount(name: entry.name, expected: size, found: sent)
          }
          try sink(bytes)
        }
        guard sent == size else {
          throw SafetensorsError.wrongCount(name: entry.name, expected: size, found: sent)
        }
      }
    }
  }

  /// Sends `numbers`, converted to `dtype`, to `sink`, in pieces of at most 1 MiB.
  public static func send(
    _ numbers: UnsafeBufferPointer<Float>, as dtype: SafetensorsDtype,
    to sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    if dtype == .float32 { return try sink(UnsafeRawBufferPointer(numbers)) }
    guard dtype.isFloating else {
      throw SafetensorsError.wrongType(path: "", name: "", dtype: dtype, wanted: "a floating-point type")
    }
    let pieceCount = 1 << 17
    var scratch = [UInt64](repeating: 0, count: min(pieceCount, numbers.count) * dtype.bytes / 8 + 1)
    try scratch.withUnsafeMutableBytes { scratch in
      var done = 0
      while done < numbers.count {
        let count = min(pieceCount, numbers.count - done)
        let piece = UnsafeMutableRawBufferPointer(rebasing: scratch[..<(count * dtype.bytes)])
        dtype.bytes(of: UnsafeBufferPointer(rebasing: numbers[done..<(done + count)]), into: piece)
        try sink(UnsafeRawBufferPointer(piece))
        done += count
      }
    }
  }
}

extension SafetensorsEntry {
  /// The entry as the header describes it.
  fileprivate var json: JSONValue {
    let offsets = [byteRange.lowerBound, byteRange.upperBound].map { JSONValue.integer(Int64(clamping: $0)) }
    return .object(
      JSONObject([
        ("dtype", .string(dtype.rawValue)), ("shape", .array(shape.map { .integer(Int64($0)) })),
        ("data_offsets", .array(offsets)),
      ]))
  }
}

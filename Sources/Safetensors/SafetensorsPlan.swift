import JSON

/// The files a model's weights are written to: one below a size limit, several with an index above it.
public struct SafetensorsPlan: Sendable {
  /// A file of the plan.
  public struct File: Sendable {
    /// Its name in the model folder.
    public let name: String
    /// What is written to it.
    public let writer: SafetensorsWriter
  }

  /// The files.
  public let files: [File]
  /// The text of `model.safetensors.index.json`; nil for a single file.
  public let index: String?

  /// Bytes of all files.
  public var totalBytes: UInt64 { files.reduce(0) { $0 + $1.writer.totalBytes } }

  /// Files for `tensors`, none with more than `limit` bytes of data unless a single tensor has more.
  ///
  /// Tensors stay in the order given and fill one file after the other, as Hugging Face's libraries do.
  public init(
    _ tensors: [SafetensorsTensor], limit: UInt64 = 5_000_000_000, metadata: [String: String] = ["format": "pt"]
  ) throws(SafetensorsError) {
    var groups: [[SafetensorsTensor]] = [[]]
    var groupBytes: UInt64 = 0
    var total: UInt64 = 0
    for tensor in tensors {
      guard let size = SafetensorsEntry.byteCount(tensor.dtype, tensor.shape), size <= UInt64(Int64.max) - total
      else { throw .tensor(path: "", name: tensor.name, problem: .tooLarge) }
      if groupBytes + size > limit, groupBytes > 0 {
        groups.append([])
        groupBytes = 0
      }
      groups[groups.count - 1].append(tensor)
      groupBytes += size
      total += size
    }
    var files: [File] = []
    for (place, group) in groups.enumerated() {
      let name = groups.count == 1 ? SafetensorsFolder.fileName : Self.name(place + 1, of: groups.count)
      files.append(File(name: name, writer: try SafetensorsWriter(group, metadata: metadata)))
    }
    self.files = files
    index = groups.count == 1 ? nil : try Self.index(files, total)
  }

  private static func index(_ files: [File], _ total: UInt64) throws(SafetensorsError) -> String {
    var map = JSONObject()
    for file in files {
      for entry in file.writer.entries {
        guard map[entry.name] == nil else { throw .duplicateName(entry.name) }
        map.set(entry.name, .string(file.name))
      }
    }
    let index = JSONObject([
      ("metadata", .object(JSONObject([("total_size", .integer(Int64(clamping: total)))]))),
      ("weight_map", .object(map)),
    ])
    return JSONValue.object(index).text(pretty: true, sortedKeys: true) + "\n"
  }

  private static func name(_ number: Int, of count: Int) -> String {
    "model-\(padded(number))-of-\(padded(count)).safetensors"
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}

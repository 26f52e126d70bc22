import JSON

/// The header of a safetensors file: a pure function of its bytes and the size of the data behind it.
struct SafetensorsHeader: Equatable {
  /// The tensors, in the order of their data.
  var entries: [SafetensorsEntry]
  /// The file's own notes.
  var metadata: [String: String]

  /// Reads the header of the file at `path` (named in errors only), with `dataBytes` bytes of data after it.
  ///
  /// Takes time in proportion to the header, and checks that the tensors own every byte of the data exactly once.
  init(
    _ bytes: [UInt8], dataBytes: UInt64, limits: SafetensorsLimits, path: String
  ) throws(SafetensorsError) {
    guard bytes.first == UInt8(ascii: "{") else { throw .header(path: path, problem: .noBrace) }
    let members = try Self.members(bytes, limits, path)
    entries = []
    metadata = [:]
    entries.reserveCapacity(members.count)
    for (name, value) in members.pairs {
      if name == "__metadata__" {
        metadata = try Self.metadata(value, path)
      } else {
        entries.append(try Self.entry(name, value, limits, path))
      }
    }
    entries.sort { first, second in
      let (a, b) = (first.byteRange, second.byteRange)
      return (a.lowerBound, a.upperBound) < (b.lowerBound, b.upperBound)
    }
    try Self.checkCover(entries, dataBytes, path)
  }

  private static func members(
    _ bytes: [UInt8], _ limits: SafetensorsLimits, _ path: String
  ) throws(SafetensorsError) -> JSONObject {
    let members: JSONObject?
    do {
      let limits = JSONLimits(maximumDepth: 4, maximumBytes: bytes.count)
      members = try JSONValue.parse(bytes, limits: limits).object
    } catch {
      throw .header(path: path, problem: .json(error))
    }
    guard let members else { throw .header(path: path, problem: .noBrace) }
    guard members.count <= limits.tensors else {
      throw .header(path: path, problem: .tooManyTensors(limit: limits.tensors))
    }
    return members
  }

  private static func metadata(_ value: JSONValue, _ path: String) throws(SafetensorsError) -> [String: String] {
    guard let notes = value.object else { throw .header(path: path, problem: .metadata) }
    var found: [String: String] = [:]
    for (key, value) in notes.pairs {
      guard let text = value.string else { throw .header(path: path, problem: .metadata) }
      found[key] = text
    }
    return found
  }

  private static func entry(
    _ name: String, _ value: JSONValue, _ limits: SafetensorsLimits, _ path: String
  ) throws(SafetensorsError) -> SafetensorsEntry {
    func refuse(_ problem: SafetensorsError.TensorProblem) -> SafetensorsError {
      .tensor(path: path, name: name, problem: problem)
    }
    let nameBytes = name.utf8
    guard !nameBytes.isEmpty, nameBytes.count <= limits.nameBytes, !nameBytes.contains(where: { $0 < 0x20 }) else {
      throw refuse(.name)
    }
    guard let members = value.object, members.count == 3, let typeName = members["dtype"],
      let extents = members["shape"], let offsets = members["data_offsets"]
    else { throw refuse(.keys) }
    guard let dtype = typeName.string.flatMap(SafetensorsDtype.init(rawValue:)) else { throw refuse(.dtype) }
    guard let shape = integers(extents), shape.count <= limits.dimensions else { throw refuse(.shape) }
    guard let place = integers(offsets), place.count == 2, let first = place.first, let last = place.last,
      first <= last
    else { throw refuse(.offsets) }
    guard let needed = SafetensorsEntry.byteCount(dtype, shape) else { throw refuse(.tooLarge) }
    let range = UInt64(first)..<UInt64(last)
    let given = range.upperBound - range.lowerBound
    guard given == needed else { throw refuse(.size(expected: needed, found: given)) }
    return SafetensorsEntry(name: name, dtype: dtype, shape: shape, byteRange: range)
  }

  /// Non-negative integers, written as such: 1.0 and 1e3 are none.
  private static func integers(_ value: JSONValue) -> [Int]? {
    guard let elements = value.array else { return nil }
    var found: [Int] = []
    found.reserveCapacity(elements.count)
    for element in elements {
      guard case .integer(let number) = element, number >= 0, let number = Int(exactly: number) else { return nil }
      found.append(number)
    }
    return found
  }

  private static func checkCover(
    _ entries: [SafetensorsEntry], _ dataBytes: UInt64, _ path: String
  ) throws(SafetensorsError) {
    var end: UInt64 = 0
    for entry in entries {
      if entry.byteRange.lowerBound > end { throw .header(path: path, problem: .hole(at: end)) }
      if entry.byteRange.lowerBound < end {
        throw .header(path: path, problem: .overlap(at: entry.byteRange.lowerBound))
      }
      end = entry.byteRange.upperBound
    }
    if end > dataBytes { throw .header(path: path, problem: .dataCutShort(expected: end, found: dataBytes)) }
    if end < dataBytes { throw .header(path: path, problem: .trailingBytes(from: end, bytes: dataBytes - end)) }
  }
}

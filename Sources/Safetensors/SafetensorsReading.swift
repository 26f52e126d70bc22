extension SafetensorsFile {
  /// Elements converted at a time: 128 Ki, at most 1 MiB of scratch.
  private static let pieceCount = 1 << 17

  /// All numbers of a tensor of floats (F64, F32, F16 or BF16), in row-major order.
  public func floats(_ name: String) throws(SafetensorsError) -> [Float] {
    let entry = try existing(name)
    try requireFloats(entry)
    var numbers = [Float](repeating: 0, count: entry.elementCount)
    try numbers.withUnsafeMutableBufferPointer { (numbers) throws(SafetensorsError) in
      try read(entry, from: 0, into: numbers)
    }
    return numbers
  }

  /// Fills `numbers` with a tensor of floats, all of it.
  /// - Throws: `wrongCount` unless `numbers` has room for exactly the tensor.
  public func read(_ name: String, into numbers: UnsafeMutableBufferPointer<Float>) throws(SafetensorsError) {
    let entry = try existing(name)
    guard numbers.count == entry.elementCount else {
      throw .wrongCount(
        name: name, expected: UInt64(entry.elementCount * entry.dtype.bytes),
        found: UInt64(numbers.count * entry.dtype.bytes))
    }
    try read(entry, from: 0, into: numbers)
  }

  /// Fills `numbers` with a tensor's elements from `element` on, in pieces: no copy of the whole is made.
  public func read(
    _ entry: SafetensorsEntry, from element: Int, into numbers: UnsafeMutableBufferPointer<Float>
  ) throws(SafetensorsError) {
    try requireFloats(entry)
    guard element >= 0, element <= entry.elementCount, numbers.count <= entry.elementCount - element else {
      throw .wrongCount(
        name: entry.name, expected: UInt64(entry.elementCount * entry.dtype.bytes),
        found: UInt64(clamping: numbers.count) * UInt64(entry.dtype.bytes))
    }
    if entry.dtype == .float32 {
      return try readBytes(of: entry, from: UInt64(element) * 4, into: UnsafeMutableRawBufferPointer(numbers))
    }
    let width = entry.dtype.bytes
    var scratch = [UInt64](repeating: 0, count: min(Self.pieceCount, numbers.count) * width / 8 + 1)
    var done = 0
    while done < numbers.count {
      let count = min(Self.pieceCount, numbers.count - done)
      let target = UnsafeMutableBufferPointer(rebasing: numbers[done..<(done + count)])
      try scratch.withUnsafeMutableBufferPointer { (scratch) throws(SafetensorsError) in
        let bytes = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(scratch)[..<(count * width)])
        try readBytes(of: entry, from: UInt64(element + done) * UInt64(width), into: bytes)
        entry.dtype.convert(UnsafeRawBufferPointer(bytes), into: target)
      }
      done += count
    }
  }

  /// All numbers of a tensor of integers or truth values (I64, I32, I16, I8, U8 or BOOL), in row-major order.
  public func int64s(_ name: String) throws(SafetensorsError) -> [Int64] {
    let entry = try existing(name)
    guard !entry.dtype.isFloating else {
      throw .wrongType(path: path, name: name, dtype: entry.dtype, wanted: "an integer type")
    }
    let bytes = try bytes(name)
    return bytes.withUnsafeBytes { bytes in
      switch entry.dtype {
      case .int64: bytes.numbers(Int64.self) { $0 }
      case .int32: bytes.numbers(Int32.self) { Int64($0) }
      case .int16: bytes.numbers(Int16.self) { Int64($0) }
      case .int8: bytes.numbers(Int8.self) { Int64($0) }
      case .bool: bytes.numbers(UInt8.self) { $0 == 0 ? 0 : 1 }
      default: bytes.numbers(UInt8.self) { Int64($0) }
      }
    }
  }

  /// A tensor's bytes as they are in the file.
  public func bytes(_ name: String) throws(SafetensorsError) -> [UInt8] {
    let entry = try existing(name)
    var bytes = [UInt8](repeating: 0, count: Int(clamping: entry.byteRange.upperBound - entry.byteRange.lowerBound))
    try bytes.withUnsafeMutableBufferPointer { (bytes) throws(SafetensorsError) in
      try readBytes(of: entry, into: UnsafeMutableRawBufferPointer(bytes))
    }
    return bytes
  }

  private func requireFloats(_ entry: SafetensorsEntry) throws(SafetensorsError) {
    if entry.dtype.isFloating { return }
    throw .wrongType(path: path, name: entry.name, dtype: entry.dtype, wanted: "a floating-point type")
  }
}

extension UnsafeRawBufferPointer {
  /// Every element, converted; elements need not be aligned.
  fileprivate func numbers<Element: BitwiseCopyable>(
    _ type: Element.Type, _ convert: (Element) -> Int64
  ) -> [Int64] {
    (0..<(count / MemoryLayout<Element>.size)).map { place in
      convert(loadUnaligned(fromByteOffset: place * MemoryLayout<Element>.size, as: type))
    }
  }
}

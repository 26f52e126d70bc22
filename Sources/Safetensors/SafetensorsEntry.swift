/// A tensor to be written: name, element type, shape.
public struct SafetensorsTensor: Equatable, Sendable {
  /// Its name, unique in a file.
  public let name: String
  /// The type of its elements.
  public let dtype: SafetensorsDtype
  /// Its extents, outermost first; empty for a single number.
  public let shape: [Int]

  /// A tensor of the given name, type and shape.
  public init(name: String, dtype: SafetensorsDtype, shape: [Int]) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
  }
}

/// A tensor in a file: name, element type, shape, and where its bytes are.
public struct SafetensorsEntry: Equatable, Sendable {
  /// Its name.
  public let name: String
  /// The type of its elements.
  public let dtype: SafetensorsDtype
  /// Its extents, outermost first.
  public let shape: [Int]
  /// Its bytes, counted from the start of the data.
  public let byteRange: Range<UInt64>

  /// The product of its extents.
  public var elementCount: Int { Int(clamping: byteRange.upperBound - byteRange.lowerBound) / dtype.bytes }

  /// Bytes that a tensor of this type and shape has; nil where an extent is negative or 64 bits overflow.
  static func byteCount(_ dtype: SafetensorsDtype, _ shape: [Int]) -> UInt64? {
    var count = UInt64(dtype.bytes)
    for extent in shape {
      guard let extent = UInt64(exactly: extent) else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      // Room for sums of offsets, so that no later addition overflows.
      guard !overflow, product <= UInt64(Int64.max) else { return nil }
      count = product
    }
    return count
  }
}

/// How large a header may be before it is refused.
public struct SafetensorsLimits: Equatable, Sendable {
  /// Bytes of the header. The format allows 100,000,000; real files stay far below one million.
  public var headerBytes: Int
  /// Tensors of one file.
  public var tensors: Int
  /// Bytes of a name.
  public var nameBytes: Int
  /// Extents of a tensor.
  public var dimensions: Int

  /// Limits, each generous for real files.
  public init(headerBytes: Int = 16 << 20, tensors: Int = 200_000, nameBytes: Int = 1024, dimensions: Int = 16) {
    self.headerBytes = headerBytes
    self.tensors = tensors
    self.nameBytes = nameBytes
    self.dimensions = dimensions
  }
}

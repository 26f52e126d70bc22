/// A sparse map from scalars to sequences of scalars, in two stages of 256.
struct ScalarImages: Sendable {
  /// Every scalar that has an image, ascending.
  private(set) var scalars: [UInt32] = []
  /// Block of each 256 scalars; block 0 is empty.
  private var blocks = [UInt8](repeating: 0, count: 0x1100)
  /// Entry number plus one of each scalar in the used blocks.
  private var entries = [UInt16](repeating: 0, count: 256)
  private var starts: [UInt32] = [0]
  private var images: [UInt32] = []

  init(packed text: StaticString) {
    var reader = PackedBytes(text)
    var scalar = 0
    while let step = reader.varint(), let count = reader.varint() {
      scalar += step
      var image: [UInt32] = []
      for _ in 0..<count {
        let code = reader.varint() ?? 0
        image.append(UInt32(truncatingIfNeeded: scalar + (code & 1 == 0 ? code >> 1 : -(code + 1) >> 1)))
      }
      add(image, for: UInt32(truncatingIfNeeded: scalar))
    }
  }

  private mutating func add(_ image: [UInt32], for scalar: UInt32) {
    let high = Int(scalar >> 8)
    if blocks[high] == 0 {
      blocks[high] = UInt8(truncatingIfNeeded: entries.count >> 8)
      entries.append(contentsOf: repeatElement(0, count: 256))
    }
    scalars.append(scalar)
    entries[Int(blocks[high]) << 8 | Int(scalar & 0xFF)] = UInt16(truncatingIfNeeded: scalars.count)
    images.append(contentsOf: image)
    starts.append(UInt32(images.count))
  }

  /// The image of a scalar, nil where it has none.
  func image(of scalar: UInt32) -> [UInt32]? {
    guard let entry = entry(of: scalar) else { return nil }
    return Array(images[Int(starts[entry])..<Int(starts[entry + 1])])
  }

  /// The place of a scalar in `scalars`, nil where it has no image.
  @inline(__always) func entry(of scalar: UInt32) -> Int? {
    let entry = Int(entries[Int(blocks[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)])
    return entry == 0 ? nil : entry - 1
  }
}

/// A text with its spaces spelled as the visible mark of `Metaspace`, cut before each mark.
struct MetaspaceWords {
  let bytes: [UInt8]
  private let mark: [UInt8]
  /// Whether a mark was put in front that the text does not have.
  let isPrefixed: Bool

  /// `prepends` where the text gets a mark in front unless it begins with one.
  init(_ text: UnsafeBufferPointer<UInt8>, mark: Unicode.Scalar, prepends: Bool) {
    let mark = UTF8Text.bytes(of: CollectionOfOne(mark.value))
    self.mark = mark
    let isPrefixed = prepends && !text.isEmpty && text[0] != 0x20 && !text.starts(with: mark)
    self.isPrefixed = isPrefixed
    var spaceCount = isPrefixed ? 1 : 0
    for byte in text where byte == 0x20 { spaceCount += 1 }
    bytes = Array(unsafeUninitializedCapacity: text.count + spaceCount * mark.count) { result, count in
      func append(_ byte: UInt8) {
        result.initializeElement(at: count, to: byte)
        count &+= 1
      }
      if isPrefixed { for byte in mark { append(byte) } }
      for byte in text {
        if byte == 0x20 { for byte in mark { append(byte) } } else { append(byte) }
      }
    }
  }

  /// The end of the word that begins at a place of `text`, which are these bytes.
  @inline(__always) func end(of text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var place = start + 1
    while place < text.count {
      if text[place] == mark[0], place + mark.count <= text.count,
        text[place..<place + mark.count].elementsEqual(mark)
      {
        return place
      }
      place += 1
    }
    return text.count
  }
}

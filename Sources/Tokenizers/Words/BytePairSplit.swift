/// GPT-2's word pattern as a scanner:
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
struct BytePairSplit {
  private enum Kind: UInt8 { case letter, number, space, other }

  private let tables: UnicodeTables
  private let text: UnsafeBufferPointer<UInt8>
  private let kinds: [Kind]
  private(set) var position = 0

  init(_ text: UnsafeBufferPointer<UInt8>) {
    self.text = text
    tables = UnicodeTables.shared
    kinds = Self.asciiKinds
  }

  private static let asciiKinds: [Kind] = (0..<128).map { kind(of: UnicodeTables.shared.properties(of: $0)) }

  /// The bytes of the next word; nil at the end of the text.
  mutating func next() -> Range<Int>? {
    guard position < text.count else { return nil }
    let start = position
    let (kind, length) = kind(at: start)
    switch kind {
    case .space:
      position =
        text[start] == 0x20 ? endOfWord(after: start + 1) ?? endOfSpaces(from: start) : endOfSpaces(from: start)
    case .other:
      let contraction = text[start] == 0x27 ? contractionLength(at: start) : 0
      position = contraction > 0 ? start + contraction : endOfRun(of: kind, from: start + length)
    case .letter, .number:
      position = endOfRun(of: kind, from: start + length)
    }
    return start..<position
  }

  @inline(__always) private static func kind(of properties: UnicodeClass) -> Kind {
    if properties.contains(.letter) { return .letter }
    if properties.contains(.number) { return .number }
    return properties.contains(.patternSpace) ? .space : .other
  }

  @inline(__always) private func kind(at place: Int) -> (kind: Kind, length: Int) {
    let byte = text[place]
    if byte < 0x80 { return (kinds[Int(byte)], 1) }
    let (scalar, length) = UTF8Text.scalar(in: text, at: place)
    return (Self.kind(of: tables.properties(of: scalar)), length)
  }

  @inline(__always) private func endOfRun(of kind: Kind, from start: Int) -> Int {
    var place = start
    while place < text.count {
      let (next, length) = self.kind(at: place)
      if next != kind { break }
      place += length
    }
    return place
  }

  /// The end of the word that a space may lead, nil where none follows.
  @inline(__always) private func endOfWord(after place: Int) -> Int? {
    guard place < text.count else { return nil }
    let (kind, length) = kind(at: place)
    return kind == .space ? nil : endOfRun(of: kind, from: place + length)
  }

  /// White space up to the end of the text, or leaving its last scalar to what follows.
  private func endOfSpaces(from start: Int) -> Int {
    let end = endOfRun(of: .space, from: start)
    if end == text.count { return end }
    var last = end - 1
    while !UTF8Text.isStart(text[last]) { last -= 1 }
    return last > start ? last : end
  }

  private func contractionLength(at place: Int) -> Int {
    guard place + 1 < text.count else { return 0 }
    let next = text[place + 1]
    switch next {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    default: break
    }
    guard place + 2 < text.count else { return 0 }
    switch (next, text[place + 2]) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return 3
    default: return 0
    }
  }
}

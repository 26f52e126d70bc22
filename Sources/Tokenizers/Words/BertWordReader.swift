/// A reader of one text's words as BERT's normalizer and splitter make them, all stages in one pass.
struct BertWordReader {
  private let map: BertCharacterMap
  private let text: UnsafeBufferPointer<UInt8>
  private var position = 0
  /// Scalars before `position`.
  private var scalarCount = 0
  /// What is left of an image that is taken scalar by scalar.
  private var spelled: ArraySlice<UInt8> = []
  /// True once a mark was met that survives stripping and may have to change places with others: what was read must
  /// be thrown away, and the text normalized by stages (`NormalizedText`).
  private(set) var needsStages = false

  init(_ text: UnsafeBufferPointer<UInt8>, map: BertCharacterMap) {
    self.text = text
    self.map = map
  }

  /// The next word; false at the end of the text.
  mutating func next(into word: inout WordBuffer) -> Bool {
    word.removeAll()
    if !spelled.isEmpty, spell(into: &word) { return true }
    while position < text.count {
      let byte = text[position]
      guard byte < 0x80 else {
        if takeScalar(into: &word) { return true }
        continue
      }
      let entry = map.ascii[Int(byte)]
      if entry & BertCharacterMap.isAction == 0 {
        word.append(UInt8(truncatingIfNeeded: entry), source: scalarCount)
        advance(1)
      } else if takeASCII(byte, UInt8(truncatingIfNeeded: entry), into: &word) {
        return true
      }
    }
    return !word.bytes.isEmpty
  }

  @inline(__always) private mutating func advance(_ length: Int) {
    position += length
    scalarCount += 1
  }

  /// Applies an action to an ASCII byte; true where a word is complete.
  @inline(__always) private mutating func takeASCII(
    _ byte: UInt8, _ action: UInt8, into word: inout WordBuffer
  ) -> Bool {
    if action == BertCharacterMap.Action.isolate.rawValue {
      if word.bytes.isEmpty {
        word.append(byte, source: scalarCount)
        advance(1)
      }
      return true
    }
    advance(1)
    return action == BertCharacterMap.Action.space.rawValue && !word.bytes.isEmpty
  }

  /// Takes one scalar beyond ASCII; true where a word is complete.
  private mutating func takeScalar(into word: inout WordBuffer) -> Bool {
    let (scalar, length) = UTF8Text.scalar(in: text, at: position)
    let (action, image) = map.action(for: scalar)
    switch action {
    case .copy:
      word.append(text[position..<position + length], source: scalarCount)
    case .replace:
      word.append(image, source: scalarCount)
    case .drop:
      break
    case .space:
      advance(length)
      return !word.bytes.isEmpty
    case .isolate, .isolateImage:
      if !word.bytes.isEmpty { return true }
      if action == .isolate {
        word.append(text[position..<position + length], source: scalarCount)
      } else {
        word.append(image, source: scalarCount)
      }
      advance(length)
      return true
    case .spell:
      spelled = image
      advance(length)
      return spell(into: &word)
    case .reorder:
      needsStages = true
      position = text.count
      return false
    }
    advance(length)
    return false
  }

  /// Takes the scalars left of an image; true where a word is complete.
  private mutating func spell(into word: inout WordBuffer) -> Bool {
    let source = scalarCount - 1
    while !spelled.isEmpty {
      let (scalar, length) = spelled.withUnsafeBufferPointer { UTF8Text.scalar(in: $0, at: 0) }
      let kind = map.tables.properties(of: scalar)
      let isAlone = kind.contains(.punctuation)
      if isAlone || kind.contains(.space), !word.bytes.isEmpty { return true }
      if !kind.contains(.space) { word.append(spelled.prefix(length), source: source) }
      spelled = spelled.dropFirst(length)
      if isAlone { return true }
    }
    return false
  }
}

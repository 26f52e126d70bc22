/// A reader of one text's words as BERT's normalizer and splitter make them, all stages in one pass.
struct BertWordReader {
  private let map: BertCharacterMap
  private let text: UnsafeBufferPointer<UInt8>
  private var position = 0
  /// Scalars before `position`.
  private(set) var scalarCount = 0
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
      let run = takeRun(into: &word)
      position &+= run
      scalarCount &+= run
      if position == text.count { break }
      let byte = text[position]
      if byte >= 0x80 {
        if takeScalar(into: &word) { return true }
      } else if takeASCII(byte, map.ascii[Int(byte)], into: &word) {
        return true
      }
    }
    return !word.isEmpty
  }

  /// The key of the word ahead where that is short and ASCII alone, after the spaces in front of it; nil says nothing.
  /// `ascii` is the map's.
  @inline(__always) mutating func keyAhead(_ ascii: UnsafeBufferPointer<UInt16>) -> WordKey? {
    guard spelled.isEmpty else { return nil }
    while position < text.count, ascii[Int(text[position])] == Self.space { advance(1) }
    var end = position
    while end < text.count, ascii[Int(text[end])] & BertCharacterMap.isAction == 0 { end &+= 1 }
    if end < text.count {
      let entry = ascii[Int(text[end])]
      if entry == Self.isolate {
        if end == position { end &+= 1 }
      } else if entry != Self.space {
        return nil
      }
    }
    let word = UnsafeBufferPointer(rebasing: text[position..<end])
    guard let key = WordKey(word, readable: text.count &- position) else { return nil }
    return map.lowercases ? key.lowercasedASCII : key
  }

  /// Passes a word that `keyAhead` saw.
  @inline(__always) mutating func skip(_ length: Int) {
    position &+= length
    scalarCount &+= length
  }

  private static let space = BertCharacterMap.isAction | UInt16(BertCharacterMap.Action.space.rawValue)
  private static let isolate = BertCharacterMap.isAction | UInt16(BertCharacterMap.Action.isolate.rawValue)

  /// Takes the ASCII letters and digits ahead, as many as there is room for.
  @inline(__always) private func takeRun(into word: inout WordBuffer) -> Int {
    map.ascii.withUnsafeBufferPointer { word.appendImages(of: text, from: position, $0, source: scalarCount) }
  }

  @inline(__always) private mutating func advance(_ length: Int) {
    position += length
    scalarCount += 1
  }

  /// Applies an action to an ASCII byte; true where a word is complete. Does nothing to a byte without an action.
  @inline(__always) private mutating func takeASCII(
    _ byte: UInt8, _ entry: UInt16, into word: inout WordBuffer
  ) -> Bool {
    guard entry & BertCharacterMap.isAction != 0 else { return false }
    let action = UInt8(truncatingIfNeeded: entry)
    if action == BertCharacterMap.Action.isolate.rawValue {
      if word.isEmpty {
        word.append(byte, source: scalarCount)
        advance(1)
      }
      return true
    }
    advance(1)
    return action == BertCharacterMap.Action.space.rawValue && !word.isEmpty
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
      return !word.isEmpty
    case .isolate, .isolateImage:
      if !word.isEmpty { return true }
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
      if isAlone || kind.contains(.space), !word.isEmpty { return true }
      if !kind.contains(.space) { word.append(spelled.prefix(length), source: source) }
      spelled = spelled.dropFirst(length)
      if isAlone { return true }
    }
    return false
  }
}

/// What BERT's normalizer and splitter do to each scalar, all stages fused, for one setting of the switches.
struct BertCharacterMap: Sendable {
  /// What becomes of a scalar.
  enum Action: UInt8 {
    case drop, space, isolate, copy
    /// Its image continues the word.
    case replace
    /// Its image holds scalars that end words: taken one by one.
    case spell
    /// Its image is a word of its own.
    case isolateImage
    /// A mark that survives and may be reordered: the text takes the staged path.
    case reorder
  }

  /// Words of text that is normalized already.
  static let identity = BertCharacterMap(.identity)

  let tables: UnicodeTables
  /// By byte: the byte to append, or an action below 0x20 flagged by bit 8, as every byte beyond ASCII is.
  let ascii: [UInt16]
  /// Action of each property set of `UnicodeTables.kinds`.
  private let kindActions: [Action]
  private let normalizer: BertNormalizer
  private var images = ImageList()

  init(_ normalizer: BertNormalizer) {
    let tables = UnicodeTables.shared
    self.tables = tables
    self.normalizer = normalizer
    kindActions = tables.kinds.map { Self.action(of: $0, normalizer) }
    let entries = (UInt32(0)..<128).map { scalar in
      let action = Self.action(of: tables.properties(of: scalar), normalizer)
      if action == .replace { return UInt16(tables.lowercase.image(of: scalar)?.first ?? scalar) }
      return action == .copy ? UInt16(scalar) : Self.isAction | UInt16(action.rawValue)
    }
    ascii = entries + repeatElement(Self.isAction, count: 128)
    if normalizer.decomposes { addImages(of: tables.decompositions.scalars) }
    if normalizer.lowercases { addImages(of: tables.lowercase.scalars) }
  }

  /// Whether ASCII letters become small; nothing else becomes of ASCII that stays.
  var lowercases: Bool { normalizer.lowercases }

  /// The bit of `ascii` that marks an action instead of a byte.
  static let isAction: UInt16 = 0x100

  /// The action for a scalar and, for images, their UTF-8 bytes.
  @inline(__always) func action(for scalar: UInt32) -> (action: Action, image: ArraySlice<UInt8>) {
    let action = kindActions[tables.kind(of: scalar)]
    guard action == .replace || action == .isolateImage else { return (action, []) }
    if normalizer.decomposes, Hangul.syllables.contains(scalar) {
      return (.replace, UTF8Text.bytes(of: Hangul.decomposition(of: scalar))[...])
    }
    guard let entry = images.entry(of: scalar) else { return (action == .replace ? .copy : .isolate, []) }
    return (action == .isolateImage ? .isolateImage : entry.action, entry.bytes)
  }

  private static func action(of kind: UnicodeClass, _ normalizer: BertNormalizer) -> Action {
    if normalizer.cleansText, kind.contains(.control) { return .drop }
    if kind.contains(.space) { return .space }
    let isChanged =
      normalizer.decomposes && kind.contains(.decomposes) || normalizer.lowercases && kind.contains(.lowers)
    if normalizer.spacesIdeographs, kind.contains(.ideograph) { return isChanged ? .isolateImage : .isolate }
    if isChanged { return .replace }
    if normalizer.decomposes {
      if kind.contains(.mark) { return .drop }
      if kind.combiningClass != 0 { return .reorder }
    }
    return kind.contains(.punctuation) ? .isolate : .copy
  }

  private mutating func addImages(of scalars: [UInt32]) {
    for scalar in scalars where scalar >= 0x80 && images.entry(of: scalar) == nil {
      var image = normalizer.decomposes ? tables.decomposition(of: scalar) ?? [scalar] : [scalar]
      if normalizer.decomposes { image.removeAll { tables.properties(of: $0).contains(.mark) } }
      if normalizer.lowercases { image = image.flatMap { tables.lowercase.image(of: $0) ?? [$0] } }
      var action = Action.replace
      for part in image {
        let kind = tables.properties(of: part)
        if kind.contains(.space) || kind.contains(.punctuation) { action = .spell }
        if normalizer.decomposes, kind.combiningClass != 0, !kind.contains(.mark) {
          action = .reorder
          break
        }
      }
      images.add(UTF8Text.bytes(of: image), action, for: scalar)
    }
  }
}

/// Images in UTF-8 by scalar, in two stages of 256.
private struct ImageList: Sendable {
  private var blocks = [UInt8](repeating: 0, count: 0x1100)
  private var entries = [UInt16](repeating: 0, count: 256)
  private var items: [(action: BertCharacterMap.Action, start: Int, end: Int)] = []
  private var bytes: [UInt8] = []

  mutating func add(_ image: [UInt8], _ action: BertCharacterMap.Action, for scalar: UInt32) {
    let high = Int(scalar >> 8)
    if blocks[high] == 0 {
      blocks[high] = UInt8(truncatingIfNeeded: entries.count >> 8)
      entries.append(contentsOf: repeatElement(0, count: 256))
    }
    items.append((action, bytes.count, bytes.count + image.count))
    entries[Int(blocks[high]) << 8 | Int(scalar & 0xFF)] = UInt16(truncatingIfNeeded: items.count)
    bytes.append(contentsOf: image)
  }

  @inline(__always) func entry(
    of scalar: UInt32
  ) -> (action: BertCharacterMap.Action, bytes: ArraySlice<UInt8>)? {
    let number = Int(entries[Int(blocks[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)])
    if number == 0 { return nil }
    let item = items[number - 1]
    return (item.action, bytes[item.start..<item.end])
  }
}

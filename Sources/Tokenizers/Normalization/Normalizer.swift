/// What is done to a text before it is split: the parts that the reference library calls `normalizer`.
indirect enum Normalizer: Equatable, Sendable {
  case bert(BertNormalizer)
  case form(NormalizationForm)
  case lowercase
  /// Drops combining marks, without decomposing first.
  case stripAccents
  /// Drops white space at the ends.
  case strip(left: Bool, right: Bool)
  /// SentencePiece's cleaning: drops control scalars, turns white space into spaces.
  case nmt
  case prepend(String)
  case replace(TextPattern, with: String)
  case precompiled(PrecompiledMap)
  case sequence([Normalizer])

  /// BERT's normalizer where it is the whole.
  var bert: BertNormalizer? {
    if case .bert(let normalizer) = self { normalizer } else { nil }
  }

  /// The bytes of a normalized text, for where places do not matter.
  func bytes(of text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    if case .form(let form) = self { return NormalizedText.bytes(of: text, in: form) }
    return UTF8Text.bytes(of: NormalizedText(text, normalizer: self).scalars)
  }

  /// True where a look at the text shows that nothing would change; false where that is not known.
  func leavesUnchanged(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    switch self {
    case .form(let form): return NormalizedText.isUnchanged(text, by: form)
    case .replace(let pattern, _):
      var matches = pattern.matches(in: text)
      return matches.next() == nil
    case .sequence(let parts): return parts.allSatisfy { $0.leavesUnchanged(text) }
    default: return text.isEmpty
    }
  }
}

extension NormalizedText {
  /// The text after a normalizer.
  init(_ text: UnsafeBufferPointer<UInt8>, normalizer: Normalizer?) {
    self.init(text)
    if let normalizer { normalize(normalizer) }
  }

  mutating func normalize(_ normalizer: Normalizer) {
    let tables = UnicodeTables.shared
    switch normalizer {
    case .bert(let bert): normalize(bert)
    case .form(let form): normalize(form)
    case .lowercase: replaceEach { tables.lowercase.image(of: $0) }
    case .stripAccents: replaceEach { ScalarSet.accents.contains($0) ? [] : nil }
    case .strip(let left, let right): strip(left: left, right: right)
    case .nmt: replaceEach(Self.nmtImage)
    case .prepend(let prefix): prepend(prefix.unicodeScalars.map(\.value))
    case .replace(let pattern, let content): replace(pattern, with: content.unicodeScalars.map(\.value))
    case .precompiled(let map): normalize(map)
    case .sequence(let parts): for part in parts { normalize(part) }
    }
  }

  private mutating func strip(left: Bool, right: Bool) {
    func isSpace(_ scalar: UInt32) -> Bool { UnicodeTables.shared.properties(of: scalar).contains(.space) }
    let start = left ? scalars.firstIndex { !isSpace($0) } ?? scalars.count : 0
    let end = right ? (scalars.lastIndex { !isSpace($0) } ?? -1) + 1 : scalars.count
    self = self[start..<max(start, end)]
  }

  private static func nmtImage(_ scalar: UInt32) -> [UInt32]? {
    if ScalarSet.nmtRemoved.contains(scalar) { return [] }
    return ScalarSet.nmtSpaces.contains(scalar) ? [0x20] : nil
  }
}

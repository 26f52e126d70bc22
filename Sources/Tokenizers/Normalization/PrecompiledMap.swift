/// SentencePiece's compiled normalization: a double-array trie over bytes (Darts-clone) and the texts its keys become.
struct PrecompiledMap: Equatable, Sendable {
  /// The map as files hold it: the trie's size in bytes, the trie, and texts that each end in a zero byte.
  let bytes: [UInt8]
  private let units: [UInt32]
  private let texts: [UInt8]

  /// Nil where the trie is longer than the bytes, or no sequence of units.
  init?(_ bytes: [UInt8]) {
    func word(_ place: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) } }
    guard bytes.count >= 4 else { return nil }
    let size = Int(word(0))
    guard size.isMultiple(of: 4), size <= bytes.count - 4 else { return nil }
    self.bytes = bytes
    units = stride(from: 4, to: 4 + size, by: 4).map(word)
    texts = Array(bytes[(4 + size)...])
  }

  /// The scalars of the longest text that a key can become.
  var longestText: Int {
    texts.split(separator: 0).reduce(0) { max($0, $1.count { UTF8Text.isStart($0) }) }
  }

  /// What a text becomes, by the shortest key that begins it; nil where none does.
  func image(of text: some Sequence<UInt8>) -> ArraySlice<UInt8>? {
    guard let root = units.first else { return nil }
    var place = Self.offset(root)
    for byte in text where byte != 0 {
      place ^= Int(byte)
      guard place < units.count, units[place] & 0x8000_00FF == UInt32(byte) else { return nil }
      let unit = units[place]
      place ^= Self.offset(unit)
      guard place < units.count else { return nil }
      guard unit >> 8 & 1 == 1 else { continue }
      let start = Int(units[place] & 0x7FFF_FFFF)
      guard start < texts.count, let end = texts[start...].firstIndex(of: 0) else { return nil }
      return texts[start..<end]
    }
    return nil
  }

  private static func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 0x200) >> 6)) }
}

extension NormalizedText {
  /// Short grapheme clusters as a whole where the map knows them, else scalar by scalar, as the reference library does.
  mutating func normalize(_ map: PrecompiledMap) {
    var changes: [(scalar: UInt32, change: Int)] = []
    /// Puts `image` where `count` scalars were: surplus ones are inserted, missing ones go with the last.
    func append(_ image: ArraySlice<UInt8>, for count: Int) {
      let image = String(decoding: image, as: UTF8.self).unicodeScalars
      for (place, scalar) in image.enumerated() { changes.append((scalar.value, place < count ? 0 : 1)) }
      if image.count < count, let last = changes.indices.last { changes[last].change += image.count - count }
    }
    for cluster in String(decoding: UTF8Text.bytes(of: scalars), as: UTF8.self) {
      if cluster.utf8.count < 6, let image = map.image(of: cluster.utf8) {
        append(image, for: cluster.unicodeScalars.count)
        continue
      }
      for scalar in cluster.unicodeScalars {
        if let image = map.image(of: UTF8Text.bytes(of: CollectionOfOne(scalar.value))) {
          append(image, for: 1)
        } else {
          changes.append((scalar.value, 0))
        }
      }
    }
    apply(changes)
  }

  /// Takes scalars in the place of the present ones, each with how many scalars it adds, or how many behind it go.
  ///
  /// The reference library's bookkeeping: what goes before the first scalar that stays is not counted, so all places
  /// behind it lie too far ahead.
  private mutating func apply(_ changes: [(scalar: UInt32, change: Int)]) {
    var newSources: [Int] = []
    newSources.reserveCapacity(changes.count)
    var place = 0
    for (_, change) in changes {
      if change > 0 {
        newSources.append(sources[max(place - 1, 0)])
      } else {
        newSources.append(sources[min(place, sources.count - 1)])
        place += 1 - change
      }
    }
    scalars = changes.map(\.scalar)
    sources = newSources
  }
}

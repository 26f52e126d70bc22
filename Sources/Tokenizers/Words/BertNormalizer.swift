/// BERT's normalizer: cleaning, spaces around ideographs, accents stripped after decomposition, lower case.
struct BertNormalizer: Equatable, Sendable {
  /// Drops control scalars and turns every white space into a space.
  var cleansText = true
  /// Puts spaces around CJK ideographs.
  var spacesIdeographs = true
  /// Decomposes canonically and drops nonspacing marks; nil follows `lowercases`.
  var stripsAccents: Bool?
  var lowercases = true

  /// Nothing changed.
  static let identity = BertNormalizer(
    cleansText: false, spacesIdeographs: false, stripsAccents: false, lowercases: false)

  var decomposes: Bool { stripsAccents ?? lowercases }
}

/// Normalized scalars, each with the place of the scalar it came from.
///
/// The reference form of the normalizer, stage after stage; texts without reordered marks take `BertWordReader`, which
/// does all stages at once.
struct NormalizedText: Sendable {
  private(set) var scalars: [UInt32]
  /// The place in the original text of each scalar.
  private(set) var sources: [Int]

  init(_ text: UnsafeBufferPointer<UInt8>, normalizer: BertNormalizer?) {
    scalars = []
    sources = []
    var position = 0
    while position < text.count {
      let (scalar, length) = UTF8Text.scalar(in: text, at: position)
      sources.append(scalars.count)
      scalars.append(scalar)
      position += length
    }
    guard let normalizer else { return }
    let tables = UnicodeTables.shared
    if normalizer.cleansText { clean(tables) }
    if normalizer.spacesIdeographs { spaceIdeographs(tables) }
    if normalizer.decomposes {
      decompose(tables)
      replaceEach { tables.properties(of: $0).contains(.mark) ? [] : nil }
    }
    if normalizer.lowercases { replaceEach { tables.lowercase.image(of: $0) } }
  }

  private mutating func clean(_ tables: UnicodeTables) {
    replaceEach { scalar in
      let properties = tables.properties(of: scalar)
      if properties.contains(.control) { return [] }
      return properties.contains(.space) ? [0x20] : nil
    }
  }

  private mutating func spaceIdeographs(_ tables: UnicodeTables) {
    replaceEach { tables.properties(of: $0).contains(.ideograph) ? [0x20, $0, 0x20] : nil }
  }

  /// Each scalar's image, nil for itself, empty to drop it.
  private mutating func replaceEach(_ image: (UInt32) -> [UInt32]?) {
    var newScalars: [UInt32] = []
    var newSources: [Int] = []
    newScalars.reserveCapacity(scalars.count)
    newSources.reserveCapacity(scalars.count)
    for (scalar, source) in zip(scalars, sources) {
      for replacement in image(scalar) ?? [scalar] {
        newScalars.append(replacement)
        newSources.append(source)
      }
    }
    (scalars, sources) = (newScalars, newSources)
  }

  /// Canonical decomposition and ordering. The reference library lets "begins the image of the next original scalar"
  /// travel with the sorted scalars and counts originals along the result; offsets follow it.
  private mutating func decompose(_ tables: UnicodeTables) {
    var parts: [(scalar: UInt32, rank: UInt8, begins: Bool)] = []
    parts.reserveCapacity(scalars.count)
    for scalar in scalars {
      var begins = true
      for part in tables.decomposition(of: scalar) ?? [scalar] {
        parts.append((part, tables.properties(of: part).combiningClass, begins))
        begins = false
      }
    }
    var start = 0
    while start < parts.count {
      var end = start
      while end < parts.count, parts[end].rank != 0 { end += 1 }
      for i in start..<end where i > start {
        var j = i
        while j > start, parts[j - 1].rank > parts[j].rank {
          parts.swapAt(j - 1, j)
          j -= 1
        }
      }
      start = max(end, start + 1)
    }
    var next = 0
    let originals = sources
    sources = parts.map { part in
      if part.begins { next += 1 }
      return originals[max(next - 1, 0)]
    }
    scalars = parts.map(\.scalar)
  }
}

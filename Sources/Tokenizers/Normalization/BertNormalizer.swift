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

extension NormalizedText {
  /// BERT's normalization, stage after stage; texts without reordered marks take `BertWordReader`, which does all
  /// stages at once.
  mutating func normalize(_ normalizer: BertNormalizer) {
    let tables = UnicodeTables.shared
    if normalizer.cleansText { clean(tables) }
    if normalizer.spacesIdeographs { spaceIdeographs(tables) }
    if normalizer.decomposes {
      normalize(.nfd)
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
}

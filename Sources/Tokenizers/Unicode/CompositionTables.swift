/// Compatibility decompositions, and the pairs of scalars that compose. Unpacked on first use.
struct CompositionTables: Sendable {
  static let shared = CompositionTables()

  /// Full decompositions where they differ from the canonical ones.
  let compatibility = ScalarImages(packed: NormalizationData.compatibility)
  /// Scalars that come out of a composition, without Hangul syllables.
  private let composedScalars: [UInt32]
  private var joined: [UInt64: UInt32] = [:]
  /// Scalars that join with one before them.
  private var joining: Set<UInt32> = Set(0x1161...0x1175).union(0x11A8...0x11C2)

  private init() {
    var reader = PackedBytes(NormalizationData.compositions)
    var scalar = 0
    var composed: [(scalar: UInt32, parts: [UInt32])] = []
    while let step = reader.varint() {
      scalar += step
      let value = UInt32(truncatingIfNeeded: scalar)
      composed.append((value, UnicodeTables.shared.decomposition(of: value) ?? []))
    }
    composedScalars = composed.map(\.scalar)
    // All parts but the last make a scalar of fewer parts.
    for (scalar, parts) in composed.sorted(by: { $0.parts.count < $1.parts.count }) {
      guard let last = parts.last, let first = joined(parts.dropLast()) else { continue }
      joined[UInt64(first) << 32 | UInt64(last)] = scalar
      joining.insert(last)
    }
  }

  private func joined(_ parts: ArraySlice<UInt32>) -> UInt32? {
    guard var scalar = parts.first else { return nil }
    for part in parts.dropFirst() {
      guard let next = joined[UInt64(scalar) << 32 | UInt64(part)] else { return nil }
      scalar = next
    }
    return scalar
  }

  /// The scalar that two compose to.
  func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    Hangul.composition(first, second) ?? joined[UInt64(first) << 32 | UInt64(second)]
  }

  /// Scalars that a form neither changes nor moves nor joins with one before them; and marks that it may only move.
  static func quickSets(_ form: NormalizationForm) -> (stable: ScalarSet, ordered: ScalarSet) {
    switch form {
    case .nfc: quickNFC
    case .nfd: quickNFD
    case .nfkc: quickNFKC
    case .nfkd: quickNFKD
    }
  }

  private static let quickNFC = shared.makeQuickSets(.nfc)
  private static let quickNFD = shared.makeQuickSets(.nfd)
  private static let quickNFKC = shared.makeQuickSets(.nfkc)
  private static let quickNFKD = shared.makeQuickSets(.nfkd)

  private func makeQuickSets(_ form: NormalizationForm) -> (stable: ScalarSet, ordered: ScalarSet) {
    let tables = UnicodeTables.shared
    let returning = form.composes ? Set(composedScalars) : []
    var changed: [UInt32] = form.composes ? Array(joining) : []
    if form.isCompatible { changed += compatibility.scalars }
    var marks: [UInt32] = []
    for scalar in UInt32(0x80)..<0x110000 {
      let properties = tables.properties(of: scalar)
      if properties.combiningClass != 0 { marks.append(scalar) }
      // What decomposes and composes again stays.
      guard properties.contains(.decomposes), !returning.contains(scalar) else { continue }
      if !form.composes || !Hangul.syllables.contains(scalar) { changed.append(scalar) }
    }
    let kept = ScalarRanges(changed).inverted
    let ordered = ScalarRanges(marks)
    return (ScalarSet(kept.intersection(ordered.inverted)), ScalarSet(kept.intersection(ordered)))
  }
}

extension Hangul {
  /// A syllable of two parts: a lead and a vowel, or a syllable without a trail and a trail.
  static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if (0x1100...0x1112).contains(first), (0x1161...0x1175).contains(second) {
      return 0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28
    }
    guard syllables.contains(first), (first - 0xAC00) % 28 == 0, (0x11A8...0x11C2).contains(second) else { return nil }
    return first + second - 0x11A7
  }
}

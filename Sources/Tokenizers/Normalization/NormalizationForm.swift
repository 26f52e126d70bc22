/// Unicode's normalization forms (The Unicode Standard, section 3.11).
enum NormalizationForm: String, Sendable {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"

  var composes: Bool { self == .nfc || self == .nfkc }
  var isCompatible: Bool { self == .nfkc || self == .nfkd }
}

extension NormalizedText {
  /// A scalar on its way, with its combining class and the number of originals that begin with it.
  private struct Part {
    var scalar: UInt32
    let rank: UInt8
    var begun: Int
  }

  /// Brings the text into a normalization form, by the versions of Unicode that the reference library mixes.
  ///
  /// The library lets "begins the image of the next original scalar" travel with the sorted and joined scalars and
  /// counts originals along the result; offsets follow it.
  mutating func normalize(_ form: NormalizationForm) {
    let tables = UnicodeTables.shared
    var parts: [Part] = []
    parts.reserveCapacity(scalars.count)
    for scalar in scalars {
      let compatible = form.isCompatible ? CompositionTables.shared.compatibility.image(of: scalar) : nil
      var begun = 1
      for part in compatible ?? tables.decomposition(of: scalar) ?? [scalar] {
        parts.append(Part(scalar: part, rank: tables.properties(of: part).combiningClass, begun: begun))
        begun = 0
      }
    }
    Self.order(&parts)
    if form.composes { parts = Self.composed(parts) }
    var next = 0
    let originals = sources
    sources = parts.map { part in
      defer { next += part.begun }
      return originals[part.begun > 0 ? next : max(next - 1, 0)]
    }
    scalars = parts.map(\.scalar)
  }

  /// Sorts every run of marks by combining class, keeping the order of equals.
  private static func order(_ parts: inout [Part]) {
    var start = 0
    while start < parts.count {
      var end = start
      while end < parts.count, parts[end].rank != 0 { end += 1 }
      if end - start > 1 { sortMarks(&parts[start..<end]) }
      start = max(end, start + 1)
    }
  }

  private static func sortMarks(_ marks: inout ArraySlice<Part>) {
    let sorted = marks.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
    for (place, mark) in zip(marks.indices, sorted) { marks[place] = mark.element }
  }

  /// Joins each scalar with the starter before it where a composition exists and nothing between blocks it.
  private static func composed(_ parts: [Part]) -> [Part] {
    var result: [Part] = []
    result.reserveCapacity(parts.count)
    var starter: Int?
    for part in parts {
      guard let place = starter else {
        if part.rank == 0 { starter = result.count }
        result.append(part)
        continue
      }
      // Marks stand in order: what lies between blocks the last one only if it is of the same class.
      let last = place == result.count - 1 ? nil : result.last?.rank
      let isBlocked = last.map { $0 >= part.rank } ?? false
      if !isBlocked, let joined = CompositionTables.shared.composition(result[place].scalar, part.scalar) {
        result[place].scalar = joined
        result[place].begun += part.begun
        continue
      }
      if part.rank == 0 { starter = result.count }
      result.append(part)
    }
    return result
  }

  /// Whether a form surely leaves valid UTF-8 as it is; a few texts that stay the same are not recognized.
  static func isUnchanged(_ bytes: UnsafeBufferPointer<UInt8>, by form: NormalizationForm) -> Bool {
    guard var place = bytes.firstIndex(where: { $0 >= 0x80 }) else { return true }
    let (stable, ordered) = CompositionTables.quickSets(form)
    let tables = UnicodeTables.shared
    var lastClass: UInt8 = 0
    while place < bytes.count {
      if bytes[place] < 0x80 {
        place += 1
        lastClass = 0
        continue
      }
      let (scalar, length) = UTF8Text.scalar(in: bytes, at: place)
      place += length
      if stable.contains(scalar) {
        lastClass = 0
        continue
      }
      let rank = tables.properties(of: scalar).combiningClass
      if rank < lastClass || !ordered.contains(scalar) { return false }
      lastClass = rank
    }
    return true
  }
}

extension NormalizedText {
  /// The bytes of a text in a form, for where places do not matter: only runs beyond ASCII are looked at, and only those
  /// that may change are taken apart. Each has the ASCII scalar before it, which may join with a mark; none joins with
  /// an ASCII scalar behind it.
  static func bytes(of text: UnsafeBufferPointer<UInt8>, in form: NormalizationForm) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var start = 0
    while start < text.count {
      let plainEnd = text[start...].firstIndex { $0 >= 0x80 } ?? text.count
      let runStart = plainEnd < text.count ? max(start, plainEnd - 1) : plainEnd
      let runEnd = text[plainEnd...].firstIndex { $0 < 0x80 } ?? text.count
      result.append(contentsOf: text[start..<runStart])
      let run = UnsafeBufferPointer(rebasing: text[runStart..<runEnd])
      if isUnchanged(run, by: form) {
        result.append(contentsOf: run)
      } else {
        result += UTF8Text.bytes(of: NormalizedText(run, normalizer: .form(form)).scalars)
      }
      start = runEnd
    }
    return result
  }
}

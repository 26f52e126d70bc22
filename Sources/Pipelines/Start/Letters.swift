/// Which scripts a text is written in.
public struct Letters: Equatable, Sendable {
  /// Letters of each script; those that never occur are left out.
  public private(set) var counts: [Script: Int] = [:]
  /// Latin letters outside ASCII, such as é and ß, counted under `latin` too.
  public private(set) var accentedCount = 0

  /// Families of letters.
  public enum Script: String, Sendable, CaseIterable {
    case latin, greek, cyrillic, hebrew, arabic, indic, thai, kana, hangul, han, other
  }

  /// No letters.
  public init() {}

  /// Counts the letters of a text.
  public mutating func add(_ text: some StringProtocol) {
    for scalar in text.unicodeScalars {
      if scalar.isASCII {
        if (scalar.value | 32) &- 97 < 26 { counts[.latin, default: 0] += 1 }
        continue
      }
      guard scalar.properties.isAlphabetic else { continue }
      let script = Self.script(of: scalar)
      if script == .latin { accentedCount += 1 }
      counts[script, default: 0] += 1
    }
  }

  /// All letters.
  public var total: Int { counts.values.reduce(0, +) }

  /// The share of letters that belong to a script.
  public func share(_ script: Script) -> Double {
    total == 0 ? 0 : Double(counts[script] ?? 0) / Double(total)
  }

  /// Scripts by their share, the largest first, those under a thousandth left out.
  public var shares: [(script: Script, share: Double)] {
    Script.allCases.map { ($0, share($0)) }.filter { $0.1 >= 0.001 }.sorted { $0.1 > $1.1 }
  }

  /// Whether words are not separated by blanks: each letter is about a token then.
  public var isIdeographic: Bool { share(.han) + share(.kana) + share(.thai) > 0.3 }

  private static let ranges: [(ClosedRange<UInt32>, Script)] = [
    (0x00AA...0x024F, .latin), (0x1E00...0x1EFF, .latin), (0x2C60...0x2C7F, .latin), (0xFF21...0xFF5A, .latin),
    (0x0370...0x03FF, .greek), (0x1F00...0x1FFF, .greek), (0x0400...0x052F, .cyrillic), (0x0590...0x05FF, .hebrew),
    (0x0600...0x077F, .arabic), (0x08A0...0x08FF, .arabic), (0x0900...0x0DFF, .indic), (0x0E00...0x0EFF, .thai),
    (0x3040...0x30FF, .kana), (0x1100...0x11FF, .hangul), (0xAC00...0xD7AF, .hangul), (0x3400...0x9FFF, .han),
    (0x20000...0x323AF, .han),
  ]

  /// The script of a letter.
  public static func script(of letter: Unicode.Scalar) -> Script {
    letter.isASCII ? .latin : ranges.first { $0.0.contains(letter.value) }?.1 ?? .other
  }
}

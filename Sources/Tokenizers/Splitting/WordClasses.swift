/// What a word pattern sees in a scalar, as flags.
struct WordClass: OptionSet, Sendable {
  let rawValue: UInt8

  static let letter = WordClass(rawValue: 1 << 0)
  static let number = WordClass(rawValue: 1 << 1)
  static let space = WordClass(rawValue: 1 << 2)
  /// Carriage return and line feed, which are spaces too.
  static let lineBreak = WordClass(rawValue: 1 << 3)
  /// Neither letter nor number nor space.
  static let other = WordClass(rawValue: 1 << 4)
  /// Letters but small ones, and marks.
  static let upper = WordClass(rawValue: 1 << 5)
  /// Letters but capitals, and marks.
  static let lower = WordClass(rawValue: 1 << 6)
}

/// The word class of every scalar, in two stages of 256.
struct WordClasses: Sendable {
  static let shared = WordClasses()

  private let blocks: [UInt16]
  private let classes: [WordClass]

  private init() {
    var blocks = [UInt16](repeating: 0, count: 0x1100)
    var classes: [WordClass] = []
    var uniform: [UInt8: UInt16] = [:]
    let flat = Self.flat()
    for block in 0..<0x1100 {
      let content = flat[block << 8..<(block + 1) << 8]
      let first = flat[block << 8]
      let isUniform = content.allSatisfy { $0 == first }
      if isUniform, let known = uniform[first.rawValue] {
        blocks[block] = known
        continue
      }
      blocks[block] = UInt16(truncatingIfNeeded: classes.count >> 8)
      if isUniform { uniform[first.rawValue] = blocks[block] }
      classes.append(contentsOf: content)
    }
    (self.blocks, self.classes) = (blocks, classes)
  }

  @inline(__always) func callAsFunction(_ scalar: UInt32) -> WordClass {
    classes[Int(blocks[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)]
  }

  private static func flat() -> [WordClass] {
    var flat = [WordClass](repeating: .other, count: 0x110000)
    let letters = PatternProperties.numbers(of: ["Lu", "Ll", "Lt", "Lm", "Lo"])
    let numbers = PatternProperties.numbers(of: ["Nd", "Nl", "No"])
    let uppers = PatternProperties.numbers(of: ["Lu", "Lt", "Lm", "Lo", "Mn", "Mc", "Me"])
    let lowers = PatternProperties.numbers(of: ["Ll", "Lm", "Lo", "Mn", "Mc", "Me"])
    for (range, properties) in PatternTables.shared.runs {
      var found: WordClass = letters.contains(properties.category) ? .letter : .other
      if numbers.contains(properties.category) { found = .number }
      if uppers.contains(properties.category) { found.insert(.upper) }
      if lowers.contains(properties.category) { found.insert(.lower) }
      for scalar in range { flat[Int(scalar)] = found }
    }
    for range in PatternSyntax.property("space")?.ranges ?? [] {
      for scalar in range { flat[Int(scalar)] = .space }
    }
    for scalar in [0x0A, 0x0D] { flat[scalar] = [.space, .lineBreak] }
    return flat
  }
}

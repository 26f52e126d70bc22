import JSON
import Testing

@testable import Tokenizers

@Suite("Patterns")
struct PatternTests {
  /// The scalars that the fixtures' sums run over.
  static let scalars = ScalarRanges(0...0xD7FF).union(ScalarRanges(0xE000...0x3347F))
    .union(ScalarRanges(0xE0000...0xE01FF)).union(ScalarRanges(0x10FF00...0x10FFFF))

  private func sums(_ set: ScalarRanges) -> [Int] {
    var sums = [0, 0, 0]
    for range in set.intersection(Self.scalars).ranges {
      for scalar in range.map(Int.init) {
        sums[0] += 1
        sums[1] += scalar
        sums[2] += scalar * scalar
      }
    }
    return sums
  }

  @Test func classesOfPatternsEqualTheLibrarysOnEveryScalar() throws {
    let properties = try #require(Fixtures.json("patterns/classes.json")["properties"]?.object)
    #expect(properties.count > 70)
    for (source, expected) in properties.pairs {
      let node = try PatternParser.parse(source)
      let set = try #require(node.asSet, "\(source)")
      #expect(sums(set) == expected.array?.compactMap(\.int), "\(source)")
    }
  }

  @Test func classesOfSplittersAndNormalizersEqualTheLibrarysOnEveryScalar() throws {
    let classes = try #require(Fixtures.json("patterns/classes.json")["classes"])
    let sets: [(name: String, flag: PatternProperties, set: ScalarSet)] = [
      ("splitSpaces", .splitSpace, .splitSpaces), ("splitWords", .splitWord, .splitWords),
      ("numerics", .numeric, .numerics), ("accents", .accent, .accents), ("nmtRemoved", .nmtRemoved, .nmtRemoved),
      ("nmtSpaces", .nmtSpace, .nmtSpaces),
    ]
    for (name, flag, set) in sets {
      let ranges = PatternTables.shared.ranges { $0.contains(flag) }
      #expect(sums(ranges) == classes[name]?.array?.compactMap(\.int), "\(name)")
      var wrong: [UInt32] = []
      for scalar in UInt32(0)..<0x110000 where set.contains(scalar) != ranges.contains(scalar) { wrong.append(scalar) }
      #expect(wrong.isEmpty, "\(name): \(wrong.prefix(10))")
    }
  }

  @Test func matchesEqualTheLibrarys() throws {
    let rows = try Fixtures.lines("patterns/matches.jsonl")
    #expect(rows.count > 50)
    for row in rows {
      let source = try #require(row["pattern"]?.string)
      let pattern = try Pattern(source)
      for item in try #require(row["texts"]?.array) {
        let text = try #require(item[0]?.string)
        let (isolated, removed) = Self.cut(text, by: pattern)
        #expect(isolated == Self.ranges(item[1]), "\(source) in \(text.debugDescription)")
        #expect(removed == Self.ranges(item[2]), "\(source) in \(text.debugDescription)")
      }
    }
  }

  /// All pieces that matches cut a text into, and those between matches, in scalars.
  static func cut(_ text: String, by pattern: Pattern) -> (isolated: [Range<Int>], removed: [Range<Int>]) {
    var (isolated, removed): ([Range<Int>], [Range<Int>]) = ([], [])
    var counts = [0]
    for byte in text.utf8.dropFirst() { counts.append((counts.last ?? 0) + (UTF8Text.isStart(byte) ? 1 : 0)) }
    func place(_ byte: Int) -> Int { byte == text.utf8.count ? text.unicodeScalars.count : counts[byte] }
    var end = 0
    for match in matches(of: pattern, in: text) {
      if end < match.lowerBound {
        isolated.append(place(end)..<place(match.lowerBound))
        removed.append(place(end)..<place(match.lowerBound))
      }
      if !match.isEmpty { isolated.append(place(match.lowerBound)..<place(match.upperBound)) }
      end = match.upperBound
    }
    if end < text.utf8.count {
      isolated.append(place(end)..<place(text.utf8.count))
      removed.append(place(end)..<place(text.utf8.count))
    }
    return (isolated, removed)
  }

  static func matches(of pattern: Pattern, in text: String) -> [Range<Int>] {
    var text = text
    return text.withUTF8 { text in
      var matcher = PatternMatcher(pattern, text)
      var found: [Range<Int>] = []
      while let match = matcher.next() { found.append(match) }
      return found
    }
  }

  private static func ranges(_ value: JSONValue?) -> [Range<Int>] {
    value?.array?.map { ($0[0]?.int ?? -1)..<($0[1]?.int ?? -1) } ?? []
  }

  @Test func whatTheLibraryRefusesIsRefused() throws {
    let refused = try #require(Fixtures.json("patterns/classes.json")["refused"]?.array).compactMap(\.string)
    #expect(refused.count > 20)
    for source in refused { #expect(throws: PatternError.self, "\(source)") { try Pattern(source) } }
  }

  @Test(arguments: [
    (#"(a)\1"#, 3, #"the escape \1"#), ("ab(?<n>c)", 2, "a group that is not supported"),
    (#"x\p{Klingon}"#, 1, "the property klingon"), ("(?:a|b*)+", 8, "a repetition of what may be empty"),
    ("a+?+", 3, "a quantifier of a quantifier"), ("(?<=a*)b", 0, "a lookbehind of varying length"),
    ("(?i)gross", 8, "letters that equal another number of letters when case is ignored"),
    (#"\xe9"#, 0, "a byte of a character"), ("a{5000}", 1, "more than 1000 repetitions"),
    ("(?x) a", 0, "a group that is not supported"),
    (#"\K"#, 0, #"the escape \K"#), (#"a\Rb"#, 1, #"the escape \R"#),
  ])
  func whatWouldBeMatchedDifferentlyIsRefusedByNameAndPlace(source: String, place: Int, problem: String) {
    #expect(throws: PatternError(place: place, problem: problem)) { try Pattern(source) }
  }

  @Test func deepNestingAndGreatRepetitionAreRefused() {
    let deep = String(repeating: "(", count: 100_000) + String(repeating: ")", count: 100_000)
    #expect(throws: PatternError.self) { try Pattern(deep) }
    #expect(throws: PatternError.self) { try Pattern(String(repeating: "[", count: 100_000)) }
    #expect(throws: PatternError.self) { try Pattern("((a{1000}){1000}){1000}") }
  }

  /// Plain backtracking takes 2ⁿ or n² steps for these.
  @Test(arguments: [
    ("(?:a|a)*b", 0), ("(?:a+)+b", 0), ("(?:a*?a)*?b", 0), ("a*a*a*a*b", 0), ("(?:aa|a)+b|a", 200_000),
    ("a++b|a", 200_000),
    ("(?=a*b)a|a", 200_000), ("(?>(?:a|b)*)c|a", 200_000), ("a+(?!.*b)c|a", 200_000), ("a+?b", 0),
  ])
  func noPatternTakesMoreThanLinearTime(source: String, count: Int) throws {
    let text = String(repeating: "a", count: 200_000)
    let pattern = try Pattern(source)
    let clock = ContinuousClock()
    var found = 0
    let elapsed = clock.measure { found = Self.matches(of: pattern, in: text).count }
    #expect(found == count)
    #expect(elapsed < .seconds(5), "\(source): \(elapsed)")
  }

  @Test func rememberedFailuresChangeNoMatch() throws {
    var random = SplitMix(state: 7)
    let sources = [
      "(?:a|ab|b)*c|a", "(?=a*b)a|b", "(?>a|ab)*c|(?<=a)b|a", "(?:a+?b?){1,3}c|b", "a*+b|(?!ab)a", "(?:b|a+)+?c|.",
    ]
    for source in sources {
      let pattern = try Pattern(source)
      for _ in 0..<200 {
        let text = String((0..<12).map { _ in random.element("aaabbc") })
        let padding = String(repeating: "a", count: 3000) + "\n"
        // The long run makes the matcher remember; the short text alone does not.
        let alone = Self.matches(of: pattern, in: text).map { $0.lowerBound + 3001..<$0.upperBound + 3001 }
        let after = Self.matches(of: pattern, in: padding + text).filter { $0.lowerBound > 3000 }
        #expect(after == alone, "\(source) in \(text)")
      }
    }
  }
}

/// Numbers for random texts (Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  mutating func element(_ text: String) -> Character { text.randomElement(using: &self) ?? " " }
}

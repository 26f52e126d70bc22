/// Escapes and brackets.
extension PatternParser {
  /// What follows a backslash outside brackets.
  mutating func escape(from start: Int) throws(PatternError) -> PatternNode {
    guard let letter = next else { throw error("a backslash at its end", at: start) }
    switch letter {
    case "A": return anchor(.textStart)
    case "z": return anchor(.textEnd)
    case "Z": return anchor(.lastLineEnd)
    case "b": return anchor(.wordBoundary)
    case "B": return anchor(.noWordBoundary)
    default: break
    }
    if let set = try escapedSet(from: start, inBrackets: false) { return .set(set) }
    return try literal(escapedScalar(from: start), from: start)
  }

  private mutating func anchor(_ anchor: PatternAnchor) -> PatternNode {
    place += 1
    return .anchor(anchor)
  }

  /// A class of scalars after a backslash; nil, and nothing taken, where another escape stands.
  private mutating func escapedSet(from start: Int, inBrackets: Bool) throws(PatternError) -> ScalarRanges? {
    guard let letter = next, letter.isASCII else { return nil }
    if letter == "p" || letter == "P" {
      guard character(at: place + 1) == "{" else { return nil }
      return try property(from: start)
    }
    let lower = Character(letter.lowercased())
    guard let set = PatternSyntax.shorthand(lower, inBrackets: inBrackets) else { return nil }
    place += 1
    return letter == lower ? set : set.inverted
  }

  private mutating func property(from start: Int) throws(PatternError) -> ScalarRanges {
    var isNegated = next == "P"
    place += 2
    if take("^") { isNegated.toggle() }
    var name = ""
    while let character = next, character != "}" {
      if !" _-".contains(character) { name += character.lowercased() }
      place += 1
    }
    guard take("}") else { throw error("a property without its end", at: start) }
    guard let set = PatternSyntax.property(name) else { throw error("the property \(name)", at: start) }
    return isNegated ? set.inverted : set
  }

  /// The scalar that an escape stands for.
  private mutating func escapedScalar(from start: Int) throws(PatternError) -> UInt32 {
    guard let letter = next else { throw error("a backslash at its end", at: start) }
    place += 1
    switch letter {
    case "t": return 0x09
    case "n": return 0x0A
    case "v": return 0x0B
    case "f": return 0x0C
    case "r": return 0x0D
    case "a": return 0x07
    case "e": return 0x1B
    case "x":
      if take("{") {
        let scalar = try hexadecimal(1...8, from: start)
        guard take("}") else { throw error("an escape without its end", at: start) }
        return scalar
      }
      let scalar = try hexadecimal(1...2, from: start)
      if scalar >= 0x80 { throw error("a byte of a character", at: start) }
      return scalar
    case "u": return try hexadecimal(4...4, from: start)
    default:
      if letter.isASCII, letter.isLetter || letter.isNumber { throw error("the escape \\\(letter)", at: start) }
      return scalars[place - 1]
    }
  }

  private mutating func hexadecimal(_ count: ClosedRange<Int>, from start: Int) throws(PatternError) -> UInt32 {
    var (value, digits) = (UInt32(0), 0)
    while digits < count.upperBound, let digit = next?.hexDigitValue, next?.isASCII == true {
      value = value << 4 | UInt32(digit)
      digits += 1
      place += 1
    }
    guard count.contains(digits), Unicode.Scalar(value) != nil else {
      throw error("an escape of no character", at: start)
    }
    return value
  }

  // MARK: Brackets

  /// What follows `[`, up to and with its `]`.
  mutating func bracket(from start: Int) throws(PatternError) -> ScalarRanges {
    let (set, isNegated) = try bracketContent(from: start)
    guard options.ignoresCase else { return isNegated ? set.inverted : set }
    let tables = PatternTables.shared
    if !isNegated, tables.foldedSequences.keys.contains(where: set.contains) {
      throw error("letters that equal another number of letters when case is ignored", at: start)
    }
    let closed = tables.closedUnderCase(set)
    return isNegated ? closed.inverted : closed
  }

  private mutating func bracketContent(
    from start: Int
  ) throws(PatternError) -> (set: ScalarRanges, isNegated: Bool) {
    let isNegated = take("^")
    var current = ScalarRanges()
    var intersection: ScalarRanges?
    var isFirst = true
    while let character = next, character != "]" || isFirst {
      isFirst = false
      if take("&&") {
        intersection = intersection?.intersection(current) ?? current
        current = ScalarRanges()
      } else {
        current = current.union(try bracketItem(character, from: start))
      }
    }
    guard take("]") else { throw error("a bracket without its end", at: start) }
    return (intersection?.intersection(current) ?? current, isNegated)
  }

  private mutating func bracketItem(
    _ character: Character, from start: Int
  ) throws(PatternError) -> ScalarRanges {
    let first = place
    if character == "[" {
      if isNext("[:"), let set = try posixBracket() { return set }
      place += 1
      let (set, isNegated) = try nested { parser throws(PatternError) in try parser.bracketContent(from: first) }
      return isNegated ? set.inverted : set
    }
    if character == "\\" {
      place += 1
      if let set = try escapedSet(from: first, inBrackets: true) {
        if next == "-", self.character(at: place + 1) != "]" { throw error("a range from a class", at: first) }
        return set
      }
      place -= 1
    }
    let low = try bracketScalar()
    guard next == "-", let after = self.character(at: place + 1), after != "]" else { return ScalarRanges(low...low) }
    place += 1
    if after == "[" || isNext("&&") { throw error("a range to a class", at: first) }
    if after == "\\" {
      place += 1
      if try escapedSet(from: first, inBrackets: true) != nil { throw error("a range to a class", at: first) }
      place -= 1
    }
    let high = try bracketScalar()
    if low > high { throw error("an empty range", at: first) }
    // A hyphen after a range is itself.
    if next == "-", self.character(at: place + 1) != "]" {
      place += 1
      return ScalarRanges(low...high).union(ScalarRanges(0x2D...0x2D))
    }
    return ScalarRanges(low...high)
  }

  private mutating func bracketScalar() throws(PatternError) -> UInt32 {
    let start = place
    guard take("\\") else {
      place += 1
      return scalars[start]
    }
    return take("b") ? 0x08 : try escapedScalar(from: start)
  }

  /// `[:name:]` or `[:^name:]` inside brackets; nil, and nothing taken, where something else stands.
  private mutating func posixBracket() throws(PatternError) -> ScalarRanges? {
    let start = place
    var end = place + 2
    while let character = character(at: end), character != ":", character != "]" { end += 1 }
    guard character(at: end) == ":", character(at: end + 1) == "]" else { return nil }
    place += 2
    let isNegated = take("^")
    let name = String(String.UnicodeScalarView(scalars[place..<end].compactMap(Unicode.Scalar.init)))
    place = end + 2
    guard let set = PatternSyntax.posixClass(name) else { throw error("the class [:\(name):]", at: start) }
    return isNegated ? set.inverted : set
  }
}

/// Reads a pattern in the syntax of Oniguruma, as the reference library compiles it; what would be matched in another
/// way here is refused.
struct PatternParser {
  struct Options { var ignoresCase = false, dotMatchesLineFeed = false }

  static let maximumDepth = 60
  static let maximumRepeat = 1000

  var scalars: [UInt32]
  var place = 0
  var options = Options()
  private var depth = 0
  /// Letters that stood side by side while case is ignored, each as the least of its equals.
  private var run: [UInt32] = []

  static func parse(_ source: String) throws(PatternError) -> PatternNode {
    var parser = PatternParser(scalars: source.unicodeScalars.map(\.value))
    let node = try parser.alternatives()
    if parser.place < parser.scalars.count { throw parser.error("an unmatched )") }
    return node
  }

  private init(scalars: [UInt32]) { self.scalars = scalars }

  func error(_ problem: String, at place: Int? = nil) -> PatternError {
    PatternError(place: place ?? self.place, problem: problem)
  }

  // MARK: Reading

  var next: Character? { character(at: place) }

  func character(at place: Int) -> Character? {
    guard place < scalars.count, let scalar = Unicode.Scalar(scalars[place]) else { return nil }
    return Character(scalar)
  }

  func isNext(_ text: String) -> Bool {
    let wanted = text.unicodeScalars.map(\.value)
    return scalars[place...].starts(with: wanted)
  }

  mutating func take(_ text: String) -> Bool {
    guard isNext(text) else { return false }
    place += text.unicodeScalars.count
    return true
  }

  mutating func nested<Result>(
    _ body: (inout PatternParser) throws(PatternError) -> Result
  ) throws(PatternError) -> Result {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { throw error("groups nested deeper than \(Self.maximumDepth)") }
    return try body(&self)
  }

  // MARK: Structure

  /// A group continues the letters before it.
  private mutating func alternatives(continuing letters: [UInt32] = []) throws(PatternError) -> PatternNode {
    var branches: [PatternNode] = []
    repeat {
      run = letters
      branches.append(try sequence())
    } while take("|")
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternNode {
    var parts: [PatternNode] = []
    while let character = next, character != "|", character != ")" {
      let start = place
      if let rest = try optionsForTheRest() {
        parts.append(rest)
        break
      }
      let item = try item()
      parts.append(try quantified(item, from: start))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  /// `(?i)` and its like hold to the end of the group, alternatives included.
  private mutating func optionsForTheRest() throws(PatternError) -> PatternNode? {
    guard isNext("(?") else { return nil }
    let start = place
    let kept = options
    place += 2
    guard try takeOptions(), take(")") else {
      (place, options) = (start, kept)
      return nil
    }
    defer { options = kept }
    return try nested { parser throws(PatternError) in try parser.alternatives(continuing: parser.run) }
  }

  /// Letters of options after `(?`; false where none stand there.
  private mutating func takeOptions() throws(PatternError) -> Bool {
    let start = place
    var isOn = true
    while let character = next {
      switch character {
      case "-": isOn = false
      case "i": options.ignoresCase = isOn
      case "m": options.dotMatchesLineFeed = isOn
      case ")", ":": return place > start
      default: return false
      }
      place += 1
    }
    return false
  }

  private mutating func item() throws(PatternError) -> PatternNode {
    guard let character = next else { return .empty }
    let start = place
    place += 1
    switch character {
    case "(": return try group(from: start)
    case "[":
      run = []
      return .set(try bracket(from: start))
    case ".":
      run = []
      return .set(options.dotMatchesLineFeed ? .all : ScalarRanges(0x0A...0x0A).inverted)
    case "^": return .anchor(.lineStart)
    case "$": return .anchor(.lineEnd)
    case "\\": return try escape(from: start)
    case "*", "+", "?": throw error("the quantifier \(character) with nothing to repeat", at: start)
    case "{" where interval(from: start) != nil: throw error("an interval with nothing to repeat", at: start)
    default: return try literal(scalars[start], from: start)
    }
  }

  /// A letter, with its equals where case is ignored. One letter may then equal several ("ß" and "ss"): refused.
  mutating func literal(_ scalar: UInt32, from start: Int) throws(PatternError) -> PatternNode {
    guard options.ignoresCase else { return .literal(scalar) }
    let tables = PatternTables.shared
    func least(_ scalar: UInt32) -> UInt32 { tables.caseEquals[scalar]?.min() ?? scalar }
    run.append(least(scalar))
    let endsSequence = tables.foldedSequences.values.contains { sequence in
      run.suffix(sequence.count).elementsEqual(sequence.map(least))
    }
    if endsSequence || tables.foldedSequences[scalar] != nil {
      throw error("letters that equal another number of letters when case is ignored", at: start)
    }
    guard let equals = tables.caseEquals[scalar] else { return .literal(scalar) }
    return .set(ScalarRanges(equals))
  }

  private mutating func group(from start: Int) throws(PatternError) -> PatternNode {
    let kept = options
    defer { options = kept }
    let kinds = ["?:", "?=", "?!", "?>", "?<=", "?<!"]
    guard let kind = kinds.first(where: { isNext($0) }) else {
      if isNext("?") {
        place += 1
        guard try takeOptions(), take(":") else { throw error("a group that is not supported", at: start) }
      }
      return try body(from: start)
    }
    place += kind.count
    if kind != "?:" { run = [] }
    let body = try body(from: start)
    switch kind {
    case "?=", "?!": return .lookahead(body, isNegated: kind == "?!")
    case "?>": return .atomic(body)
    case "?<=", "?<!": return try lookbehind(body, isNegated: kind == "?<!", from: start)
    default: return body
    }
  }

  private mutating func body(from start: Int) throws(PatternError) -> PatternNode {
    let kept = run
    let node = try nested { parser throws(PatternError) in try parser.alternatives(continuing: kept) }
    guard take(")") else { throw error("a group without its end", at: start) }
    return node
  }

  private func lookbehind(_ body: PatternNode, isNegated: Bool, from start: Int) throws(PatternError) -> PatternNode {
    var branches: [PatternNode] = [body]
    if case .alternatives(let parts) = body { branches = parts }
    var nodes: [PatternNode] = []
    for branch in branches {
      guard let length = branch.scalarCount, length < 256 else {
        throw error("a lookbehind of varying length", at: start)
      }
      nodes.append(.lookbehind(branch, length: length, isNegated: isNegated))
    }
    if nodes.count == 1 { return nodes[0] }
    return isNegated ? .sequence(nodes) : .alternatives(nodes)
  }

  // MARK: Quantifiers

  private mutating func quantified(_ node: PatternNode, from start: Int) throws(PatternError) -> PatternNode {
    let first = place
    guard var (minimum, maximum) = takeQuantifier() else { return node }
    run = []
    let isInterval = character(at: first) == "{"
    if node.isCondition { throw error("a quantifier of a condition", at: first) }
    if max(minimum, maximum ?? 0) > Self.maximumRepeat {
      throw error("more than \(Self.maximumRepeat) repetitions", at: first)
    }
    if let maximum, maximum < minimum { throw error("an interval from more to less", at: first) }
    var result = node
    var preference = PatternNode.Preference.greedy
    if take("?") {
      if isInterval, minimum == maximum, !isRange(from: first) {
        // `{n}?` means "n or none".
        result = try repeated(result, minimum, maximum, .greedy, at: first)
        (minimum, maximum) = (0, 1)
      } else {
        preference = .lazy
      }
    } else if take("+") {
      if isInterval {
        // After an interval, `+` repeats it.
        result = try repeated(result, minimum, maximum, .greedy, at: first)
        (minimum, maximum) = (1, nil)
      } else {
        preference = .possessive
      }
    }
    let end = place
    if takeQuantifier() != nil { throw error("a quantifier of a quantifier", at: end) }
    return try repeated(result, minimum, maximum, preference, at: first)
  }

  private func repeated(
    _ node: PatternNode, _ minimum: Int, _ maximum: Int?, _ preference: PatternNode.Preference, at place: Int
  ) throws(PatternError) -> PatternNode {
    if node.isNullable, maximum == nil { throw error("a repetition of what may be empty", at: place) }
    return .repeated(node, minimum: minimum, maximum: maximum, preference)
  }

  private mutating func takeQuantifier() -> (minimum: Int, maximum: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    guard next == "{", let interval = interval(from: place) else { return nil }
    place = interval.end
    return (interval.minimum, interval.maximum)
  }

  private func isRange(from start: Int) -> Bool {
    scalars[start...].prefix { $0 != 0x7D }.contains(0x2C)
  }

  /// `{n}`, `{n,}`, `{,n}` or `{n,m}`; anything else stands for its letters.
  private func interval(from start: Int) -> (minimum: Int, maximum: Int?, end: Int)? {
    var place = start + 1
    func number() -> (value: Int?, end: Int) {
      var (value, end) = (0, place)
      while end < scalars.count, (0x30...0x39).contains(scalars[end]) {
        value = min(value * 10 + Int(scalars[end] - 0x30), 1_000_000)
        end += 1
      }
      return (end > place ? value : nil, end)
    }
    let first = number()
    place = first.end
    var (minimum, maximum) = (first.value, first.value)
    if character(at: place) == "," {
      place += 1
      let second = number()
      place = second.end
      if first.value == nil, second.value == nil { return nil }
      (minimum, maximum) = (first.value ?? 0, second.value)
    }
    guard let minimum, character(at: place) == "}" else { return nil }
    return (minimum, maximum, place + 1)
  }
}

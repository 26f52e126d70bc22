/// A look over YAML text before it is parsed: what a pipeline file has no use for is refused here, so that the parser
/// behind never meets it.
///
/// Refused are anchors, aliases, merge keys, tags, directives, explicit keys, block texts, plain text over several lines,
/// duplicate keys, nesting beyond 64 levels and more than 10,000 values. Because text over several lines needs quotes,
/// what is a quote, a key or an indicator can be told from one line.
struct YAMLGuard {
  static let maximumDepth = 64
  static let maximumNodes = 10_000

  private enum State: Equatable { case nodeStart, plain, afterValue }

  private(set) var scalars: [Unicode.Scalar]
  private(set) var problems: [Problem] = []
  private let file: String
  private var place = 0
  private var line = 1
  private var lineStart = 0
  private var state = State.nodeStart
  /// Open collections: where a block collection stands, nil for a flow collection.
  private var levels: [Level] = []
  private var flowDepth = 0
  private var nodeCount = 0
  private var tokenStart = 0
  /// The column beyond which the next line would go on with the plain text before it.
  private var pendingTextColumn: Int?
  private var duplicateCount: UInt32 = 0
  private var isParsable = true

  private struct Level {
    var column: Int?
    var keys: [String: Int] = [:]
  }

  init(_ text: String, file: String) {
    scalars = Array(text.unicodeScalars)
    self.file = file
  }

  /// The text to parse: as given, but the second of two equal keys has a name that nobody can write.
  var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  /// True for the name that a duplicate key was given.
  static func isMasked(_ key: String) -> Bool {
    key.unicodeScalars.first.map { 0xF0000...0xFFFFD ~= $0.value } ?? false
  }

  /// Looks over the whole text; false if it must not be parsed.
  mutating func passes() -> Bool {
    if scalars.first == "\u{FEFF}" { (place, lineStart) = (1, 1) }
    while place < scalars.count {
      if place == lineStart && flowDepth == 0 { beginLine() }
      guard place < scalars.count else { break }
      step()
      if problems.count > 50 || levels.count > Self.maximumDepth || nodeCount > Self.maximumNodes { break }
    }
    if levels.count > Self.maximumDepth {
      refuse("is nested more than \(Self.maximumDepth) levels deep")
    }
    if nodeCount > Self.maximumNodes {
      refuse("has more than \(Self.maximumNodes) values")
    }
    return isParsable
  }

  private var column: Int { place - lineStart }
  private var current: Unicode.Scalar { scalars[place] }
  private var nextIsBlank: Bool {
    place + 1 >= scalars.count || Self.isBlank(scalars[place + 1]) || Self.isBreak(scalars[place + 1])
  }

  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

  private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\r" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
  }

  private mutating func refuse(_ message: String) {
    isParsable = false
    problems.append(Problem(Place(file: file, line: line, column: column + 1), "", message))
  }

  /// The start of a line outside flow collections: its indentation closes levels or goes on with text.
  private mutating func beginLine() {
    state = .nodeStart
    while place < scalars.count, current == " " { place += 1 }
    guard place < scalars.count, !Self.isBreak(current), current != "#" else { return }
    if column == 0, isDocumentMark() { return }
    if current == "\t" { refuse("is indented with a tab; use spaces") }
    if let limit = pendingTextColumn, column > limit {
      refuse("goes on with the text of the line before; put text of several lines in quotes")
    }
    pendingTextColumn = nil
    while let level = levels.last?.column, level > column { levels.removeLast() }
  }

  /// `---` or `...` alone on its line: skipped.
  private mutating func isDocumentMark() -> Bool {
    let mark = scalars[place...].prefix(3)
    guard mark.elementsEqual(["-", "-", "-"]) || mark.elementsEqual([".", ".", "."]) else { return false }
    guard place + 3 >= scalars.count || Self.isBlank(scalars[place + 3]) || Self.isBreak(scalars[place + 3]) else {
      return false
    }
    levels = []
    place += 3
    return true
  }

  /// Takes the next scalar or token.
  private mutating func step() {
    let scalar = current
    if Self.isBreak(scalar) {
      endLine()
    } else if Self.isBlank(scalar) {
      place += 1
    } else if scalar == "#", place == lineStart || Self.isBlank(scalars[place - 1]) || state == .nodeStart {
      while place < scalars.count, !Self.isBreak(current) { place += 1 }
    } else if state == .nodeStart {
      beginNode()
    } else {
      goOn(insidePlain: state == .plain)
    }
  }

  private mutating func endLine() {
    if flowDepth == 0, state != .nodeStart { pendingTextColumn = levels.last?.column ?? -1 }
    if scalars[place] == "\r", place + 1 < scalars.count, scalars[place + 1] == "\n" { place += 1 }
    place += 1
    line += 1
    lineStart = place
    if flowDepth > 0, state == .plain { state = .afterValue }
  }
}

// Nodes.
extension YAMLGuard {
  private mutating func beginNode() {
    let scalar = current
    if let reason = refusal(scalar) { refuse(reason) }
    switch scalar {
    case "-" where nextIsBlank && flowDepth == 0:
      open(column: column)
      place += 1
    case "[", "{":
      nodeCount += 1
      flowDepth += 1
      levels.append(Level())
      place += 1
    case "]" where flowDepth > 0, "}" where flowDepth > 0, "," where flowDepth > 0: goOn(insidePlain: false)
    case ":" where nextIsBlank: place += 1
    case "\"", "'":
      nodeCount += 1
      tokenStart = place
      skipQuoted(scalar)
      state = .afterValue
    default:
      nodeCount += 1
      tokenStart = place
      state = .plain
      place += 1
    }
  }

  /// Why a value may not start with this scalar.
  private func refusal(_ scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "&": "starts with &, which YAML reads as an anchor; anchors are not allowed here, text with & needs quotes"
    case "*": "starts with *, which YAML reads as an alias; put it in quotes: '*…'"
    case "!": "starts with !, which YAML reads as a tag; tags are not allowed here, text with ! needs quotes"
    case "|", ">": flowDepth == 0 ? "is a block text (| or >), which is not used here; put it in quotes" : nil
    case "?" where nextIsBlank: "is an explicit key (?), which is not allowed here"
    case "%" where column == 0: "is a directive (%), which is not allowed here"
    case "<" where scalars[place...].prefix(2).elementsEqual(["<", "<"]):
      "is a merge key (<<), which is not allowed here; use extends: other.yaml"
    default: nil
    }
  }

  /// A block collection at `column`: inside the one open there, or a new one.
  private mutating func open(column: Int) {
    while let level = levels.last?.column, level > column { levels.removeLast() }
    if levels.last?.column != column { levels.append(Level(column: column)) }
  }

  private mutating func skipQuoted(_ quote: Unicode.Scalar) {
    place += 1
    while place < scalars.count {
      let scalar = current
      if scalar == quote {
        if quote == "'", place + 1 < scalars.count, scalars[place + 1] == "'" { place += 1 } else { break }
      } else if quote == "\"", scalar == "\\", place + 1 < scalars.count, !Self.isBreak(scalars[place + 1]) {
        place += 1
      } else if scalar == "\n" {
        line += 1
        lineStart = place + 1
      }
      place += 1
    }
    place = min(place + 1, scalars.count)
  }

  /// Inside plain text or behind a value: a colon makes it a key, flow indicators end it.
  private mutating func goOn(insidePlain: Bool) {
    let scalar = current
    place += 1
    if scalar == ":", isValueIndicator(insidePlain: insidePlain) {
      takeKey(end: place - 1)
      state = .nodeStart
    } else if flowDepth > 0, scalar == "," {
      state = .nodeStart
    } else if flowDepth > 0, scalar == "]" || scalar == "}" {
      flowDepth -= 1
      if let last = levels.last, last.column == nil { levels.removeLast() }
      state = .afterValue
    } else if !insidePlain {
      place -= 1
      refuse(
        flowDepth > 0
          ? "goes on with the text of the line before, or lacks a comma; put text of several lines in quotes"
          : "stands behind a quoted text or a bracket; put all of it in quotes")
      place += 1
      state = .plain
    }
  }

  /// Whether the colon before `place` ends a key.
  private func isValueIndicator(insidePlain: Bool) -> Bool {
    guard insidePlain, place < scalars.count, !Self.isBlank(scalars[place]), !Self.isBreak(scalars[place]) else {
      return true
    }
    return flowDepth > 0 && [",", "[", "]", "{", "}", "?"].contains(scalars[place])
  }

  /// The text from `tokenStart` is a key: opens a block map at its column, and looks for a key of the same name.
  private mutating func takeKey(end: Int) {
    if flowDepth == 0 { open(column: tokenStart - lineStart) }
    guard var level = levels.popLast() else { return }
    defer { levels.append(level) }
    var key = String(String.UnicodeScalarView(scalars[tokenStart..<end]))
    while key.last == " " || key.last == "\t" { key.removeLast() }
    if key.count >= 2, let quote = key.first, quote == "'" || quote == "\"", key.last == quote {
      key = String(key.dropFirst().dropLast())
    }
    if let first = level.keys[key] {
      let start = Place(file: file, line: line, column: tokenStart - lineStart + 1)
      problems.append(Problem(start, shown(key), "stands twice in this map; the first is on line \(first)"))
      mask(tokenStart..<end)
    } else {
      level.keys[key] = line
    }
  }

  /// Gives a key of the same length that nobody can write.
  private mutating func mask(_ range: Range<Int>) {
    duplicateCount += 1
    for index in range { scalars[index] = "\u{F0000}" }
    if let unique = Unicode.Scalar(0xF0000 + duplicateCount) { scalars[range.lowerBound] = unique }
  }
}

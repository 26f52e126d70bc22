extension UserError {
  /// The error as it is printed: headline with the exit code at the right, the problems in columns, the notes.
  /// - Parameter width: columns of the terminal; problems and notes are wrapped to it.
  public func text(width: Int = 106) -> String {
    let width = min(max(width, 48), 106)
    var lines = Self.header("error: \(headline)", "[exit \(exitCode.rawValue)]", width: width)
    lines += problemLines(width: width)
    for note in notes {
      let label = note.label.isEmpty ? "" : note.label + ":"
      lines += Self.wrapped(note.text, first: "  " + padded(label, 6), width: width)
    }
    return lines.joined(separator: "\n")
  }

  /// Problems beyond this many are counted only.
  static let maximumProblems = 40

  private static func header(_ text: String, _ code: String, width: Int) -> [String] {
    let space = width - displayWidth(text) - displayWidth(code)
    if space >= 2 { return [text + String(repeating: " ", count: space) + code] }
    var lines = wrapped(text, first: "", rest: 7, width: width)
    let last = lines[lines.count - 1] + " " + code
    if displayWidth(last) <= width { lines[lines.count - 1] = last } else { lines.append("       " + code) }
    return lines
  }

  private func problemLines(width: Int) -> [String] {
    let listed = problems.prefix(Self.maximumProblems)
    let places = listed.map(\.place.description)
    let placeWidth = max(4, places.map { displayWidth($0) }.max() ?? 0)
    let pathWidth = listed.map { displayWidth($0.path) }.max() ?? 0
    var lines: [String] = []
    for (problem, place) in zip(listed, places) {
      let start = String(repeating: " ", count: 2 + placeWidth - displayWidth(place)) + place + "  "
      if pathWidth == 0 {
        lines += Self.wrapped(problem.message, first: start, width: width)
      } else if displayWidth(start) + pathWidth + 3 + 24 <= width {
        lines += Self.wrapped(problem.message, first: start + padded(problem.path, pathWidth + 3), width: width)
      } else {
        lines.append(start + problem.path)
        lines += Self.wrapped(problem.message, first: String(repeating: " ", count: placeWidth + 6), width: width)
      }
    }
    if problems.count > listed.count { lines.append("  and \(problems.count - listed.count) more") }
    return lines
  }

  /// `text` behind `first`, wrapped at words; further lines are indented to where it begins.
  private static func wrapped(_ text: String, first: String, rest: Int? = nil, width: Int) -> [String] {
    let indent = String(repeating: " ", count: rest ?? displayWidth(first))
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !isEmpty, displayWidth(line) + 1 + displayWidth(String(word)) > width {
        lines.append(line)
        (line, isEmpty) = (indent, true)
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return (lines + [line]).map { line in
      var line = line
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

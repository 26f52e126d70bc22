/// A file name pattern: `*` any characters, `?` one, `[a-z]` and `[!a-z]` one of a set, `**` any folders.
///
/// `*`, `?` and sets never match a slash, nor a name's first dot; a backslash takes the next character as it is.
public struct Glob: Equatable, Sendable {
  private let segments: [Segment]

  private enum Segment: Equatable, Sendable {
    case anyFolders
    case name([Element])
  }

  private enum Element: Equatable, Sendable {
    case scalar(Unicode.Scalar)
    case any
    case anyRun
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
  }

  /// A pattern over path components.
  public init(_ pattern: String) {
    segments = PathText.components(pattern).map { $0 == "**" ? .anyFolders : .name(Glob.elements(of: $0)) }
  }

  /// True if a text has characters that a pattern gives a meaning.
  public static func isPattern(_ text: String) -> Bool {
    text.unicodeScalars.contains { "*?[".unicodeScalars.contains($0) }
  }

  /// True if the whole path matches.
  public func matches(_ path: String) -> Bool {
    // States of the pattern that are alive: bounded work whatever the pattern.
    var alive: Set<Int> = [0]
    for component in PathText.components(path) {
      var next: Set<Int> = []
      for state in closure(alive) where state < segments.count {
        switch segments[state] {
        case .anyFolders: if !component.hasPrefix(".") { next.insert(state) }
        case .name(let elements): if Glob.matches(elements, component) { next.insert(state + 1) }
        }
      }
      alive = next
    }
    return closure(alive).contains(segments.count)
  }

  /// The states reachable without a component: `**` may stand for no folder at all.
  private func closure(_ states: Set<Int>) -> Set<Int> {
    var all = states
    for state in states {
      var state = state
      while state < segments.count, segments[state] == .anyFolders {
        state += 1
        all.insert(state)
      }
    }
    return all
  }

  /// Matching with one point of return, the latest `*`: linear in pattern × name.
  private static func matches(_ elements: [Element], _ name: String) -> Bool {
    let scalars = Array(name.unicodeScalars)
    if scalars.first == ".", elements.first != .scalar(".") { return false }
    var (e, s) = (0, 0)
    var retry: (e: Int, s: Int)?
    while s < scalars.count {
      if e < elements.count, elements[e] == .anyRun {
        retry = (e, s)
        e += 1
      } else if e < elements.count, accepts(elements[e], scalars[s]) {
        e += 1
        s += 1
      } else if let last = retry {
        retry = (last.e, last.s + 1)
        (e, s) = (last.e + 1, last.s + 1)
      } else {
        return false
      }
    }
    return elements[e...].allSatisfy { $0 == .anyRun }
  }

  private static func accepts(_ element: Element, _ scalar: Unicode.Scalar) -> Bool {
    switch element {
    case .scalar(let own): own == scalar
    case .any, .anyRun: true
    case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
    }
  }

  private static func elements(of segment: String) -> [Element] {
    let scalars = Array(segment.unicodeScalars)
    var elements: [Element] = []
    var place = 0
    while place < scalars.count {
      let scalar = scalars[place]
      place += 1
      switch scalar {
      case "*": if elements.last != .anyRun { elements.append(.anyRun) }
      case "?": elements.append(.any)
      case "\\" where place < scalars.count:
        elements.append(.scalar(scalars[place]))
        place += 1
      case "[":
        if let (set, end) = set(in: scalars, from: place) {
          elements.append(set)
          place = end
        } else {
          elements.append(.scalar(scalar))
        }
      default: elements.append(.scalar(scalar))
      }
    }
    return elements
  }

  /// The set whose opening bracket stands before `start`, and the place behind it; `nil` without a closing bracket.
  private static func set(in scalars: [Unicode.Scalar], from start: Int) -> (Element, Int)? {
    var place = start
    let isNegated = place < scalars.count && (scalars[place] == "!" || scalars[place] == "^")
    if isNegated { place += 1 }
    let first = place
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while place < scalars.count {
      let low = scalars[place]
      if low == "]", place > first { return (.set(ranges, isNegated: isNegated), place + 1) }
      if place + 2 < scalars.count, scalars[place + 1] == "-", scalars[place + 2] != "]" {
        if low <= scalars[place + 2] { ranges.append(low...scalars[place + 2]) }
        place += 3
      } else {
        ranges.append(low...low)
        place += 1
      }
    }
    return nil
  }
}

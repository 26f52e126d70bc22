/// How a terminal is written to: its width, whether it has colors, and which marks it can show.
public struct TerminalStyle: Equatable, Sendable {
  /// Columns.
  public var width: Int
  /// Whether colors are wanted.
  public var hasColor: Bool
  /// Whether it shows Unicode.
  public var hasUnicode: Bool

  /// A style.
  public init(width: Int = 106, hasColor: Bool = false, hasUnicode: Bool = true) {
    self.width = width
    self.hasColor = hasColor
    self.hasUnicode = hasUnicode
  }

  /// The style that the environment asks for: `NO_COLOR`, `TERM`, `LC_ALL`, `LC_CTYPE`, `LANG`.
  public init(environment: [String: String], width: Int) {
    let noColor = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty }
    let name = (locale ?? "C.UTF-8").uppercased()
    self.init(
      width: width, hasColor: !noColor && environment["TERM"] != "dumb",
      hasUnicode: name.hasSuffix("UTF-8") || name.hasSuffix("UTF8"))
  }

  /// Colors by what they mean.
  enum Ink: String {
    case good = "32"
    case bad = "31"
    case active = "36"
    case faint = "2"
    case strong = "1"
  }

  func paint(_ text: String, _ ink: Ink) -> String {
    hasColor && !text.isEmpty ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// `text` in the marks this terminal has.
  func plain(_ text: String) -> String {
    if hasUnicode { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "✓": result += "+"
      case "▸": result += ">"
      case "✗": result += "x"
      case "·", "•": result += "-"
      case "×": result += "x"
      case "…": result += "..."
      case "→": result += "->"
      case "−", "–": result += "-"
      case "“", "”": result += "\""
      default: result.unicodeScalars.append(scalar.isASCII ? scalar : "?")
      }
    }
    return result
  }

  /// Text from outside without anything that could steer a terminal.
  static func harmless(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let category = scalar.properties.generalCategory
      result.append(category == .control || category == .format ? "\u{FFFD}" : scalar)
    }
    return String(result)
  }
}

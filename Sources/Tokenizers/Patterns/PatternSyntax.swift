/// The sets of scalars that escapes and properties of patterns name.
enum PatternSyntax {
  /// `\d`, `\s`, `\w` and `\h` by their letter; inside brackets `\w` is another set.
  static func shorthand(_ letter: Character, inBrackets: Bool) -> ScalarRanges? {
    switch letter {
    case "d": property("nd")
    case "s": property("space")
    case "h": property("xdigit")
    case "w": PatternTables.shared.ranges { $0.contains(inBrackets ? .wordInBrackets : .word) }
    default: nil
    }
  }

  /// A property by its name without case, spaces, `_` and `-`: general categories short and long, the classes of
  /// POSIX, and some scripts.
  static func property(_ name: String) -> ScalarRanges? {
    let tables = PatternTables.shared
    if name == "word" { return shorthand("w", inBrackets: false) }
    if name != "punct", let set = posixClass(name) { return set }
    let short = longNames[name] ?? name
    if short == "cs" { return ScalarRanges() }
    if short == "lc" { return tables.ranges { (1...3).contains($0.category) } }
    let categories = PatternProperties.categories.map { $0.lowercased() }
    let numbers = categories.indices.filter { categories[$0] == short || categories[$0].prefix(1) == short }
    if !numbers.isEmpty { return tables.ranges { numbers.contains($0.category) } }
    guard let script = PatternProperties.scripts.firstIndex(where: { $0.lowercased() == name }) else { return nil }
    return tables.ranges { $0.script == script + 1 }
  }

  /// A class of POSIX by its name in lower case.
  static func posixClass(_ name: String) -> ScalarRanges? {
    let tables = PatternTables.shared
    switch name {
    case "alpha", "alphabetic": return tables.ranges { $0.contains(.alphabetic) }
    case "upper", "uppercase": return tables.ranges { $0.contains(.uppercase) }
    case "lower", "lowercase": return tables.ranges { $0.contains(.lowercase) }
    // As a property, `punct` is the category P alone.
    case "punct": return tables.ranges { ["P", "S"].contains(categoryName($0).prefix(1)) }
    case "graph": return tables.ranges(where: isVisible)
    case "word": return tables.ranges { $0.contains(.wordInBrackets) }
    case "digit": return property("nd")
    case "cntrl": return property("cc")
    case "ascii": return ScalarRanges(0...0x7F)
    case "any": return .all
    case "xdigit": return ScalarRanges("0123456789ABCDEFabcdef".unicodeScalars.map(\.value))
    case "alnum": return tables.ranges { $0.contains(.alphabetic) || categoryName($0) == "Nd" }
    case "print": return tables.ranges { isVisible($0) || categoryName($0) == "Zs" }
    case "blank": return tables.ranges { categoryName($0) == "Zs" }.union(ScalarRanges(9...9))
    case "space":
      let separators = tables.ranges { categoryName($0).first == "Z" }
      return separators.union(ScalarRanges(9...13)).union(ScalarRanges(0x85...0x85))
    default: return nil
    }
  }

  private static func isVisible(_ properties: PatternProperties) -> Bool {
    let name = categoryName(properties)
    return name.first != "Z" && name != "Cc" && name != "Cn"
  }

  private static func categoryName(_ properties: PatternProperties) -> String {
    PatternProperties.categories[properties.category]
  }

  /// Long names of the general categories (Unicode Character Database, PropertyValueAliases).
  private static let longNames = [
    "punct": "p", "letter": "l",
    "casedletter": "lc", "uppercaseletter": "lu", "lowercaseletter": "ll", "titlecaseletter": "lt",
    "modifierletter": "lm", "otherletter": "lo", "mark": "m", "combiningmark": "m", "nonspacingmark": "mn",
    "spacingmark": "mc", "enclosingmark": "me", "number": "n", "decimalnumber": "nd", "letternumber": "nl",
    "othernumber": "no", "punctuation": "p", "connectorpunctuation": "pc", "dashpunctuation": "pd",
    "openpunctuation": "ps", "closepunctuation": "pe", "initialpunctuation": "pi", "finalpunctuation": "pf",
    "otherpunctuation": "po", "symbol": "s", "mathsymbol": "sm", "currencysymbol": "sc", "modifiersymbol": "sk",
    "othersymbol": "so", "separator": "z", "spaceseparator": "zs", "lineseparator": "zl", "paragraphseparator": "zp",
    "other": "c", "control": "cc", "format": "cf", "surrogate": "cs", "privateuse": "co", "unassigned": "cn",
  ]
}

import JSON

/// A type that a setting of a pipeline file can have.
public protocol SettingValue: Equatable, Sendable {
  /// What is accepted, such as `a whole number`.
  static var wanted: String { get }
  /// The value written at `node`, nil if that is something else.
  init?(setting node: YAMLNode)
  /// The value as it is written out.
  var setting: JSONValue { get }
  /// The value with its relative paths continued from a folder.
  func settled(in folder: String) -> Self
}

extension SettingValue {
  /// Itself: most values are no paths.
  public func settled(in folder: String) -> Self { self }
}

extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  /// The words, each as it is written.
  public static var wanted: String { listed(allCases.map(\.rawValue), "or") }

  /// One of the words.
  public init?(setting node: YAMLNode) {
    guard let text = node.text else { return nil }
    self.init(rawValue: text)
  }

  /// The word.
  public var setting: JSONValue { .string(rawValue) }
}

extension String: SettingValue {
  /// `text`.
  public static var wanted: String { "text" }

  /// Any scalar but nothing; a plain `no` or `42` is text too.
  public init?(setting node: YAMLNode) {
    guard let text = node.text, !node.isNull, !text.isEmpty else { return nil }
    self = text
  }

  /// The text.
  public var setting: JSONValue { .string(self) }
}

extension Bool: SettingValue {
  /// `true or false`.
  public static var wanted: String { "true or false" }

  /// `true` or `false`, not the other words of YAML 1.1.
  public init?(setting node: YAMLNode) {
    switch node.plain {
    case "true": self = true
    case "false": self = false
    default: return nil
    }
  }

  /// The truth value.
  public var setting: JSONValue { .bool(self) }
}

extension Int: SettingValue {
  /// `a whole number`.
  public static var wanted: String { "a whole number" }

  /// `300000`, `300_000` or `3e5`.
  public init?(setting node: YAMLNode) {
    guard let text = node.plain, let digits = numberText(text) else { return nil }
    if let value = Int(digits) {
      self = value
    } else if digits.contains("e") || digits.contains("E"), let value = Double(digits).flatMap({ Int(exactly: $0) }) {
      self = value
    } else {
      return nil
    }
  }

  /// The number.
  public var setting: JSONValue { .integer(Int64(self)) }
}

extension Double: SettingValue {
  /// `a number`.
  public static var wanted: String { "a number" }

  /// Any finite decimal number.
  public init?(setting node: YAMLNode) {
    guard let text = node.plain, let digits = numberText(text), let value = Double(digits), value.isFinite else {
      return nil
    }
    self = value
  }

  /// The number, without a fraction if it has none.
  public var setting: JSONValue {
    abs(self) < 1e15 ? Int64(exactly: self).map { .integer($0) } ?? .number(self) : .number(self)
  }
}

/// Text that can only be a decimal number, its underscores left out: no `nan`, no `0x10`.
private func numberText(_ text: String) -> String? {
  guard let first = text.utf8.first, text.utf8.count <= 40, first != UInt8(ascii: "_"), !text.hasSuffix("_") else {
    return nil
  }
  let allowed = Set("0123456789+-.eE_".utf8)
  guard text.utf8.allSatisfy(allowed.contains), text.utf8.contains(where: { (0x30...0x39).contains($0) }) else {
    return nil
  }
  return text.filter { $0 != "_" }
}

extension Optional: SettingValue where Wrapped: SettingValue {
  /// What the value inside must be.
  public static var wanted: String { Wrapped.wanted }

  /// Nothing, or a value.
  public init?(setting node: YAMLNode) {
    if node.isNull {
      self = .none
    } else if let value = Wrapped(setting: node) {
      self = .some(value)
    } else {
      return nil
    }
  }

  /// The value or `null`.
  public var setting: JSONValue { self?.setting ?? .null }

  /// Nothing, or the value settled.
  public func settled(in folder: String) -> Self { map { $0.settled(in: folder) } }
}

/// One value, or a list of them where each is tried.
extension Array: SettingValue where Element: SettingValue {
  /// What the elements must be.
  public static var wanted: String { "\(Element.wanted), or a list" }

  /// A list, or one value standing for a list of one.
  public init?(setting node: YAMLNode) {
    self = []
    for element in node.elements ?? [node] {
      guard !element.isNull, let value = Element(setting: element) else { return nil }
      append(value)
    }
    if isEmpty { return nil }
  }

  /// The elements.
  public var setting: JSONValue { .array(map(\.setting)) }

  /// Each element settled.
  public func settled(in folder: String) -> Self { map { $0.settled(in: folder) } }
}

/// `a, b and c`.
func listed(_ words: [String], _ conjunction: String) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return "\(words.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
}

/// A value of a YAML file with its place: text, a list or a map. What a text means is for its reader to say.
public struct YAMLNode: Equatable, Sendable {
  /// What was written.
  public indirect enum Content: Equatable, Sendable {
    /// A scalar; `isPlain` if it stands without quotes.
    case text(String, isPlain: Bool)
    /// A list.
    case list([YAMLNode])
    /// A map, in the order of the file, without duplicate keys.
    case map([YAMLEntry])
  }

  /// What was written.
  public var content: Content
  /// Where it starts.
  public var place: Place
  /// The folder that relative paths written here start from.
  public var folder: String

  /// A value written at `place`.
  public init(_ content: Content, place: Place, folder: String = "") {
    self.content = content
    self.place = place
    self.folder = folder
  }

  /// The entries of a map; nil for anything else.
  public var entries: [YAMLEntry]? {
    if case .map(let entries) = content { entries } else { nil }
  }

  /// The elements of a list; nil for anything else.
  public var elements: [YAMLNode]? {
    if case .list(let elements) = content { elements } else { nil }
  }

  /// The text of a scalar, with or without quotes; nil for anything else.
  public var text: String? {
    if case .text(let text, _) = content { text } else { nil }
  }

  /// The text of a scalar without quotes; nil for anything else.
  public var plain: String? {
    if case .text(let text, isPlain: true) = content { text } else { nil }
  }

  /// True where nothing is written: an empty value, `null` or `~`.
  public var isNull: Bool { plain.map { ["", "null", "~"].contains($0) } ?? false }

  /// The value of one key of a map.
  public subscript(key: String) -> YAMLNode? { entries?.first { $0.key == key }?.value }

  /// What was found, for messages; text is shown short and without control characters.
  public var found: String {
    switch content {
    case .text where isNull: "has no value"
    case .text(let text, isPlain: true): "is “\(shown(text))”"
    case .text(let text, isPlain: false): "is the quoted text “\(shown(text))”"
    case .list: "is a list"
    case .map: "is a map"
    }
  }
}

/// One key of a map, and its value.
public struct YAMLEntry: Equatable, Sendable {
  /// The key.
  public var key: String
  /// Where the key stands.
  public var place: Place
  /// Its value.
  public var value: YAMLNode

  /// An entry whose key stands at `place`.
  public init(_ key: String, place: Place, value: YAMLNode) {
    self.key = key
    self.place = place
    self.value = value
  }
}

/// Text as messages show it: at most 40 characters, control characters as `�`.
func shown(_ text: String, limit: Int = 40) -> String {
  var result = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    let isControl = scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
    result.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
  }
  return text.unicodeScalars.count > limit ? result + "…" : result
}

import JSON

/// A group of settings: a map in the pipeline file, a struct in the program, joined by one table of keys.
public protocol SettingGroup: Equatable, Sendable {
  /// Every setting with its default.
  init()
  /// The keys, in the order in which they are written out.
  static var keys: [SettingKey<Self>] { get }
  /// Takes a key that is not in the table; false if it is unknown.
  mutating func take(_ entry: YAMLEntry, path: String, _ reader: inout SettingReader) -> Bool
  /// Settings beyond the table, to be written out behind it.
  var further: [(key: String, value: JSONValue)] { get }
  /// Names that `take` accepts, for guesses.
  static var furtherNames: [String] { get }
}

extension SettingGroup {
  /// Accepts nothing.
  public mutating func take(_ entry: YAMLEntry, path: String, _ reader: inout SettingReader) -> Bool { false }
  /// Nothing.
  public var further: [(key: String, value: JSONValue)] { [] }
  /// None.
  public static var furtherNames: [String] { [] }
}

/// Whether a setting shapes bits already trained, so that it can never change in a run that has begun.
public enum Permanence: Sendable {
  /// Frozen with the first step.
  case frozen
  /// Free to change when a run goes on; the change is recorded.
  case tunable
  /// No part of a run's identity, such as paths, whose contents are compared instead.
  case free
}

/// One key of a group: its name, what it means, and the property it sets.
public struct SettingKey<Group: SettingGroup>: Sendable {
  /// The key, such as `batch_size`.
  public let name: String
  /// What it means, in one line.
  public let help: String
  /// What is accepted.
  public let wanted: String
  /// Whether it may change in a run that has begun.
  public let permanence: Permanence
  /// The setting as it is written out; null where it is not set.
  let value: @Sendable (Group, SettingFilter) -> JSONValue
  /// Reads a value into the group, and reports what is wrong with it.
  let read: @Sendable (inout Group, YAMLNode, _ path: String, inout SettingReader) -> Void
  /// Continues the relative paths of the setting from a folder.
  let settle: @Sendable (inout Group, _ folder: String) -> Void
  /// Whether the value is a map of further keys, or a list of such.
  let isGroup: Bool
  /// The keys inside, if this is a group or a list of groups.
  let inner: @Sendable (_ path: String) -> [SettingDescription]

  /// A key with one value.
  public init<Value: SettingValue>(
    _ name: String, _ property: any WritableKeyPath<Group, Value> & Sendable, _ help: String,
    _ permanence: Permanence = .free, wanted: String? = nil, where check: (@Sendable (Value) -> Bool)? = nil
  ) {
    self.name = name
    self.help = help
    self.permanence = permanence
    self.wanted = wanted ?? Value.wanted
    value = { group, filter in filter.keeps(permanence) ? group[keyPath: property].setting : .null }
    let wanted = self.wanted
    read = { group, node, path, reader in
      guard let value = Value(setting: node), check?(value) ?? true else {
        reader.report(node.place, path, "\(node.found); wants \(wanted)")
        return
      }
      group[keyPath: property] = value
    }
    settle = { group, folder in group[keyPath: property] = group[keyPath: property].settled(in: folder) }
    isGroup = false
    inner = { _ in [] }
  }

  /// A key whose value is a map of further keys.
  public static func group<Inner: SettingGroup>(
    _ name: String, _ property: any WritableKeyPath<Group, Inner> & Sendable, _ help: String
  ) -> Self {
    Self(
      name: name, help: help, wanted: "a map",
      value: { group, filter in group[keyPath: property].settings(filter) },
      read: { group, node, path, reader in reader.read(node, path, into: &group[keyPath: property]) },
      settle: { group, folder in group[keyPath: property].settle(in: folder) },
      inner: { Inner.descriptions(path: $0) })
  }

  /// A key whose value is a map of further keys, and that may be absent.
  public static func optionalGroup<Inner: SettingGroup>(
    _ name: String, _ property: any WritableKeyPath<Group, Inner?> & Sendable, _ help: String
  ) -> Self {
    Self(
      name: name, help: help, wanted: "a map",
      value: { group, filter in group[keyPath: property]?.settings(filter) ?? .null },
      read: { group, node, path, reader in
        if node.isNull { return }
        var inner = Inner()
        reader.read(node, path, into: &inner)
        group[keyPath: property] = inner
      }, settle: { group, folder in group[keyPath: property]?.settle(in: folder) },
      inner: { Inner.descriptions(path: $0) })
  }

  /// A key whose value is a list of maps.
  public static func groups<Inner: SettingGroup>(
    _ name: String, _ property: any WritableKeyPath<Group, [Inner]> & Sendable, _ help: String
  ) -> Self {
    Self(
      name: name, help: help, wanted: "a list of maps",
      value: { group, filter in
        let inner = group[keyPath: property]
        return inner.isEmpty ? .null : .array(inner.map { $0.settings(filter) })
      },
      read: { group, node, path, reader in
        if node.isNull { return }
        guard let elements = node.elements else {
          reader.report(node.place, path, "\(node.found); wants a list of maps: each begins with a dash")
          return
        }
        group[keyPath: property] = elements.enumerated().map { index, element in
          var inner = Inner()
          reader.read(element, "\(path).\(index)", into: &inner)
          return inner
        }
      },
      settle: { group, folder in
        for index in group[keyPath: property].indices { group[keyPath: property][index].settle(in: folder) }
      }, inner: { Inner.descriptions(path: $0 + "[]") })
  }

  private init(
    name: String, help: String, wanted: String, value: @escaping @Sendable (Group, SettingFilter) -> JSONValue,
    read: @escaping @Sendable (inout Group, YAMLNode, String, inout SettingReader) -> Void,
    settle: @escaping @Sendable (inout Group, String) -> Void,
    inner: @escaping @Sendable (String) -> [SettingDescription]
  ) {
    self.name = name
    self.help = help
    self.wanted = wanted
    permanence = .free
    self.value = value
    self.read = read
    self.settle = settle
    isGroup = true
    self.inner = inner
  }
}

/// Which settings are written out.
public enum SettingFilter: Sendable {
  /// All of them.
  case all
  /// Those that are frozen.
  case frozen
  /// Those that may change when a run goes on, and are recorded then.
  case tunable

  func keeps(_ permanence: Permanence) -> Bool {
    switch self {
    case .all: true
    case .frozen: permanence == .frozen
    case .tunable: permanence == .tunable
    }
  }
}

extension SettingGroup {
  /// The settings as an object; those that are not set are left out.
  public func settings(_ filter: SettingFilter = .all) -> JSONValue {
    var pairs: [(String, JSONValue)] = []
    for key in Self.keys {
      let value = key.value(self, filter)
      if value != .null, value.object?.keys.isEmpty != true { pairs.append((key.name, value)) }
    }
    if filter != .tunable { pairs += further.map { ($0.key, $0.value) } }
    return .object(JSONObject(pairs))
  }

  /// Continues every relative path from a folder.
  mutating func settle(in folder: String) {
    for key in Self.keys { key.settle(&self, folder) }
  }

  /// Every key, with the keys inside behind it.
  static func descriptions(path: String) -> [SettingDescription] {
    let defaults = Self()
    return keys.flatMap { key in
      let inner = key.inner(path.isEmpty ? key.name : "\(path).\(key.name)")
      let value = inner.isEmpty ? key.value(defaults, .all) : .null
      let description = SettingDescription(
        path: path.isEmpty ? key.name : "\(path).\(key.name)", help: key.help, wanted: key.wanted,
        defaultValue: value == .null ? nil : value, permanence: key.permanence, isGroup: !inner.isEmpty)
      return [description] + inner
    }
  }
}

/// What a person can know about one setting: for `help KEY` and for the commented file of `init`.
public struct SettingDescription: Equatable, Sendable {
  /// The dotted path; `[]` stands for the elements of a list.
  public let path: String
  /// What it means, in one line.
  public let help: String
  /// What is accepted.
  public let wanted: String
  /// The default, nil where there is none.
  public let defaultValue: JSONValue?
  /// Whether it may change in a run that has begun.
  public let permanence: Permanence
  /// True for a map of further keys.
  public let isGroup: Bool
}

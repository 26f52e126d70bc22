import JSON
import Models

/// What `help KEY` tells about a key of a pipeline file.
public enum KeyHelp {
  /// The explanation of every key whose path ends with `name`; dashes stand for underscores.
  /// - Throws: `UserError` with a guess for a word that is no key.
  public static func text(_ name: String) throws(UserError) -> String {
    let found = entries(name)
    if !found.isEmpty { return found.joined(separator: "\n\n") }
    let error = UserError("\(shown(name)) is no key of a pipeline file", .usage)
    guard let guess = nearest(name) else {
      throw error.action("see them all: cloze help pipeline")
    }
    throw error.action("did you mean \(guess)? cloze help \(guess)")
  }

  /// The explanations; none for a word that is no key.
  public static func entries(_ name: String) -> [String] {
    let wanted = name.replacing("-", with: "_")
    if wanted == "pipeline" { return [table] }
    let keys = PipelineConfiguration.help(wanted).map(entry)
    return keys + networkEntries(wanted)
  }

  /// The names that a key of a pipeline may have, without the groups they stand in.
  static var names: [String] {
    PipelineConfiguration.allKeys.map { lastName($0.path) } + ModelFamily.allCases.flatMap { $0.keys.map(\.name) }
  }

  /// The key that `name` is most likely a misspelling of.
  public static func nearest(_ name: String) -> String? {
    let last = name.split(separator: ".").last.map(String.init) ?? name
    return nearestName(to: last, among: names)
  }

  /// Every key with its meaning.
  private static var table: String {
    let width = PipelineConfiguration.allKeys.map { displayWidth($0.path) }.max() ?? 0
    return PipelineConfiguration.allKeys.map { padded($0.path, width + 2) + $0.help }.joined(separator: "\n")
  }

  private static func entry(_ key: SettingDescription) -> String {
    var lines = [key.path, "  \(key.help)"]
    if key.isGroup {
      let inner = PipelineConfiguration.allKeys.filter { isChild($0.path, of: key.path) }
      let width = inner.map { displayWidth(lastName($0.path)) }.max() ?? 0
      return (lines + inner.map { "    " + padded(lastName($0.path), width + 2) + $0.help }).joined(separator: "\n")
    }
    if let value = key.defaultValue { lines.append("  default  \(YAMLWriter.flow(value))") }
    lines.append("  wants    \(key.wanted)")
    lines.append("  change   \(change(key))")
    return lines.joined(separator: "\n")
  }

  private static func change(_ key: SettingDescription) -> String {
    switch key.permanence {
    case .frozen: "frozen: shapes what was trained, so it cannot change in a run that has begun"
    case .tunable: "may change when a run goes on (--set \(key.path)=…); recorded in decisions.jsonl"
    case .free: "may change at any time; no part of the run's identity"
    }
  }

  /// Keys of `config.json` that stand under `model`.
  private static func networkEntries(_ name: String) -> [String] {
    let wanted = name.hasPrefix("model.") ? String(name.dropFirst(6)) : name
    return ModelFamily.allCases.flatMap { family in
      family.keys.filter { $0.name == wanted }.map { key in
        let presets = Preset.allCases.filter { $0.family == family }.compactMap { preset -> String? in
          var settings = ModelSettings()
          settings.preset = preset
          guard let value = settings.value(key.name), value != key.defaultValue else { return nil }
          return "\(preset.rawValue) \(value.text())"
        }
        let sizes = presets.isEmpty ? "" : "; " + presets.joined(separator: ", ")
        return """
          model.\(key.name)
            key of config.json of \(family.rawValue)
            default  \(YAMLWriter.flow(key.defaultValue))\(sizes)
            wants    \(key.wanted)
            change   frozen: shapes what was trained, so it cannot change in a run that has begun
          """
      }
    }
  }

  private static func lastName(_ path: String) -> String {
    path.split(separator: ".").last.map { $0.filter { $0 != "[" && $0 != "]" } } ?? path
  }

  private static func isChild(_ path: String, of group: String) -> Bool {
    let start = group + "."
    let list = group + "[]."
    for prefix in [start, list] where path.hasPrefix(prefix) {
      return !path.dropFirst(prefix.count).contains(".")
    }
    return false
  }
}

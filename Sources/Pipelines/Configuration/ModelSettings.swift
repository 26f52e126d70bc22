import JSON
import Models

/// The network: a preset, a finished model, or a family, and any key of a Hugging Face `config.json` on top.
public struct ModelSettings: SettingGroup {
  /// A named size.
  public var preset: Preset?
  /// A finished model: a run folder, a stage or step in it, or a Hugging Face folder.
  public var from: FilePath?
  /// The family, where neither preset nor folder says it.
  public var family: ModelFamily?
  /// How a new BERT starts; as is usual for its depth if nil.
  public var initialization: BERT.Initialization?
  /// Keys of `config.json` that replace those of the preset, in the order of the file.
  public var overrides: [Override] = []

  /// One key of `config.json`.
  public struct Override: Equatable, Sendable {
    /// The key as the family names it.
    public var key: String
    /// Its value.
    public var value: JSONValue

    /// A key with its value.
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// Every default.
  public init() {}

  /// The keys under `model`.
  public static var keys: [SettingKey<Self>] {
    [
      SettingKey("preset", \.preset, "a named size", .frozen),
      SettingKey("from", \.from, "run folder or Hugging Face folder to go on with, instead of a preset"),
      SettingKey("model_type", \.family, "family, where all sizes are given as keys", .frozen),
      SettingKey(
        "initialization", \.initialization,
        "how a new BERT starts: its first heads look at neighbors, or as the original", .frozen,
        wanted: "positional_heads or normal"),
    ]
  }

  /// The family of the network; nil if only the folder says it.
  public var resolvedFamily: ModelFamily? { preset?.family ?? family }

  /// Keys of `config.json`.
  public static var furtherNames: [String] { ModelFamily.allCases.flatMap { $0.keys.map(\.name) } + commonNames.keys }

  /// The network as far as the file tells: the preset's sizes or the family's, the file's keys on top; nil where only the
  /// folder tells.
  var configuration: (any ModelConfiguration)? {
    let keys = JSONObject(overrides.map { ($0.key, $0.value) })
    switch resolvedFamily {
    case .bert: return BERTConfiguration.read(keys, over: preset?.bert ?? BERTConfiguration()).0
    case .gpt2: return GPT2Configuration.read(keys, over: preset?.gpt ?? GPT2Configuration()).0
    case .llama: return LlamaConfiguration.read(keys, over: preset?.llama ?? LlamaConfiguration()).0
    case .bloom: return BloomConfiguration.read(keys, over: preset?.bloom ?? BloomConfiguration()).0
    case nil: return nil
    }
  }

  /// The same with `vocabularySize` and room for rows of `maximumLength` where the file gives no number of its own.
  func configuration(vocabularySize: Int, maximumLength: Int) throws(UserError) -> any ModelConfiguration {
    guard let family = resolvedFamily, var configuration else { throw UserError("model names no network", .usage) }
    let written = Set(overrides.map(\.key))
    if !written.contains("vocab_size") { configuration.vocabularySize = vocabularySize }
    if !written.contains(family.sizeKeys.length) {
      configuration.maximumLength = max(configuration.maximumLength, maximumLength)
    }
    return configuration
  }

  /// The value of one key: of the file, of the preset, or the family's default.
  public func value(_ key: String) -> JSONValue? { configuration?.json.first { $0.0 == key }?.1 }

  /// Takes any key of `config.json`.
  public mutating func take(_ entry: YAMLEntry, path: String, _ reader: inout SettingReader) -> Bool {
    let isKnown = Self.furtherNames.contains(entry.key)
    guard isKnown else { return false }
    if entry.value.entries != nil || entry.value.elements != nil {
      reader.report(entry.place, path, "\(entry.value.found); wants one value")
      return true
    }
    overrides.append(Override(key: entry.key, value: Self.json(entry.value)))
    return true
  }

  /// A scalar as JSON: null, truth value, number or text.
  private static func json(_ node: YAMLNode) -> JSONValue {
    if node.isNull { return .null }
    if let value = Bool(setting: node) { return .bool(value) }
    if let value = Int(setting: node) { return .integer(Int64(value)) }
    if let value = Double(setting: node) { return .number(value) }
    return .string(node.text ?? "")
  }

  /// The overrides.
  public var further: [(key: String, value: JSONValue)] { overrides.map { ($0.key, $0.value) } }

  /// Names that transformers accepts for GPT-2 too, and how that family spells them.
  static let commonNames: [String: String] = [
    "hidden_size": "n_embd", "num_hidden_layers": "n_layer", "num_attention_heads": "n_head",
    "max_position_embeddings": "n_positions", "intermediate_size": "n_inner",
  ]

  /// Spells the overrides as the family does, and reports those it does not have or that have a wrong value.
  mutating func spell(_ reader: inout SettingReader) {
    guard let family = resolvedFamily else { return }
    var spelled: [Override] = []
    for override in overrides {
      let path = "model.\(override.key)"
      let name = family == .gpt2 ? Self.commonNames[override.key] ?? override.key : override.key
      guard let key = family.keys.first(where: { $0.name == name || $0.otherName == name }) else {
        let guess = Self.commonNames.first { $0.value == name && family != .gpt2 }?.key
        reader.report(path, "\(family.rawValue) has no such key" + (guess.map { "; did you mean \($0)?" } ?? ""))
        continue
      }
      if family.accepts(override.value, for: key) {
        spelled.append(Override(key: key.name, value: override.value))
      } else if override.value != .null {
        let text = override.value.string.map { "“\(shown($0))”" } ?? override.value.text()
        reader.report(path, "is \(text); wants \(key.wanted)")
      }
    }
    overrides = spelled
  }
}

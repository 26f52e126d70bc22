import JSON
import Models
import NN

/// Families of networks, with the keys of their `config.json`: what `Models` read and how.
public enum ModelFamily: String, SettingValue, CaseIterable {
  /// BERT: reads in both directions.
  case bert
  /// GPT-2: reads from left to right.
  case gpt2
  /// Llama: reads from left to right.
  case llama
  /// BLOOM: reads from left to right, also longer texts than it was trained on.
  case bloom

  /// The family of a `model_type`, that of its own files or of related ones.
  init?(modelType: String) {
    guard let model = PublishedModels.named(modelType) else { return nil }
    self.init(rawValue: model.modelType)
  }

  /// Whether it reads from left to right, and learns to tell the next token.
  public var isCausal: Bool { self != .bert }

  /// One key of `config.json`.
  struct Key: Sendable {
    /// The key.
    let name: String
    /// What files may call it too.
    let otherName: String?
    /// What is accepted.
    let wanted: String
    /// The family's default.
    let defaultValue: JSONValue
  }

  private var configuration: any ModelConfiguration.Type {
    switch self {
    case .bert: BERTConfiguration.self
    case .gpt2: GPT2Configuration.self
    case .llama: LlamaConfiguration.self
    case .bloom: BloomConfiguration.self
    }
  }

  /// The keys that shape the network, with the defaults of transformers.
  var keys: [Key] { Self.keys(of: configuration) }

  private static func keys<Configuration: ModelConfiguration>(of type: Configuration.Type) -> [Key] {
    let defaults = Configuration()
    return Configuration.keys.filter(\.shapesNetwork).map {
      Key(name: $0.name, otherName: $0.otherName, wanted: $0.wanted, defaultValue: $0.read(defaults))
    }
  }

  /// Whether a value is of the key's kind.
  func accepts(_ value: JSONValue, for key: Key) -> Bool {
    Self.problems(configuration, JSONObject([(key.name, value)])).isEmpty
  }

  private static func problems<Configuration: ModelConfiguration>(
    _ type: Configuration.Type, _ keys: JSONObject
  ) -> [ConfigurationIssue] {
    Configuration.read(keys).1
  }

  /// The keys of width and longest text.
  var sizeKeys: (width: String, length: String) {
    switch self {
    case .bert, .llama: ("hidden_size", "max_position_embeddings")
    case .gpt2: ("n_embd", "n_positions")
    case .bloom: ("hidden_size", "seq_length")
    }
  }
}

extension Preset: SettingValue {
  /// The family.
  public var family: ModelFamily {
    if bert != nil { return .bert }
    if gpt != nil { return .gpt2 }
    return llama != nil ? .llama : .bloom
  }
}

extension BERT.Initialization: SettingValue {}

import JSON

/// Families of networks, with the keys of their `config.json`.
public enum ModelFamily: String, SettingValue, CaseIterable {
  /// BERT: reads in both directions.
  case bert
  /// GPT-2: reads from left to right.
  case gpt2

  /// One key of `config.json`.
  struct Key: Sendable {
    enum Kind: Sendable { case size, share, positive, activation, optionalSize, optionalShare }

    let name: String
    let kind: Kind
    let defaultValue: JSONValue

    init(_ name: String, _ kind: Kind, _ defaultValue: JSONValue) {
      self.name = name
      self.kind = kind
      self.defaultValue = defaultValue
    }

    /// What is wrong with a value; nil if nothing is.
    func problem(_ value: JSONValue) -> String? {
      let text = value.string.map { "“\(shown($0))”" } ?? value.text()
      switch kind {
      case .optionalSize where value == .null, .optionalShare where value == .null: return nil
      case .size, .optionalSize:
        return (1...(1 << 31)).contains(value.int ?? 0) ? nil : "is \(text); wants a whole number from 1"
      case .share, .optionalShare:
        return (0..<1).contains(value.double ?? -1) ? nil : "is \(text); wants a number from 0 to below 1"
      case .positive: return value.double ?? 0 > 0 ? nil : "is \(text); wants a number above 0"
      case .activation:
        let words = ["gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "tanh"]
        return value.string.map(words.contains) ?? false ? nil : "is \(text); wants \(listed(words, "or"))"
      }
    }
  }

  /// The keys that shape the network, with the defaults of transformers.
  var keys: [Key] {
    switch self {
    case .bert:
      [
        Key("vocab_size", .size, 30_522), Key("hidden_size", .size, 768), Key("num_hidden_layers", .size, 12),
        Key("num_attention_heads", .size, 12), Key("intermediate_size", .size, 3_072),
        Key("hidden_act", .activation, "gelu"), Key("hidden_dropout_prob", .share, 0.1),
        Key("attention_probs_dropout_prob", .share, 0.1), Key("max_position_embeddings", .size, 512),
        Key("type_vocab_size", .size, 2), Key("initializer_range", .positive, 0.02),
        Key("layer_norm_eps", .positive, 1e-12), Key("classifier_dropout", .optionalShare, .null),
      ]
    case .gpt2:
      [
        Key("vocab_size", .size, 50_257), Key("n_positions", .size, 1_024), Key("n_embd", .size, 768),
        Key("n_layer", .size, 12), Key("n_head", .size, 12), Key("n_inner", .optionalSize, .null),
        Key("activation_function", .activation, "gelu_new"), Key("resid_pdrop", .share, 0.1),
        Key("embd_pdrop", .share, 0.1), Key("attn_pdrop", .share, 0.1), Key("layer_norm_epsilon", .positive, 1e-5),
        Key("initializer_range", .positive, 0.02),
      ]
    }
  }

  /// The keys of width, heads and longest text.
  var sizeKeys: (width: String, heads: String, length: String) {
    switch self {
    case .bert: ("hidden_size", "num_attention_heads", "max_position_embeddings")
    case .gpt2: ("n_embd", "n_head", "n_positions")
    }
  }
}

/// Named sizes.
public enum ModelPreset: String, SettingValue, CaseIterable {
  case bertTiny = "bert-tiny"
  case bertMini = "bert-mini"
  case bertSmall = "bert-small"
  case bertMedium = "bert-medium"
  case bertBase = "bert-base"
  case gptMini = "gpt-mini"
  case gptSmall = "gpt-small"
  case gpt2

  /// The family.
  public var family: ModelFamily { rawValue.hasPrefix("bert") ? .bert : .gpt2 }

  /// The keys in which the preset differs from the family's defaults.
  var sizes: [ModelSettings.Override] {
    switch self {
    case .bertTiny: Self.bert(layers: 2, width: 128)
    case .bertMini: Self.bert(layers: 4, width: 256)
    case .bertSmall: Self.bert(layers: 4, width: 512)
    case .bertMedium: Self.bert(layers: 8, width: 512)
    case .bertBase, .gpt2: []
    case .gptMini: Self.gpt(layers: 4, width: 256, length: 256)
    case .gptSmall: Self.gpt(layers: 6, width: 384, length: 512)
    }
  }

  private static func bert(layers: Int64, width: Int64) -> [ModelSettings.Override] {
    let sizes = [
      ("num_hidden_layers", layers), ("hidden_size", width), ("num_attention_heads", width / 64),
      ("intermediate_size", 4 * width),
    ]
    return sizes.map { ModelSettings.Override(key: $0.0, value: .integer($0.1)) }
  }

  private static func gpt(layers: Int64, width: Int64, length: Int64) -> [ModelSettings.Override] {
    let sizes = [("n_layer", layers), ("n_embd", width), ("n_head", width / 64), ("n_positions", length)]
    return sizes.map { ModelSettings.Override(key: $0.0, value: .integer($0.1)) }
  }
}

import JSON
import NN
import Tensors

/// A model that other tools can load: it reads and writes `config.json` and names its tensors as published.
public protocol PublishedModel: SequenceEncoder {
  /// The value of `model_type`.
  static var modelType: String { get }
  /// Further values of `model_type` whose files hold this model in other words.
  static var relatedTypes: [String] { get }
  /// Builds the model that `config.json` describes, with the heads for which a file holds tensors.
  ///
  /// - Parameters:
  ///   - json: the whole `config.json`.
  ///   - holdsTensor: whether the weights file holds a tensor of this name, prefixed or not.
  static func make(_ json: JSONObject, holdsTensor: (String) -> Bool) throws(ModelConfigurationError) -> Self
  /// The names of this model's parameters in files.
  var publishedKeys: PublishedKeys { get }
  /// Where the tensors are in a folder with this `config.json`.
  func publishedKeys(in json: JSONObject) -> PublishedKeys
  /// The class of transformers that this model loads as, such as `BertForPreTraining`.
  var architecture: String { get }
  /// The class of the model without heads, such as `BertModel`.
  static var bareArchitecture: String { get }
  /// `config.json`, labels included.
  var json: JSONObject { get }
  /// The names of labels, for a classifier.
  var labels: [String] { get }
}

extension PublishedModel {
  /// None.
  public static var relatedTypes: [String] { [] }

  /// As they are written.
  public func publishedKeys(in json: JSONObject) -> PublishedKeys { publishedKeys }

  /// No labels.
  public var labels: [String] { [] }

  /// The keys every `config.json` starts with, followed by the model's own.
  func configurationObject(_ own: [(String, JSONValue)], extra: [(String, JSONValue)] = []) -> JSONObject {
    JSONObject(
      [
        ("architectures", .array([.string(architecture)])),
        ("model_type", .string(Self.modelType)),
        ("torch_dtype", .string("float32")),
        ("dtype", .string("float32")),
      ] + own + extra)
  }
}

/// The models that a folder may hold, by `model_type`.
public enum PublishedModels {
  /// Every model Cloze knows.
  public static var all: [any PublishedModel.Type] { [BERT.self, GPT2.self, Llama.self, Bloom.self] }

  /// Every `model_type` that is read.
  static var types: [String] { all.flatMap { [$0.modelType] + $0.relatedTypes } }

  /// The model of a `model_type`, nil if there is none.
  public static func named(_ modelType: String) -> (any PublishedModel.Type)? {
    all.first { $0.modelType == modelType || $0.relatedTypes.contains(modelType) }
  }
}

/// Why a `config.json` describes no model of ours.
public enum ModelConfigurationError: Error, Equatable, Sendable {
  /// The model type is not one of ours.
  case unknownModel(String)
  /// Keys with wrong types or values that don't fit together.
  case issues([ConfigurationIssue])
}

extension ModelConfigurationError: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .unknownModel(let name):
      "model_type \(name) is not known; " + PublishedModels.types.joined(separator: ", ") + " are"
    case .issues(let issues):
      issues.map { "\($0.key) \($0.message)" }.joined(separator: "; ")
    }
  }
}

extension ModelConfiguration {
  /// The configuration in `json`, or every problem of it.
  static func checked(_ json: JSONObject) throws(ModelConfigurationError) -> Self {
    let (configuration, problems) = read(json)
    let issues = problems + configuration.issues()
    guard issues.isEmpty else { throw .issues(issues) }
    return configuration
  }
}

extension BERT: PublishedModel {
  /// `model_type`.
  public static let modelType = BERTConfiguration.modelType

  /// BERT with the heads whose tensors the file holds.
  public static func make(
    _ json: JSONObject, holdsTensor: (String) -> Bool
  ) throws(ModelConfigurationError) -> BERT {
    let configuration = try BERTConfiguration.checked(json)
    var heads = Heads()
    heads.predictsTokens = holdsTensor("cls.predictions.transform.dense.weight")
    heads.predictsNextSentence = holdsTensor("cls.seq_relationship.weight")
    heads.hasPooler = holdsTensor("bert.pooler.dense.weight") || holdsTensor("pooler.dense.weight")
    if holdsTensor("classifier.weight") {
      heads.labels = try readLabels(json)
      heads.pooling = json["cloze_pooling"]?.string.flatMap(Pooling.init) ?? .cls
    }
    return BERT(configuration, heads: heads)
  }

  /// The class of transformers that this model loads as.
  public var architecture: String {
    if !headKinds.labels.isEmpty { return "BertForSequenceClassification" }
    switch (headKinds.predictsTokens, headKinds.predictsNextSentence) {
    case (true, true): return "BertForPreTraining"
    case (true, false): return "BertForMaskedLM"
    case (false, true): return "BertForNextSentencePrediction"
    case (false, false): return "BertModel"
    }
  }

  /// The class of the encoder alone.
  public static let bareArchitecture = "BertModel"

  /// The names of the classifier's labels.
  public var labels: [String] { headKinds.labels }

  /// `config.json`.
  public var json: JSONObject {
    var extra: [(String, JSONValue)] = [("position_embedding_type", .string("absolute")), ("use_cache", .bool(true))]
    if !labels.isEmpty {
      extra.append(("id2label", .object(JSONObject(labels.enumerated().map { ("\($0)", .string($1)) }))))
      extra.append(("label2id", .object(JSONObject(labels.enumerated().map { ($1, .integer(Int64($0))) }))))
      extra.append(("problem_type", .string("single_label_classification")))
      extra.append(("cloze_pooling", .string(headKinds.pooling.rawValue)))
    }
    return configurationObject(configuration.json, extra: extra)
  }

  /// The labels in `id2label`, in the order of their ids; `num_labels` of them without names if it is absent.
  private static func readLabels(_ json: JSONObject) throws(ModelConfigurationError) -> [String] {
    guard let names = json["id2label"]?.object else {
      let count = json["num_labels"]?.int ?? 2
      guard (1...1_000_000).contains(count) else {
        throw .issues([ConfigurationIssue("num_labels", "must be between 1 and 1,000,000, not \(count)")])
      }
      return (0..<count).map { "LABEL_\($0)" }
    }
    var labels: [String] = []
    for id in 0..<names.keys.count {
      guard let name = names["\(id)"]?.string else {
        throw .issues([ConfigurationIssue("id2label", "has no text for label \(id)")])
      }
      labels.append(name)
    }
    return labels
  }
}

extension PublishedModel where Self: PreNormDecoder {
  /// `model_type`.
  public static var modelType: String { Configuration.modelType }

  /// The decoder as `config.json` describes it.
  public static func make(
    _ json: JSONObject, holdsTensor: (String) -> Bool
  ) throws(ModelConfigurationError) -> Self {
    Self(try Configuration.checked(json))
  }

  /// `config.json`.
  public var json: JSONObject { configurationObject(configuration.json, extra: [("use_cache", .bool(true))]) }
}

extension GPT2: PublishedModel {
  /// The class of transformers that this model loads as.
  public var architecture: String { "GPT2LMHeadModel" }

  /// The class of the decoder alone.
  public static let bareArchitecture = "GPT2Model"

  /// `config.json`.
  public var json: JSONObject {
    configurationObject(
      configuration.json,
      extra: [
        ("n_ctx", .integer(Int64(configuration.maximumLength))), ("scale_attn_weights", .bool(true)),
        ("use_cache", .bool(true)),
      ])
  }
}

extension Bloom: PublishedModel {
  /// The class of transformers that this model loads as.
  public var architecture: String { "BloomForCausalLM" }

  /// The class of the decoder alone.
  public static let bareArchitecture = "BloomModel"
}

extension Llama: PublishedModel {
  /// Ernie 4.5 is a Llama whose files have the two numbers of a rotary pair side by side, and one key for all biases.
  public static let relatedTypes = ["ernie4_5"]

  /// Llama as `config.json` describes it.
  public static func make(
    _ json: JSONObject, holdsTensor: (String) -> Bool
  ) throws(ModelConfigurationError) -> Llama {
    var json = json
    if isRelated(json) {
      let hasBias = json["use_bias"] ?? .bool(false)
      let defaults: [(String, JSONValue)] = [
        ("attention_bias", hasBias), ("mlp_bias", hasBias), ("tie_word_embeddings", .bool(true)),
        ("rope_theta", .number(500_000)), ("rms_norm_eps", .number(1e-5)),
      ]
      for (key, value) in defaults where json[key] == nil { json[key] = value }
    }
    return Llama(try LlamaConfiguration.checked(json))
  }

  /// Where the tensors are in a folder with this `config.json`.
  public func publishedKeys(in json: JSONObject) -> PublishedKeys { keys(pairsAreSideBySide: Llama.isRelated(json)) }

  private static func isRelated(_ json: JSONObject) -> Bool {
    json["model_type"]?.string.map(relatedTypes.contains) ?? false
  }

  /// The class of transformers that this model loads as.
  public var architecture: String { "LlamaForCausalLM" }

  /// The class of the decoder alone.
  public static let bareArchitecture = "LlamaModel"
}

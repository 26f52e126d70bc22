import JSON
import NN
import Tensors

/// The configuration of a model: read from and written as a Hugging Face `config.json`.
public protocol ModelConfiguration: Sendable, Equatable {
  /// The value of `model_type`.
  static var modelType: String { get }
  /// A configuration with every default.
  init()
  /// Every key that `config.json` may hold for this model, with how to read and write it.
  static var keys: [ConfigurationKey<Self>] { get }
  /// Every problem at once, each with its key.
  func issues() -> [ConfigurationIssue]
  /// The number of token ids.
  var vocabularySize: Int { get set }
  /// The longest segment.
  var maximumLength: Int { get set }
  /// Takes over the ids of the tokens that the model itself needs to know.
  mutating func setTokens(padding: Int?, endOfText: Int?)
  /// The network with the heads that pretraining needs.
  func pretrainingNetwork(nextSentence: Bool) -> any PublishedModel
}

/// One key of `config.json` and the property it stands for.
public struct ConfigurationKey<Configuration>: Sendable {
  /// The key, such as `hidden_size`.
  public let name: String
  /// The property as JSON.
  public let read: @Sendable (Configuration) -> JSONValue
  /// Sets the property; false if the value has the wrong type.
  let write: @Sendable (inout Configuration, JSONValue) -> Bool
  /// What a value must be.
  public let wanted: String
  /// Whether it is a matter of the network rather than of the tokenizer.
  public private(set) var shapesNetwork = true
  /// What else files call it.
  public private(set) var otherName: String?

  static func int(_ name: String, _ property: any WritableKeyPath<Configuration, Int> & Sendable) -> Self {
    Self(
      name: name, read: { .integer(Int64($0[keyPath: property])) },
      write: { configuration, value in
        guard let number = value.int else { return false }
        configuration[keyPath: property] = number
        return true
      }, wanted: "a whole number from 1")
  }

  static func double(
    _ name: String, _ property: any WritableKeyPath<Configuration, Double> & Sendable, wanted: String = "a number"
  ) -> Self {
    Self(
      name: name, read: { .number($0[keyPath: property]) },
      write: { configuration, value in
        guard let number = value.double else { return false }
        configuration[keyPath: property] = number
        return true
      }, wanted: wanted)
  }

  static func probability(_ name: String, _ property: any WritableKeyPath<Configuration, Double> & Sendable) -> Self {
    double(name, property, wanted: "a number from 0 to below 1")
  }

  static func positive(_ name: String, _ property: any WritableKeyPath<Configuration, Double> & Sendable) -> Self {
    double(name, property, wanted: "a number above 0")
  }

  /// A probability that may be null.
  static func optionalProbability(
    _ name: String, _ property: any WritableKeyPath<Configuration, Double?> & Sendable
  ) -> Self {
    Self(
      name: name, read: { $0[keyPath: property].map { .number($0) } ?? .null },
      write: { configuration, value in
        guard value == .null || value.double != nil else { return false }
        configuration[keyPath: property] = value.double
        return true
      }, wanted: "a number from 0 to below 1, or null")
  }

  static func optionalInt(
    _ name: String, _ property: any WritableKeyPath<Configuration, Int?> & Sendable,
    wanted: String = "a whole number from 1, or null"
  ) -> Self {
    Self(
      name: name, read: { $0[keyPath: property].map { .integer(Int64($0)) } ?? .null },
      write: { configuration, value in
        guard value == .null || value.int != nil else { return false }
        configuration[keyPath: property] = value.int
        return true
      }, wanted: wanted)
  }

  static func bool(_ name: String, _ property: any WritableKeyPath<Configuration, Bool> & Sendable) -> Self {
    Self(
      name: name, read: { .bool($0[keyPath: property]) },
      write: { configuration, value in
        guard let flag = value.bool else { return false }
        configuration[keyPath: property] = flag
        return true
      }, wanted: "true or false")
  }

  /// A key whose one value is the only one that the model has.
  static func only(_ name: String, _ text: String) -> Self {
    Self(name: name, read: { _ in .string(text) }, write: { _, value in value.string == text }, wanted: text)
  }

  /// A flag that the model can't have otherwise.
  static func only(_ name: String, _ flag: Bool) -> Self {
    Self(name: name, read: { _ in .bool(flag) }, write: { _, value in value.bool == flag }, wanted: "\(flag)")
  }

  /// The same key, which files may also call `otherName`.
  func or(_ otherName: String) -> Self {
    var key = self
    key.otherName = otherName
    return key
  }

  /// The object that says how positions turn: `rope_theta`, and a `rope_type` that must be the plain one. Older files have
  /// null.
  static func rotaryParameters(
    _ name: String, _ base: any WritableKeyPath<Configuration, Double> & Sendable, isWritten: Bool = true
  ) -> Self {
    var key = Self(
      name: name,
      read: { configuration in
        guard isWritten else { return .null }
        return .object(
          JSONObject([("rope_theta", .number(configuration[keyPath: base])), ("rope_type", .string("default"))]))
      },
      write: { configuration, value in
        if value == .null { return true }
        guard value.object != nil, (value["rope_type"] ?? value["type"] ?? .string("default")) == .string("default")
        else { return false }
        guard let theta = value["rope_theta"] else { return true }
        guard let number = theta.double else { return false }
        configuration[keyPath: base] = number
        return true
      }, wanted: "an object with rope_type default, or null: positions of other kinds are not known")
    key.shapesNetwork = false
    return key
  }

  /// The id of a special token, which the tokenizer decides and no person.
  static func tokenID(_ name: String, _ property: any WritableKeyPath<Configuration, Int?> & Sendable) -> Self {
    var key = optionalInt(name, property, wanted: "a whole number or null")
    key.shapesNetwork = false
    return key
  }

  static func activation(_ name: String, _ property: any WritableKeyPath<Configuration, Activation> & Sendable) -> Self
  {
    Self(
      name: name, read: { .string($0[keyPath: property].publishedName) },
      write: { configuration, value in
        guard let text = value.string, let activation = Activation(publishedName: text) else { return false }
        configuration[keyPath: property] = activation
        return true
      }, wanted: "gelu, gelu_new, gelu_pytorch_tanh, relu or tanh")
  }
}

extension ModelConfiguration {
  /// Most models need to know none of them.
  public mutating func setTokens(padding: Int?, endOfText: Int?) {}

  /// Reads the keys that this model knows from `object`; other keys are left to the caller.
  ///
  /// - Returns: the configuration, and the keys whose values have a wrong type.
  public static func read(_ object: JSONObject, over base: Self = Self()) -> (Self, [ConfigurationIssue]) {
    var configuration = base
    var issues: [ConfigurationIssue] = []
    for key in keys {
      guard let name = [key.name, key.otherName].lazy.compactMap({ $0 }).first(where: { object[$0] != nil }),
        let value = object[name]
      else { continue }
      if !key.write(&configuration, value) { issues.append(ConfigurationIssue(name, "must be \(key.wanted)")) }
    }
    return (configuration, issues)
  }

  /// The keys of `config.json` with this configuration's values.
  public var json: [(String, JSONValue)] { Self.keys.map { ($0.name, $0.read(self)) } }
}

extension Activation {
  /// The name in `config.json`.
  var publishedName: String {
    switch self {
    case .gelu: "gelu"
    case .geluTanh: "gelu_new"
    case .relu: "relu"
    case .tanh: "tanh"
    }
  }

  init?(publishedName: String) {
    switch publishedName {
    case "gelu": self = .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast": self = .geluTanh
    case "relu": self = .relu
    case "tanh": self = .tanh
    default: return nil
    }
  }
}

/// Problems that any Transformer configuration can have.
struct ExtentChecks {
  private(set) var issues: [ConfigurationIssue] = []

  /// The most of anything that is counted: far beyond what any network has, and products of them fit in 64 bits.
  enum Most {
    static let tokens = 1 << 24
    static let width = 1 << 18
    static let innerWidth = 1 << 20
    static let layers = 1 << 12
    static let heads = 1 << 14
    static let headSize = 1 << 10
  }

  mutating func positive(_ key: String, _ value: Int, most: Int = Most.tokens) {
    if value < 1 { issues.append(ConfigurationIssue(key, "must be at least 1, not \(value)")) }
    if value > most { issues.append(ConfigurationIssue(key, "must be at most \(most), not \(value)")) }
  }

  mutating func probability(_ key: String, _ value: Double) {
    if !(value >= 0 && value < 1) {
      issues.append(ConfigurationIssue(key, "must be a probability below 1, not \(value)"))
    }
  }

  mutating func positive(_ key: String, _ value: Double) {
    if !(value > 0 && value.isFinite) { issues.append(ConfigurationIssue(key, "must be above 0, not \(value)")) }
  }

  mutating func report(_ key: String, _ message: String) { issues.append(ConfigurationIssue(key, message)) }

  mutating func heads(_ key: String, _ heads: Int, widthKey: String, width: Int) {
    guard heads > 0, width > 0, width % heads != 0 else { return }
    // Those up to 16, and up to twice as many as were asked for.
    let divisors = (1...min(width, 4_096)).filter { width % $0 == 0 && ($0 <= 16 || ($0 + 1) / 2 <= heads) }
    let list = divisors.map(String.init)
    issues.append(
      ConfigurationIssue(
        key,
        "\(heads) does not divide \(widthKey) \(width); "
          + "\(list.dropLast().joined(separator: ", "))\(list.count > 1 ? " and " : "")\(list.last ?? "1") do"))
  }
}

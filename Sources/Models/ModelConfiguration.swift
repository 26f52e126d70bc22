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

  static func int(_ name: String, _ property: any WritableKeyPath<Configuration, Int> & Sendable) -> Self {
    Self(
      name: name, read: { .integer(Int64($0[keyPath: property])) },
      write: { configuration, value in
        guard let number = value.int else { return false }
        configuration[keyPath: property] = number
        return true
      }, wanted: "a whole number")
  }

  static func double(_ name: String, _ property: any WritableKeyPath<Configuration, Double> & Sendable) -> Self {
    Self(
      name: name, read: { .number($0[keyPath: property]) },
      write: { configuration, value in
        guard let number = value.double else { return false }
        configuration[keyPath: property] = number
        return true
      }, wanted: "a number")
  }

  /// A number that may be null.
  static func optionalDouble(
    _ name: String, _ property: any WritableKeyPath<Configuration, Double?> & Sendable
  ) -> Self {
    Self(
      name: name, read: { $0[keyPath: property].map { .number($0) } ?? .null },
      write: { configuration, value in
        guard value == .null || value.double != nil else { return false }
        configuration[keyPath: property] = value.double
        return true
      }, wanted: "a number or null")
  }

  static func optionalInt(_ name: String, _ property: any WritableKeyPath<Configuration, Int?> & Sendable) -> Self {
    Self(
      name: name, read: { $0[keyPath: property].map { .integer(Int64($0)) } ?? .null },
      write: { configuration, value in
        guard value == .null || value.int != nil else { return false }
        configuration[keyPath: property] = value.int
        return true
      }, wanted: "a whole number or null")
  }

  static func activation(_ name: String, _ property: any WritableKeyPath<Configuration, Activation> & Sendable) -> Self
  {
    Self(
      name: name, read: { .string($0[keyPath: property].publishedName) },
      write: { configuration, value in
        guard let text = value.string, let activation = Activation(publishedName: text) else { return false }
        configuration[keyPath: property] = activation
        return true
      }, wanted: "one of gelu, gelu_new, gelu_pytorch_tanh, relu, tanh")
  }
}

extension ModelConfiguration {
  /// Reads the keys that this model knows from `object`; other keys are left to the caller.
  ///
  /// - Returns: the configuration, and the keys whose values have a wrong type.
  public static func read(_ object: JSONObject, over base: Self = Self()) -> (Self, [ConfigurationIssue]) {
    var configuration = base
    var issues: [ConfigurationIssue] = []
    for key in keys {
      guard let value = object[key.name] else { continue }
      if !key.write(&configuration, value) { issues.append(ConfigurationIssue(key.name, "must be \(key.wanted)")) }
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

  mutating func positive(_ key: String, _ value: Int) {
    if value < 1 { issues.append(ConfigurationIssue(key, "must be at least 1, not \(value)")) }
    if value > 1 << 31 { issues.append(ConfigurationIssue(key, "must be below 2³¹, not \(value)")) }
  }

  mutating func probability(_ key: String, _ value: Double) {
    if !(value >= 0 && value < 1) {
      issues.append(ConfigurationIssue(key, "must be a probability below 1, not \(value)"))
    }
  }

  mutating func positive(_ key: String, _ value: Double) {
    if !(value > 0 && value.isFinite) { issues.append(ConfigurationIssue(key, "must be above 0, not \(value)")) }
  }

  mutating func heads(_ key: String, _ heads: Int, widthKey: String, width: Int) {
    guard heads > 0, width > 0, width % heads != 0 else { return }
    let divisors = (1...min(width, 64)).filter { width % $0 == 0 }
    let list = divisors.suffix(6).map(String.init)
    issues.append(
      ConfigurationIssue(
        key,
        "\(heads) does not divide \(widthKey) \(width); "
          + "\(list.dropLast().joined(separator: ", "))\(list.count > 1 ? " and " : "")\(list.last ?? "1") do"))
  }
}

/// One problem of a configuration: where, and what is wrong with it.
public struct ConfigurationIssue: Sendable, Equatable {
  /// The key, such as `num_attention_heads`.
  public let key: String
  /// What is wrong, and what would be right.
  public let message: String

  /// A problem at one key.
  public init(_ key: String, _ message: String) {
    self.key = key
    self.message = message
  }
}

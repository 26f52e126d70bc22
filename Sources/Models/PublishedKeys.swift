/// Where a tensor of a published checkpoint lies in one of our parameters.
public struct PublishedKey: Sendable, Equatable {
  /// The name in Hugging Face files, such as `bert.encoder.layer.0.attention.self.query.weight`.
  public let name: String
  /// The path of our parameter.
  public let path: String
  /// The rows of our parameter that it fills, in the file's order; all of them in our order if nil.
  public let rows: [Range<Int>]?
  /// Whether the file holds the transpose (GPT-2's Conv1D: [in, out]).
  public let isTransposed: Bool

  init(_ name: String, _ path: String, rows: [Range<Int>]? = nil, isTransposed: Bool = false) {
    self.name = name
    self.path = path
    self.rows = rows
    self.isTransposed = isTransposed
  }

  /// The keys of a weight and its bias.
  static func affine(
    _ name: String, _ path: String, rows: [Range<Int>]? = nil, isTransposed: Bool = false
  ) -> [PublishedKey] {
    [
      PublishedKey("\(name).weight", "\(path).weight", rows: rows, isTransposed: isTransposed),
      PublishedKey("\(name).bias", "\(path).bias", rows: rows),
    ]
  }
}

/// How a model's parameters are named in published checkpoints.
public struct PublishedKeys: Sendable {
  /// One key per tensor that this model writes and needs.
  public let keys: [PublishedKey]
  /// The prefix that files of the bare model leave out, such as `bert.`.
  public let basePrefix: String
  /// Names that may stand in a file and repeat a tied tensor: alias → the name that is written.
  public let tiedAliases: [String: String]

  /// Names in the order in which to look for `key` in a file: as written today, then as older files have it.
  public func candidates(_ key: PublishedKey) -> [String] {
    var names = [key.name]
    if key.name.hasPrefix(basePrefix) { names.append(String(key.name.dropFirst(basePrefix.count))) }
    for (alias, name) in tiedAliases where name == key.name { names.append(alias) }
    return names + names.compactMap(PublishedKeys.olderName)
  }

  /// Whether a name in a file is a buffer that says nothing, or repeats a tied tensor.
  public func isIgnorable(_ name: String) -> Bool {
    name.hasSuffix(".position_ids") || name.hasSuffix(".attn.bias") || name.hasSuffix(".attn.masked_bias")
      || name.hasSuffix(".rotary_emb.inv_freq")
      || tiedAliases[name] != nil
  }

  /// TensorFlow's names of a layer norm's gain and bias.
  private static func olderName(_ name: String) -> String? {
    if name.hasSuffix("LayerNorm.weight") { return name.dropLast(6) + "gamma" }
    if name.hasSuffix("LayerNorm.bias") { return name.dropLast(4) + "beta" }
    return nil
  }
}

/// How large and how deep an input may be before it is refused.
public struct JSONLimits: Equatable, Sendable {
  /// Nested arrays and objects, the outermost counted as 1.
  public var maximumDepth: Int
  /// Bytes of the whole input.
  public var maximumBytes: Int
  /// Bytes of one string as written, escapes included.
  public var maximumStringBytes: Int

  /// Limits: 64 levels and 512 MiB unless said otherwise, strings as long as the input.
  public init(maximumDepth: Int = 64, maximumBytes: Int = 512 << 20, maximumStringBytes: Int = .max) {
    self.maximumDepth = maximumDepth
    self.maximumBytes = maximumBytes
    self.maximumStringBytes = maximumStringBytes
  }
}

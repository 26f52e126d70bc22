extension TimeSpan {
  /// A length of time as a person types it: `90s`, `8h`, `1h30m`; nil for anything else.
  public init?(text: String) {
    self.init(setting: YAMLNode(.text(text, isPlain: true), place: .commandLine))
  }
}

/// The word patterns of published byte-level tokenizers that have a scanner of their own (`WordScanner`).
enum WordPattern: Sendable, CaseIterable {
  /// GPT-2, RoBERTa.
  case gpt2
  /// GPT-4 and Llama 3: numbers by threes.
  case cl100k
  /// Qwen 2: digits one by one.
  case qwen2
  /// GPT-4o: words part where lower case turns to upper case.
  case o200k

  /// The same for the general matcher.
  var pattern: Pattern { .known(source) }

  /// The pattern whose text this is, to the letter.
  init?(source: String) {
    guard let pattern = Self.allCases.first(where: { $0.source == source }) else { return nil }
    self = pattern
  }

  /// As tokenizer.json files hold it.
  var source: String {
    switch self {
    case .gpt2: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .cl100k: Self.contractions + "|" + Self.letters + #"|\p{N}{1,3}"# + Self.rest(#"[\r\n]*"#)
    case .qwen2: Self.contractions + "|" + Self.letters + #"|\p{N}"# + Self.rest(#"[\r\n]*"#)
    case .o200k:
      Self.prefix + Self.upper + "*" + Self.lower + "+" + Self.contractions + "?|"
        + Self.prefix + Self.upper + "+" + Self.lower + "*" + Self.contractions + #"?|\p{N}{1,3}"#
        + Self.rest(#"[\r\n/]*"#)
    }
  }

  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
  private static let prefix = #"[^\r\n\p{L}\p{N}]?"#
  private static let letters = prefix + #"\p{L}+"#
  private static let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
  private static let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#

  private static func rest(_ tail: String) -> String {
    #"| ?[^\s\p{L}\p{N}]+"# + tail + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }
}

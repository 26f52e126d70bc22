import JSON

/// Reads and writes the `pre_tokenizer` of `tokenizer.json`.
enum PreTokenizerFile {
  static func preTokenizer(_ place: JSONPlace) throws(TokenizerError) -> PreTokenizer {
    switch try place.type() {
    case "BertPreTokenizer": return .bert
    case "ByteLevel":
      return .byteLevel(
        PreTokenizer.ByteLevel(
          addsPrefixSpace: try place.bool("add_prefix_space", default: true),
          splitsWords: try place.bool("use_regex", default: true)))
    case "Split":
      return .split(
        try PatternFile.pattern(place), try behavior(try place.required("behavior")),
        inverted: try place.bool("invert", default: false))
    case "Whitespace": return .whitespace
    case "WhitespaceSplit": return .whitespaceSplit
    case "Punctuation":
      guard let name = place["behavior"] else { return .punctuation(.isolated) }
      return .punctuation(try behavior(name))
    case "Digits": return .digits(individual: try place.bool("individual_digits", default: false))
    case "CharDelimiterSplit": return .delimiter(try scalar(try place.required("delimiter")))
    case "Metaspace": return .metaspace(try metaspace(place))
    case "Sequence":
      var parts: [PreTokenizer] = []
      for part in try place.required("pretokenizers").elements() { parts.append(try preTokenizer(part)) }
      return .sequence(parts)
    case let type: throw place.unsupported("pre-tokenizer \(type)")
    }
  }

  /// The mark and its rule, for the pre-tokenizer and the decoder of that name.
  static func metaspace(_ place: JSONPlace) throws(TokenizerError) -> PreTokenizer.Metaspace {
    var metaspace = PreTokenizer.Metaspace()
    if let mark = place["replacement"] { metaspace.mark = try scalar(mark) }
    if let scheme = place["prepend_scheme"] {
      guard let prepending = PreTokenizer.Metaspace.Prepending(rawValue: try scheme.string()) else {
        throw scheme.malformed("expected always, first or never")
      }
      metaspace.prepending = prepending
    } else if try !place.bool("add_prefix_space", default: true) {
      metaspace.prepending = .never
    }
    metaspace.splitsWords = try place.bool("split", default: true)
    return metaspace
  }

  static func scalar(_ place: JSONPlace) throws(TokenizerError) -> Unicode.Scalar {
    let scalars = try place.string().unicodeScalars
    guard let scalar = scalars.first, scalars.count == 1 else { throw place.malformed("expected one character") }
    return scalar
  }

  private static func behavior(_ place: JSONPlace) throws(TokenizerError) -> SplitBehavior {
    guard let behavior = SplitBehavior(rawValue: try place.string()) else {
      throw place.malformed("expected Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous")
    }
    return behavior
  }

  static func json(_ preTokenizer: PreTokenizer) -> JSONValue {
    switch preTokenizer {
    case .bert: ["type": "BertPreTokenizer"]
    case .byteLevel(let options): byteLevel(options)
    case .split(let pattern, let behavior, let inverted):
      [
        "type": "Split", "pattern": PatternFile.json(pattern), "behavior": .string(behavior.rawValue),
        "invert": .bool(inverted),
      ]
    case .whitespace: ["type": "Whitespace"]
    case .whitespaceSplit: ["type": "WhitespaceSplit"]
    case .punctuation(let behavior): ["type": "Punctuation", "behavior": .string(behavior.rawValue)]
    case .digits(let individual): ["type": "Digits", "individual_digits": .bool(individual)]
    case .delimiter(let delimiter): ["type": "CharDelimiterSplit", "delimiter": .string(String(delimiter))]
    case .metaspace(let options): metaspace(options)
    case .sequence(let parts): ["type": "Sequence", "pretokenizers": .array(parts.map(json))]
    }
  }

  /// The part that the library gives this name as pre-tokenizer, post-processor and decoder.
  static func byteLevel(_ options: PreTokenizer.ByteLevel, trimsOffsets: Bool = true) -> JSONValue {
    [
      "type": "ByteLevel", "add_prefix_space": .bool(options.addsPrefixSpace), "trim_offsets": .bool(trimsOffsets),
      "use_regex": .bool(options.splitsWords),
    ]
  }

  static func metaspace(_ options: PreTokenizer.Metaspace) -> JSONValue {
    [
      "type": "Metaspace", "replacement": .string(String(options.mark)),
      "prepend_scheme": .string(options.prepending.rawValue), "split": .bool(options.splitsWords),
    ]
  }
}

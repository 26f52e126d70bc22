import JSON

/// Reads and writes the `normalizer` of `tokenizer.json`.
enum NormalizerFile {
  static func normalizer(_ place: JSONPlace) throws(TokenizerError) -> Normalizer {
    switch try place.type() {
    case "BertNormalizer":
      return .bert(
        BertNormalizer(
          cleansText: try place.bool("clean_text", default: true),
          spacesIdeographs: try place.bool("handle_chinese_chars", default: true),
          stripsAccents: try place["strip_accents"]?.bool(), lowercases: try place.bool("lowercase", default: true)))
    case "Lowercase": return .lowercase
    case "StripAccents": return .stripAccents
    case "Nmt": return .nmt
    case "Strip":
      return .strip(
        left: try place.bool("strip_left", default: true), right: try place.bool("strip_right", default: true))
    case "Prepend": return .prepend(try place.required("prepend").string())
    case "Replace": return .replace(try PatternFile.pattern(place), with: try place.required("content").string())
    case "Precompiled":
      let text = try place.required("precompiled_charsmap")
      guard let bytes = Base64.bytes(of: Array(try text.string().utf8)), let map = PrecompiledMap(bytes) else {
        throw text.malformed("it is no compiled character map in base64")
      }
      return .precompiled(map)
    case "Sequence":
      var parts: [Normalizer] = []
      for part in try place.required("normalizers").elements() { parts.append(try normalizer(part)) }
      return .sequence(parts)
    case let type:
      guard let form = NormalizationForm(rawValue: type) else { throw place.unsupported("normalizer \(type)") }
      return .form(form)
    }
  }

  static func json(_ normalizer: Normalizer) -> JSONValue {
    switch normalizer {
    case .bert(let bert):
      [
        "type": "BertNormalizer", "clean_text": .bool(bert.cleansText),
        "handle_chinese_chars": .bool(bert.spacesIdeographs),
        "strip_accents": bert.stripsAccents.map { .bool($0) } ?? .null, "lowercase": .bool(bert.lowercases),
      ]
    case .form(let form): ["type": .string(form.rawValue)]
    case .lowercase: ["type": "Lowercase"]
    case .stripAccents: ["type": "StripAccents"]
    case .nmt: ["type": "Nmt"]
    case .strip(let left, let right): ["type": "Strip", "strip_left": .bool(left), "strip_right": .bool(right)]
    case .prepend(let text): ["type": "Prepend", "prepend": .string(text)]
    case .replace(let pattern, let content):
      ["type": "Replace", "pattern": PatternFile.json(pattern), "content": .string(content)]
    case .precompiled(let map):
      ["type": "Precompiled", "precompiled_charsmap": .string(Base64.text(of: map.bytes))]
    case .sequence(let parts): ["type": "Sequence", "normalizers": .array(parts.map(json))]
    }
  }
}

/// Reads and writes the `pattern` that a part looks for.
enum PatternFile {
  /// The pattern of a part: `{"String": …}` or `{"Regex": …}`.
  static func pattern(_ part: JSONPlace) throws(TokenizerError) -> TextPattern {
    let place = try part.required("pattern")
    if let text = place["String"] { return .text(try text.string()) }
    let regex = try place.required("Regex")
    let source = try regex.string()
    do throws(PatternError) {
      return .regex(try Pattern(source))
    } catch {
      throw regex.unsupported("the regular expression \(source) (\(error))")
    }
  }

  static func json(_ pattern: TextPattern) -> JSONValue {
    switch pattern {
    case .text(let text): ["String": .string(text)]
    case .regex(let pattern): ["Regex": .string(pattern.source)]
    }
  }
}
